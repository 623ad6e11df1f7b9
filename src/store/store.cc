// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

namespace silversmith::store {

void Store::remember(std::string_view, const Head&, std::string_view) {}

}  // namespace silversmith::store
