// SPDX-License-Identifier: Apache-2.0
// A contract → the table that its silver is, as AWS Glue keeps it and Athena reads it: names,
// types, location, partition projection. Pure: nothing is asked of anybody. Before catalog/sync,
// `catalog show` and `deploy render`. The one thing to know: Glue folds the case of names, so names
// are small here, and two that fold to one are refused, or one whose case is in doubt (fold.h).
// Projection: https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "contract/contract.h"

namespace silversmith::catalog {

// Where silver is. `bucket` goes into texts as it is; a template may give "${SilverBucket}".
struct Place {
  std::string bucket;
  std::string silver = "silver/";  // what its keys begin with: "team-a/silver/"
};

struct Column {
  std::string name;  // small letters
  std::string type;  // Glue's: "bigint", "decimal(18,2)"
  std::string comment;
};

struct Table {
  std::string name;
  std::string description;
  std::string key_prefix;  // of its objects: "team-a/silver/orders/"
  std::string location;    // "s3://lake/team-a/silver/orders/"
  std::vector<Column> columns;
  std::vector<contract::Partition> partitions;
  std::vector<std::pair<std::string, std::string>> parameters;
  uint64_t contract_version = 0;
  bool keeps_extra = false;  // silver may have columns that the contract does not name
};

// Fails with invalid: names that Glue takes for one or does not take, a partition that is a column
// too, no location to be derived.
Result<Table> table_of(const contract::Contract& contract, const Place& place);

// CreateTable's TableInput.
Json table_input(const Table& table);
// table_of() and table_input().
Result<Json> table_input(const contract::Contract& contract, const Place& place);
// What makes the same table when it is typed into Athena, with a semicolon and a newline at the
// end. `database` "" leaves the choice to the session.
std::string table_ddl(const Table& table, std::string_view database);

// Glue's type for a column as receipts tell it ("int64", "timestamp(utc)"); nothing: unknown.
std::optional<std::string> glue_type_of(std::string_view described);
// Why a name that folded() gives nothing for is no column.
inline constexpr std::string_view fold_doubt =
    "Glue folds the case of names, and what it makes of one of its letters is in doubt";
// Why Glue or Athena would not take the name; "" when they do.
std::string why_no_column(std::string_view name);

// The values of the partition that an object of silver is in, in the order of the table's.
// Fails with invalid: the key is not below the location, or a segment "name=value" is missing.
Result<std::vector<std::string>> partition_of(const Table& table, std::string_view silver_key);
// Why a value is none of its partition's type, so that nobody could read it; "" when they are.
// Requires a value for each partition.
std::string why_no_value(const Table& table, const std::vector<std::string>& values);
// Why Athena would not look into that partition; "" when it does, as far as can be told here.
// Requires a value for each partition.
std::string why_not_projected(const Table& table, const std::vector<std::string>& values);
// BatchCreatePartition's PartitionInput. Requires a value for each partition.
Json partition_input(const Table& table, const std::vector<std::string>& values);

}  // namespace silversmith::catalog
