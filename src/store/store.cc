// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

namespace silversmith::store {

Result<ListPage> Store::list_versions(std::string_view prefix, std::string_view after) {
  return list(prefix, after);
}

void Store::remember(std::string_view, const Head&, std::string_view) {}

}  // namespace silversmith::store
