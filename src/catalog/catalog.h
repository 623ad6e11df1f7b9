// SPDX-License-Identifier: Apache-2.0
// The tables of one database as a seam: what sync needs of AWS Glue, and no more. Writes are
// optimistic: each says what it was made from, and tells when somebody was faster.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace silversmith::catalog {

// A table as the catalog holds it.
struct Held {
  Json table;           // GetTable's Table
  std::string version;  // names this state of it
};

enum class Written : uint8_t {
  done,
  lost_race,  // somebody made, changed or removed it since it was looked at: look again
};

inline constexpr size_t partitions_a_call_max = 100;

// Each call fails with denied (rights, no such database), busy, stopped.
class Catalog {
 public:
  virtual ~Catalog() = default;
  // Nothing when there is no such table.
  virtual Result<std::optional<Held>> table(const std::string& name) = 0;
  // `input` is a TableInput. Lost when there is a table of that name.
  virtual Result<Written> create(const Json& input) = 0;
  // Lost when the table is no longer of that version.
  virtual Result<Written> update(const Json& input, const std::string& version) = 0;
  // At most partitions_a_call_max PartitionInputs; what is there already stays as it is. Returns
  // how many were new.
  virtual Result<uint64_t> add_partitions(const std::string& table,
                                          const std::vector<Json>& inputs) = 0;
};

}  // namespace silversmith::catalog
