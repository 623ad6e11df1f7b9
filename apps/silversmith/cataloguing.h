// SPDX-License-Identifier: Apache-2.0
// A lake's tables in a catalog, as `catalog sync` and the function `catalog` have them in common.
#pragma once

#include <functional>
#include <string>

#include "catalog/sync.h"
#include "lake.h"

namespace silversmith::app {

// Where the lake's silver is. Fails with invalid: the lake is a folder, and tables are of buckets.
Result<catalog::Place> place_of(Lake& lake);

// A receipt that the lake holds. Fails with missing, corrupt, denied, busy.
Result<silver::Receipt> read_receipt(Lake& lake, const std::string& key);

// The pause of catalog::SyncOptions: longer from attempt to attempt, and none that would end after
// `deadline_micros` on the steady clock (0: none would).
std::function<bool(uint32_t)> sync_pause(int64_t deadline_micros);

// {"schema": "silversmith.catalog/1", ...}
Json synced_json(const catalog::Synced& synced, const catalog::Table& table,
                 const std::string& database);

}  // namespace silversmith::app
