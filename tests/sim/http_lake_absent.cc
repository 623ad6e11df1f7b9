// SPDX-License-Identifier: Apache-2.0
#include "sim/lake.h"

namespace silversmith::sim {

std::unique_ptr<Lake> make_http_lake(const HttpLakeSetup&) { return nullptr; }

}  // namespace silversmith::sim
