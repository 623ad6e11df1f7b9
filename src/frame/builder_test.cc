// SPDX-License-Identifier: Apache-2.0
#include "frame/builder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/made_records.h"

namespace silversmith::frame {
namespace {

ColumnPlan column(const std::string& name, Type type, int32_t source) {
  ColumnPlan plan;
  plan.name = name;
  plan.type = type;
  plan.source = source;
  plan.null_tokens = {""};
  plan.true_values = {"true", "1"};
  plan.false_values = {"false", "0"};
  return plan;
}

// order_id integer required, note text, amount double nullify
Plan orders() {
  Plan plan;
  plan.columns = {column("order_id", {Kind::int64}, 0), column("note", {Kind::text}, 1),
                  column("amount", {Kind::float64}, 2)};
  plan.columns[0].required = true;
  plan.columns[2].on_type_error = Action::nullify;
  plan.labels = {"order_id", "note", "amount"};
  return plan;
}

std::string text_of(const Column& column, uint32_t row) {
  Text text = column.as<Text>()[row];
  return {text.data, text.size};
}

TEST(Builder, makes_columns_of_good_records) {
  Plan plan = orders();
  Builder builder(plan, 3);
  MadeRecords records("1,a,2.5\n2,\"b \"\"c\"\"\",\n3,,4\n", 3);
  const Batch& batch = builder.build(*records, {});
  ASSERT_EQ(batch.rows, 3U);
  EXPECT_EQ(batch.accepted, (std::vector<uint32_t>{0, 1, 2}));
  EXPECT_TRUE(batch.rejects.empty());
  EXPECT_EQ(batch.columns[0].as<int64_t>()[2], 3);
  EXPECT_EQ(batch.columns[0].null_count, 0U);
  EXPECT_EQ(text_of(batch.columns[1], 1), "b \"c\"");
  EXPECT_TRUE(batch.columns[1].is_null(2));
  EXPECT_EQ(batch.columns[2].null_count, 1U);
  EXPECT_TRUE(batch.columns[2].is_null(1));
  EXPECT_EQ(batch.columns[2].as<double>()[1], 0.0);
}

TEST(Builder, moves_whole_decimals_when_a_record_goes) {
  Plan plan;
  plan.columns = {column("d", {Kind::decimal, 38, 0}, 0)};
  plan.labels = {"d"};
  Builder builder(plan, 1);
  MadeRecords records("1\nx\n12345678901234567890123456789012345678\n-2\n", 1);
  const Batch& batch = builder.build(*records, {});
  ASSERT_EQ(batch.rows, 3U);
  int128 large = int128{12345678901234567890U} * 1'000'000'000'000'000'000 + 123456789012345678;
  EXPECT_TRUE(batch.columns[0].as<int128>()[1] == large);
  EXPECT_TRUE(batch.columns[0].as<int128>()[2] == -2);
}

TEST(Builder, sets_a_bad_record_aside_and_harms_no_neighbour) {
  Plan plan = orders();
  Builder builder(plan, 3);
  MadeRecords records("1,a,1\n12x,b,2\n,c,3\n4,d,4\n", 3);
  const Batch& batch = builder.build(*records, {100, 2, 2});
  ASSERT_EQ(batch.rows, 2U);
  EXPECT_EQ(batch.quarantined, 2U);
  EXPECT_EQ(batch.accepted, (std::vector<uint32_t>{0, 3}));
  EXPECT_EQ(batch.columns[0].as<int64_t>()[1], 4);
  EXPECT_EQ(text_of(batch.columns[1], 1), "d");
  EXPECT_EQ(batch.columns[0].null_count, 0U);
  ASSERT_EQ(batch.rejects.size(), 2U);
  const Reject& bad = batch.rejects[0];
  EXPECT_EQ(bad.row, 3U);
  EXPECT_EQ(bad.line, 3U);
  EXPECT_EQ(bad.byte_start, 106U);
  EXPECT_EQ(bad.byte_end, 113U);
  EXPECT_EQ(bad.raw, "12x,b,2\n");
  ASSERT_EQ(bad.errors.size(), 1U);
  EXPECT_EQ(bad.errors[0].code, "type-error");
  EXPECT_EQ(bad.errors[0].field_number, 1U);
  EXPECT_EQ(bad.errors[0].message, "found \"12x\", wanted an integer");
  EXPECT_EQ(batch.rejects[1].errors[0].code, "constraint-error");
  EXPECT_EQ(batch.rejects[1].errors[0].constraint, "required");
  EXPECT_EQ(batch.reasons.at("type-error"), 1U);
  EXPECT_EQ(batch.reasons.at("constraint-error"), 1U);
}

TEST(Builder, nullifies_a_cell_where_the_column_says_so) {
  Plan plan = orders();
  Builder builder(plan, 3);
  MadeRecords records("1,a,$5\n2,b,6\n", 3);
  const Batch& batch = builder.build(*records, {});
  ASSERT_EQ(batch.rows, 2U);
  EXPECT_EQ(batch.cells_nullified, 1U);
  EXPECT_EQ(batch.quarantined, 0U);
  EXPECT_TRUE(batch.columns[2].is_null(0));
  ASSERT_EQ(batch.rejects.size(), 1U);
  EXPECT_EQ(batch.rejects[0].disposition, Disposition::nullified);
  EXPECT_EQ(batch.rejects[0].errors[0].value, "$5");
  EXPECT_EQ(batch.reasons.at("type-error"), 1U);
}

TEST(Builder, takes_the_worst_action_and_lists_every_error) {
  Plan plan = orders();
  Builder builder(plan, 3);
  MadeRecords records("x,a,$5\n", 3);
  const Batch& batch = builder.build(*records, {});
  EXPECT_EQ(batch.rows, 0U);
  EXPECT_EQ(batch.cells_nullified, 0U);
  ASSERT_EQ(batch.rejects.size(), 1U);
  EXPECT_EQ(batch.rejects[0].disposition, Disposition::quarantined);
  EXPECT_EQ(batch.rejects[0].errors.size(), 2U);
  EXPECT_FALSE(batch.failed);
  plan.columns[0].on_type_error = Action::fail;
  Builder strict(plan, 3);
  const Batch& failed = strict.build(*records, {});
  EXPECT_TRUE(failed.failed);
  EXPECT_EQ(failed.rejects[0].disposition, Disposition::failed);
  EXPECT_EQ(failed.quarantined, 1U);
}

TEST(Builder, a_nullified_cell_of_a_required_column_is_missing) {
  Plan plan = orders();
  plan.columns[0].on_type_error = Action::nullify;
  Builder builder(plan, 3);
  MadeRecords records("x,a,1\n", 3);
  const Batch& batch = builder.build(*records, {});
  EXPECT_EQ(batch.rows, 0U);
  ASSERT_EQ(batch.rejects[0].errors.size(), 2U);
  EXPECT_EQ(batch.rejects[0].errors[0].code, "type-error");
  EXPECT_EQ(batch.rejects[0].errors[1].constraint, "required");
}

TEST(Builder, hands_rejects_over_one_by_one_when_asked_to) {
  Plan plan = orders();
  Builder builder(plan, 3);
  std::vector<uint64_t> rows;
  builder.on_reject([&](const Reject& reject) { rows.push_back(reject.row); });
  MadeRecords records("1,a,1\n1,a\nx,b,2\n1,2,$\n5,e,5,6\n", 3);
  const Batch& batch = builder.build(*records, {0, 2, 2});
  EXPECT_EQ(rows, (std::vector<uint64_t>{3, 4, 5, 6}));
  EXPECT_TRUE(batch.rejects.empty());
  EXPECT_EQ(batch.quarantined, 3U);
  EXPECT_EQ(batch.rows, 2U);
}

TEST(Builder, merges_structural_faults_in_file_order) {
  Plan plan = orders();
  Builder builder(plan, 3);
  MadeRecords records("1,a,1\n1,a\nx,\"l\nm\",2\n1,2,3,4\n5,e,5\n", 3);
  const Batch& batch = builder.build(*records, {0, 2, 2});
  ASSERT_EQ(batch.rejects.size(), 3U);
  EXPECT_EQ(batch.rejects[0].errors[0].code, "missing-cell");
  EXPECT_EQ(batch.rejects[0].errors[0].message, "found 2 fields, wanted 3");
  EXPECT_EQ(batch.rejects[1].errors[0].code, "type-error");
  EXPECT_EQ(batch.rejects[1].line, 4U);
  EXPECT_EQ(batch.rejects[1].line_end, 5U);
  EXPECT_EQ(batch.rejects[2].errors[0].code, "extra-cell");
  EXPECT_EQ(batch.rejects[2].row, 5U);
  EXPECT_EQ(batch.rejects[2].line, 6U);
  EXPECT_EQ(batch.rows, 2U);
  EXPECT_EQ(batch.columns[0].as<int64_t>()[1], 5);
}

TEST(Builder, knows_null_tokens_and_a_quoted_empty_text) {
  Plan plan = orders();
  plan.columns[0].required = false;
  for (ColumnPlan& each : plan.columns) each.null_tokens = {"", "NA", "a long token for null"};
  plan.columns[1].quoted_empty_is_text = true;
  plan.columns[2].quoted_empty_is_text = true;
  Builder builder(plan, 3);
  MadeRecords records("NA,\"\",\"\"\n1,,NA\n2,a long token for null,1\n3,na,1\n", 3);
  const Batch& batch = builder.build(*records, {});
  ASSERT_EQ(batch.rows, 3U + 1U);
  EXPECT_TRUE(batch.columns[0].is_null(0));
  EXPECT_FALSE(batch.columns[1].is_null(0));
  EXPECT_TRUE(batch.columns[1].is_null(1));
  EXPECT_TRUE(batch.columns[1].is_null(2));
  EXPECT_EQ(text_of(batch.columns[1], 3), "na");
  EXPECT_TRUE(batch.columns[2].is_null(0));
  EXPECT_TRUE(batch.columns[2].is_null(1));
}

TEST(Builder, fills_a_column_that_the_file_lacks_with_nulls) {
  Plan plan = orders();
  plan.columns.push_back(column("more", {Kind::decimal, 38, 2}, -1));
  Builder builder(plan, 3);
  MadeRecords records("1,a,1\nx,b,2\n3,c,3\n", 3);
  const Batch& batch = builder.build(*records, {});
  ASSERT_EQ(batch.rows, 2U);
  EXPECT_EQ(batch.columns[3].null_count, 2U);
  EXPECT_TRUE(batch.columns[3].as<int128>()[1] == 0);
}

TEST(Builder, converts_quoted_cells_of_every_type) {
  Plan plan;
  plan.columns = {column("b", {Kind::boolean}, 0), column("d", {Kind::date}, 1),
                  column("n", {Kind::decimal, 9, 2}, 2), column("j", {Kind::json}, 3)};
  plan.labels = {"b", "d", "n", "j"};
  Builder builder(plan, 4);
  MadeRecords records("\"true\",\"1970-01-02\",\"1.5\",\"{\"\"a\"\":1}\"\n0,,,{\nx,y,z,1\n", 4);
  const Batch& batch = builder.build(*records, {});
  ASSERT_EQ(batch.rows, 1U);
  EXPECT_EQ(batch.columns[0].as<uint8_t>()[0], 1);
  EXPECT_EQ(batch.columns[1].as<int32_t>()[0], 1);
  EXPECT_EQ(batch.columns[2].as<int32_t>()[0], 150);
  EXPECT_EQ(text_of(batch.columns[3], 0), "{\"a\":1}");
  ASSERT_EQ(batch.rejects.size(), 2U);
  EXPECT_EQ(batch.rejects[0].errors[0].field_name, "j");
  EXPECT_EQ(batch.rejects[1].errors.size(), 3U);
}

// One line a value and a reject: what must not depend on how the file was cut.
std::string digest(const Batch& batch) {
  std::string text;
  for (uint32_t row = 0; row < batch.rows; ++row) {
    text +=
        batch.columns[0].is_null(row) ? "-" : std::to_string(batch.columns[0].as<int64_t>()[row]);
    text += "|" + text_of(batch.columns[1], row) + "|";
    text +=
        batch.columns[2].is_null(row) ? "-" : std::to_string(batch.columns[2].as<double>()[row]);
    text += "\n";
  }
  return text;
}

std::string reject_digest(const Batch& batch) {
  std::string text;
  for (const Reject& reject : batch.rejects) {
    text += reject_json(reject).dump() + std::string(reject.raw);
  }
  return text;
}

TEST(Builder, gives_the_same_values_and_rejects_however_the_records_are_cut) {
  const std::vector<std::string> lines = {"1,a,1\n",     "x,b,2\n",   "\"3\",\"l\nm\",3\r\n",
                                          "4,d\n",       ",e,5\n",    "6,\"f\"\"g\",$\n",
                                          "7,g,7,8\r\n", "8,h,1e3\n", "99999999999999999999,i,9\n"};
  Plan plan = orders();
  std::string whole_values;
  std::string whole_rejects;
  for (size_t size = lines.size(); size >= 1; --size) {
    Builder builder(plan, 3);
    Place place{17, 2, 2};
    std::string values;
    std::string rejects;
    for (size_t first = 0; first < lines.size(); first += size) {
      std::string text;
      size_t last = std::min(lines.size(), first + size);
      for (size_t i = first; i < last; ++i) text += lines[i];
      MadeRecords records(text, 3);
      const Batch& batch = builder.build(*records, place);
      values += digest(batch);
      rejects += reject_digest(batch);
      place.byte_offset += text.size();
      place.first_record += last - first;
      for (char byte : text) place.first_line += byte == '\n' ? 1 : 0;
    }
    if (size == lines.size()) {
      whole_values = values;
      whole_rejects = rejects;
    }
    EXPECT_EQ(values, whole_values) << size;
    EXPECT_EQ(rejects, whole_rejects) << size;
  }
  EXPECT_NE(whole_rejects.find("integer overflow"), std::string::npos);
}

TEST(Builder, keeps_at_most_the_stated_number_of_errors) {
  Plan plan;
  std::string line;
  for (int32_t i = 0; i < 50; ++i) {
    plan.columns.push_back(column("c", {Kind::int64}, i));
    plan.labels.push_back("c");
    line += i == 0 ? "x" : ",x";
  }
  Builder builder(plan, 50);
  MadeRecords records(line + "\n", 50);
  const Batch& batch = builder.build(*records, {});
  ASSERT_EQ(batch.rejects.size(), 1U);
  EXPECT_EQ(batch.rejects[0].errors.size(), limits::errors_per_record_max);
}

}  // namespace
}  // namespace silversmith::frame
