// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/parse_parts.h"

namespace silversmith::contract {
namespace {

struct Parsed {
  Policy policy;
  std::string error;
};

Parsed parse(std::string_view text) {
  YamlNode node = *parse_yaml(text, "f");
  Problems problems("f");
  Parsed parsed;
  parse_policy(node, parsed.policy, problems);
  if (!problems.empty()) parsed.error = problems.error().message;
  return parsed;
}

TEST(ParsePolicy, reads_every_key) {
  Parsed parsed = parse(
      "{structural: fail, required: fail, type: nullify, extraFields: drop, missingFields: null,\n"
      " blankLines: quarantine, limits: {maxBadRows: 7, maxBadRatio: 0.25, warnBadRatio: 0,\n"
      " ratioAfterRows: 10, minRows: 1, maxRecordBytes: 100, maxFieldBytes: 50}}");
  EXPECT_EQ(parsed.error, "");
  const Policy& policy = parsed.policy;
  EXPECT_EQ(policy.structural, Action::fail);
  EXPECT_EQ(policy.required, Action::fail);
  EXPECT_EQ(policy.type, Action::nullify);
  EXPECT_EQ(policy.extra_fields, ExtraFields::drop);
  EXPECT_EQ(policy.missing_fields, MissingFields::null);
  EXPECT_EQ(policy.blank_lines, BlankLines::quarantine);
  EXPECT_EQ(policy.limits.bad_rows_max, 7U);
  EXPECT_EQ(policy.limits.bad_ratio_max, 0.25);
  EXPECT_EQ(policy.limits.bad_ratio_warn, 0.0);
  EXPECT_EQ(policy.limits.ratio_after_rows, 10U);
  EXPECT_EQ(policy.limits.rows_min, 1U);
  EXPECT_EQ(policy.limits.record_bytes_max, 100U);
  EXPECT_EQ(policy.limits.field_bytes_max, 50U);
}

TEST(ParsePolicy, null_takes_a_limit_away_and_absence_keeps_the_default) {
  EXPECT_EQ(parse("{limits: {maxBadRatio: null}}").policy.limits.bad_ratio_max, std::nullopt);
  EXPECT_EQ(parse("{limits: {}}").policy.limits.bad_ratio_max, 0.5);
}

TEST(ParsePolicy, refuses_what_is_not_read) {
  const std::pair<const char*, const char*> cases[] = {
      {"{structural: repair}", "\"repair\" is not supported yet"},
      {"{structural: nullify}", "wanted quarantine or fail"},
      {"{required: nullify}", "wanted quarantine or fail"},
      {"{type: warn}", "wanted quarantine, nullify or fail"},
      {"{extraFields: rescue}", "\"rescue\" is not supported yet"},
      {"{trim: none}", "silver:policy.trim is not supported yet"},
      {"{repairs: []}", "silver:policy.repairs is not supported yet"},
      {"{duplicateKey: x}", "not supported yet"},
      {"{constraint: x}", "not supported yet"},
      {"{limits: {maxBadRatio: 1.5}}", "a number from 0 to 1"},
      {"{limits: {maxBadRows: -1}}", "a whole number"},
      {"{limits: {minRows: null}}", "a whole number"},
      {"{limits: {maxFieldBytes: 0}}", "at least 1 byte"},
      {"{limits: {maxBadrows: 1}}", "did you mean maxBadRows?"},
      {"{limits: 3}", "wanted a mapping"},
  };
  for (const auto& [text, wanted] : cases) {
    EXPECT_NE(parse(text).error.find(wanted), std::string::npos) << text << parse(text).error;
  }
}

}  // namespace
}  // namespace silversmith::contract
