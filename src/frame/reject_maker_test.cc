// SPDX-License-Identifier: Apache-2.0
#include "frame/reject_maker.h"

#include <gtest/gtest.h>

#include <string>

#include "support/made_records.h"

namespace silversmith::frame {
namespace {

Plan one_column(Type type) {
  Plan plan;
  ColumnPlan column;
  column.name = "when";
  column.type = type;
  column.source = 0;
  column.true_values = {"yes"};
  column.false_values = {"no"};
  plan.columns.push_back(column);
  plan.labels = {"when"};
  return plan;
}

std::string message(const Plan& plan, const std::string& cell, Mark mark) {
  RejectMaker maker(plan);
  MadeRecords records(cell + "\n", 1);
  maker.begin(*records, {});
  return maker.error({0, 0, mark}).message;
}

TEST(RejectMaker, says_what_was_found_and_what_is_wanted) {
  EXPECT_EQ(message(one_column({Kind::int64}), "12x", Mark::malformed),
            "found \"12x\", wanted an integer");
  EXPECT_EQ(message(one_column({Kind::int64}), " 12", Mark::malformed),
            "found \" 12\", wanted an integer; remove the blanks around it");
  EXPECT_NE(message(one_column({Kind::int64}), "99999999999999999999", Mark::integer_overflow)
                .find("integer overflow"),
            std::string::npos);
  EXPECT_EQ(message(one_column({Kind::boolean}), "x", Mark::malformed),
            "found \"x\", wanted one of \"yes\", \"no\"");
  EXPECT_EQ(message(one_column({Kind::decimal, 4, 2}), "1.005", Mark::excess_fraction),
            "found \"1.005\", wanted a number that fits decimal(4,2); it has too many fraction "
            "digits, and values are never rounded");
  Plan plan = one_column({Kind::date});
  plan.columns[0].pattern =
      contract::compile_pattern("%d.%m.%Y", contract::PatternUse::date).value();
  EXPECT_EQ(message(plan, "x", Mark::malformed), "found \"x\", wanted a date like %d.%m.%Y");
}

TEST(RejectMaker, tells_an_empty_required_cell_from_a_null_word) {
  Plan plan = one_column({Kind::int64});
  EXPECT_EQ(message(plan, "NA", Mark::null),
            "found \"NA\", which is no value, wanted one: the field is required");
  EXPECT_EQ(message(plan, "\"\"", Mark::null), "found no value, wanted one: the field is required");
}

TEST(RejectMaker, cuts_a_long_value_between_characters) {
  Plan plan = one_column({Kind::int64});
  RejectMaker maker(plan);
  std::string euros;
  for (int i = 0; i < 600; ++i) euros += "\xE2\x82\xAC";
  MadeRecords records(euros + "\n", 1);
  maker.begin(*records, {});
  EXPECT_EQ(maker.error({0, 0, Mark::malformed}).value, euros.substr(0, 1023));
}

TEST(RejectMaker, counts_every_line_end_once) {
  Plan plan = one_column({Kind::int64});
  RejectMaker maker(plan);
  MadeRecords records("1\r2\r\n\"a\rb\nc\r\nd\"\r5\n", 1, {}, csv::LineEnd::any);
  ASSERT_EQ(records->count, 4U);
  maker.begin(*records, {10, 5, 7, csv::LineEnd::any});
  Reject second = maker.of_record(1);
  EXPECT_EQ(second.line, 8U);
  EXPECT_EQ(second.row, 6U);
  EXPECT_EQ(second.raw, "2\r\n");
  EXPECT_EQ(second.byte_start, 12U);
  EXPECT_EQ(second.byte_end, 13U);
  Reject third = maker.of_record(2);
  EXPECT_EQ(third.line, 9U);
  EXPECT_EQ(third.line_end, 12U);
  EXPECT_EQ(maker.of_record(3).line, 13U);
}

TEST(RejectMaker, a_lone_cr_is_no_line_where_only_newlines_end_records) {
  Plan plan = one_column({Kind::int64});
  RejectMaker maker(plan);
  MadeRecords records("1\r2\n3\n", 1);
  maker.begin(*records, {});
  EXPECT_EQ(maker.of_record(1).line, 2U);
}

std::string fault_message_of(std::string_view text, std::string* code) {
  Plan plan = one_column({Kind::text});
  RejectMaker maker(plan);
  MadeRecords records(text, 2);
  maker.begin(*records, {});
  if (records->faults.size() != 1) return "not one fault";
  Reject reject = maker.of_fault(records->faults[0]);
  *code = reject.errors[0].code;
  return reject.errors[0].message;
}

TEST(RejectMaker, explains_each_structural_fault) {
  std::string code;
  EXPECT_EQ(fault_message_of("a\n", &code), "found 1 field, wanted 2");
  EXPECT_EQ(code, "missing-cell");
  EXPECT_EQ(fault_message_of("a,b,c\n", &code), "found 3 fields, wanted 2");
  EXPECT_EQ(code, "extra-cell");
  EXPECT_NE(fault_message_of("\"a\"x,b\n", &code).find("behind a closing quote"),
            std::string::npos);
  EXPECT_EQ(code, "text-after-quote");
  EXPECT_NE(fault_message_of(std::string_view("a\0,b\n", 5), &code).find("NUL"), std::string::npos);
  EXPECT_NE(fault_message_of("a\xFF,b\n", &code).find("wanted UTF-8"), std::string::npos);
  EXPECT_EQ(code, "encoding-error");
}

}  // namespace
}  // namespace silversmith::frame
