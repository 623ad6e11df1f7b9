// SPDX-License-Identifier: Apache-2.0
// deploy/cloudformation/silversmith.yaml, which is part of the program, and what can be made of it:
// the same text with a table for each contract, and the pattern of its rule for one lake.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace silversmith::deploy {

// The file's text. Valid for ever.
std::string_view template_text();

// The place that tables for add_tables() are made with (catalog::Place): which bucket has silver,
// and below what, is known when the template is deployed.
inline constexpr std::string_view template_silver_bucket = "${TableBucket}";
inline constexpr std::string_view template_silver_prefix = "${LakePrefix}silver/";

struct TableResource {
  std::string table;  // its name
  Json input;         // Glue's TableInput, in that place
};

// `text` with one AWS::Glue::Table for each, in the database of the parameter GlueDatabase; after
// the database where the template makes it.
// Fails with invalid: a text without Resources, or two tables whose names make one logical id.
Result<std::string> add_tables(std::string_view text, const std::vector<TableResource>& tables);

// The patterns of the rules for bronze, of a lake in that bucket; the prefix is empty or ends with
// a slash. An event that one of them matches is sent on. Fails with invalid where the template has
// no such rule.
Result<std::vector<Json>> bronze_patterns(std::string_view bucket, std::string_view prefix);

}  // namespace silversmith::deploy
