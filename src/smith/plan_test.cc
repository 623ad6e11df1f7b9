// SPDX-License-Identifier: Apache-2.0
#include "smith/plan.h"

#include <gtest/gtest.h>

#include "contract/parse.h"

namespace silversmith::smith {
namespace {

contract::Contract contract_of(const std::string& fields_match, const std::string& policy = "{}") {
  std::string text =
      "name: orders\n"
      "schema:\n"
      "  fieldsMatch: " +
      fields_match +
      "\n"
      "  fields:\n"
      "    - {name: id, type: integer, constraints: {required: true}}\n"
      "    - {name: amount, type: number, \"silver:physical\": \"decimal(10,2)\"}\n"
      "\"silver:contract\": {version: 1, match: \"bronze/**\"}\n"
      "\"silver:policy\": " +
      policy + "\n";
  auto contract = contract::parse_contract(text, "test.yaml");
  SMITH_CHECK(contract.ok(), contract.ok() ? "" : contract.error().message);
  return *contract;
}

PlanDraft plan(const contract::Contract* contract, const std::vector<std::string>& labels) {
  return make_plan(contract, EngineOptions(), csv::Dialect(), labels);
}

std::string first_code(const PlanDraft& draft) {
  return draft.faults.empty() ? "" : draft.faults.front().code;
}

std::vector<std::string> names(const PlanDraft& draft) {
  std::vector<std::string> out;
  for (const auto& column : draft.plan.columns) out.push_back(column.name);
  return out;
}

using Names = std::vector<std::string>;

TEST(Plan, infers_every_column_without_a_contract) {
  PlanDraft draft = plan(nullptr, {"a", "", "a"});
  EXPECT_TRUE(draft.faults.empty());
  EXPECT_EQ(names(draft), (Names{"a", "column_2", "a.1"}));
  EXPECT_EQ(draft.inferred, (std::vector<size_t>{0, 1, 2}));
}

TEST(Plan, types_nothing_when_told_to_keep_text) {
  EngineOptions options;
  options.types = Types::text;
  PlanDraft draft = make_plan(nullptr, options, csv::Dialect(), {"a"});
  EXPECT_TRUE(draft.inferred.empty());
  EXPECT_EQ(draft.plan.columns[0].type.kind, frame::Kind::text);
}

TEST(Plan, exact_wants_the_same_labels_in_the_same_order) {
  contract::Contract exact = contract_of("exact");
  EXPECT_EQ(first_code(plan(&exact, {"id", "amount"})), "");
  EXPECT_EQ(first_code(plan(&exact, {"amount", "id"})), "incorrect-label");
  EXPECT_EQ(first_code(plan(&exact, {"id"})), "missing-label");
  EXPECT_EQ(first_code(plan(&exact, {"id", "amount", "more"})), "extra-label");
}

TEST(Plan, equal_takes_any_order_by_name) {
  contract::Contract equal = contract_of("equal");
  PlanDraft draft = plan(&equal, {"amount", "id"});
  ASSERT_TRUE(draft.faults.empty());
  EXPECT_EQ(names(draft), (Names{"id", "amount"}));
  EXPECT_EQ(draft.plan.columns[0].source, 1);
  EXPECT_EQ(first_code(plan(&equal, {"amount", "id", "more"})), "extra-label");
}

TEST(Plan, subset_keeps_and_infers_more_columns) {
  contract::Contract subset = contract_of("subset");
  PlanDraft draft = plan(&subset, {"more", "id", "amount"});
  ASSERT_TRUE(draft.faults.empty());
  EXPECT_EQ(names(draft), (Names{"id", "amount", "more"}));
  EXPECT_EQ(draft.inferred, (std::vector<size_t>{2}));
  EXPECT_EQ(first_code(plan(&subset, {"id"})), "missing-label");
}

TEST(Plan, subset_drops_or_refuses_more_columns_by_policy) {
  contract::Contract drop = contract_of("subset", "{extraFields: drop}");
  EXPECT_EQ(names(plan(&drop, {"id", "amount", "more"})), (Names{"id", "amount"}));
  contract::Contract fail = contract_of("subset", "{extraFields: fail}");
  EXPECT_EQ(first_code(plan(&fail, {"id", "amount", "more"})), "extra-label");
}

TEST(Plan, superset_fills_a_missing_field_with_nulls_unless_it_is_required) {
  contract::Contract superset = contract_of("superset");
  PlanDraft draft = plan(&superset, {"id"});
  ASSERT_TRUE(draft.faults.empty());
  EXPECT_EQ(draft.plan.columns[1].source, -1);
  EXPECT_EQ(first_code(plan(&superset, {"amount"})), "missing-label");
}

TEST(Plan, partial_wants_one_match_at_least) {
  std::string text =
      "name: n\nschema: {fieldsMatch: partial, fields: [{name: a, type: string}]}\n"
      "\"silver:contract\": {version: 1, match: \"bronze/**\"}\n";
  auto partial = contract::parse_contract(text, "test.yaml");
  ASSERT_TRUE(partial.ok()) << partial.error().message;
  EXPECT_EQ(first_code(plan(&*partial, {"z"})), "unmatched-header");
  EXPECT_EQ(first_code(plan(&*partial, {"a", "z"})), "");
}

TEST(Plan, missing_fields_null_fills_an_optional_field) {
  contract::Contract equal = contract_of("equal", "{missingFields: null}");
  EXPECT_EQ(first_code(plan(&equal, {"id"})), "");
}

TEST(Plan, refuses_duplicate_and_blank_labels_under_a_contract_and_says_where) {
  contract::Contract subset = contract_of("subset");
  PlanDraft duplicate = plan(&subset, {"id", "amount", "id"});
  EXPECT_EQ(first_code(duplicate), "duplicate-label");
  EXPECT_NE(duplicate.faults[0].message.find("column 3"), std::string::npos);
  EXPECT_EQ(first_code(plan(&subset, {"id", "", "amount"})), "blank-label");
}

TEST(Plan, refuses_a_blank_header) {
  EXPECT_EQ(first_code(plan(nullptr, {""})), "blank-header");
  EXPECT_EQ(first_code(plan(nullptr, {"", ""})), "blank-header");
}

TEST(Plan, refuses_more_columns_than_the_limit) {
  PlanDraft draft = plan(nullptr, std::vector<std::string>(100'000, "x"));
  EXPECT_EQ(first_code(draft), "limit-exceeded");
  EXPECT_NE(draft.faults[0].message.find("100 000"), std::string::npos);
}

TEST(Plan, joins_header_rows) {
  csv::Dialect dialect;
  dialect.header_rows = {1, 3};
  std::vector<std::vector<std::string>> rows = {{"a", "b"}, {"skipped"}, {"x", "", "z"}};
  EXPECT_EQ(join_header(rows, dialect), (Names{"a x", "b", "z"}));
}

TEST(Plan, takes_the_contracts_names_by_position_without_a_header) {
  contract::Contract subset = contract_of("subset");
  csv::Dialect dialect;
  dialect.header = false;
  PlanDraft draft = make_plan(&subset, EngineOptions(), dialect, {"id", "amount"});
  EXPECT_TRUE(draft.faults.empty());
  EXPECT_EQ(draft.plan.columns[1].source, 1);
}

}  // namespace
}  // namespace silversmith::smith
