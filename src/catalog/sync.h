// SPDX-License-Identifier: Apache-2.0
// Brings a catalog's table up to date with a contract and with what receipts tell. Between table
// and catalog. The one thing to know: it only adds. Columns that are there stay, whoever put them
// there; a type that would have to change is told, never changed; nothing is dropped. So any number
// may run at once, old and new versions among them, and the order does not matter.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/table.h"
#include "silver/account.h"

namespace silversmith::catalog {

using PartitionValues = std::vector<std::string>;

// What is to be there.
struct Wish {
  Table table;
  std::vector<Column> extra = {};  // columns that no contract names, behind the contract's
  std::vector<PartitionValues> partitions = {};
};

struct SyncOptions {
  uint32_t attempts_max = 12;  // looks at the table, and tries to register the same partitions
  // Waits before another attempt; false: there is no time for one. Empty: it comes at once.
  std::function<bool(uint32_t attempts)> pause = {};
  bool dry_run = false;  // only looked at and told
};

enum class Change : uint8_t { none, made, changed };
std::string_view name_of(Change change);

struct Synced {
  Change change = Change::none;
  std::vector<std::string> columns_added;
  uint64_t partitions = 0;            // that are to be there
  uint64_t partitions_added = 0;      // of them, that were not; unknown, and 0, in a dry run
  std::vector<std::string> findings;  // what an owner should know, and nothing is done about
  uint32_t attempts = 0;              // looks at the table
};

// Fails with denied (rights; the table there is another one), busy (others were faster each time,
// or the service is overloaded), stopped (no time is left).
Result<Synced> sync(Catalog& catalog, const Wish& wish, const SyncOptions& options);

// One look's outcome: what to write, if anything.
struct Merged {
  Json input;  // UpdateTable's TableInput
  bool changed = false;
  bool same_partitions = true;  // so that some may be registered
  std::vector<std::string> columns_added;
  std::vector<std::string> findings;
};
// Fails with denied: what is there is no table of this silver.
Result<Merged> merge(const Json& held, const Wish& wish);

// The columns of a receipt that the table's contract does not name; what can't be a column is a
// finding. None when the contract keeps no others.
std::vector<Column> extra_columns(const Table& table, const silver::Account& account,
                                  std::vector<std::string>& findings);

}  // namespace silversmith::catalog
