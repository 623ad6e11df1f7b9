// SPDX-License-Identifier: Apache-2.0
// How each column of silver is made from the fields of a record. smith makes it from a contract or
// from inferred types; the builder only follows it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "csv/dialect.h"
#include "frame/columns.h"

namespace silversmith::frame {

using contract::Action;

struct ColumnPlan {
  std::string name;  // in silver
  Type type;
  int32_t source = -1;                   // field index in a record; -1: not in the file, all null
  std::vector<std::string> null_tokens;  // exact cell texts that mean null
  bool quoted_empty_is_text = false;     // "" in quotes is no null (text without a contract)
  bool quoted_null_is_value = false;     // the dialect's nullSequence in quotes is no null
  bool required = false;
  Action on_type_error = Action::quarantine;
  std::optional<contract::Pattern> pattern;  // date, time, timestamp; absent: ISO
  std::vector<std::string> true_values;      // boolean
  std::vector<std::string> false_values;
};

struct Plan {
  std::vector<ColumnPlan> columns;
  std::vector<std::string> labels;  // of the file's fields, for messages and rejects
  csv::Dialect dialect;
  Action structural = Action::quarantine;
  Action required = Action::quarantine;
};

}  // namespace silversmith::frame
