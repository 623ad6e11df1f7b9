// SPDX-License-Identifier: Apache-2.0
// The objects of a folder as a listing: regular files, ascending bytewise by whole key, page by
// page. Names that begin with a dot are passed over, and what is neither file nor folder is told.
// Memory is one directory's names for each level.
#pragma once

#include <string_view>

#include "store/folder.h"
#include "store/store.h"

namespace silversmith::store {

struct WalkOptions {
  std::string_view prefix;
  std::string_view after;
  size_t keys_max = 1000;
};

// A folder below the root that we may not read is told in the page and passed over.
// Fails with denied (the root), busy.
Result<ListPage> walk(Folder& folder, const WalkOptions& options);

}  // namespace silversmith::store
