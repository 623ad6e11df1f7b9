// SPDX-License-Identifier: Apache-2.0
#include "frame/rejects.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace silversmith::frame {
namespace {

Reject made(std::string_view raw) {
  Reject reject;
  reject.row = 7;
  reject.line = 8;
  reject.line_end = 9;
  reject.byte_start = 100;
  reject.byte_end = 110;
  reject.raw = raw;
  FieldError error;
  error.code = "type-error";
  error.field_number = 2;
  error.field_name = "amount";
  error.value = "$5";
  error.message = "found \"$5\", wanted a number";
  error.byte_offset = 103;
  reject.errors.push_back(error);
  error.code = "constraint-error";
  error.constraint = "required";
  error.field_number = 3;
  reject.errors.push_back(error);
  return reject;
}

Reject structural() {
  Reject reject = made("x,y\n");
  reject.errors.resize(1);
  reject.errors[0] = {};
  reject.errors[0].code = "missing-cell";
  reject.errors[0].message = "found 2 fields, wanted 3";
  reject.disposition = Disposition::failed;
  return reject;
}

std::map<std::string, std::string> row_of(const std::vector<Column>& columns, uint32_t row) {
  std::map<std::string, std::string> values;
  for (size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    std::string& value = values[std::string(early_reject_fields()[i].name)];
    if (column.is_null(row)) {
      value = "null";
    } else if (column.type.kind == Kind::boolean) {
      value = std::to_string(column.as<uint8_t>()[row]);
    } else if (column.type.kind == Kind::int64) {
      value = std::to_string(column.as<int64_t>()[row]);
    } else {
      value = std::string(column.as<Text>()[row].data, column.as<Text>()[row].size);
    }
  }
  return values;
}

TEST(RejectColumns, hold_every_value_of_a_reject) {
  RejectColumns rejects({"bronze/a.csv", "orders", 3});
  rejects.add(made("1,$5,\n"));
  auto values = row_of(rejects.columns(), 0);
  EXPECT_EQ(values["source_key"], "bronze/a.csv");
  EXPECT_EQ(values["contract"], "orders");
  EXPECT_EQ(values["contract_version"], "3");
  EXPECT_EQ(values["row"], "7");
  EXPECT_EQ(values["line_end"], "9");
  EXPECT_EQ(values["byte_end"], "110");
  EXPECT_EQ(values["raw"], "1,$5,\n");
  EXPECT_EQ(values["raw_truncated"], "0");
  EXPECT_EQ(values["reason"], "type-error");
  EXPECT_EQ(values["field"], "amount");
  EXPECT_EQ(values["field_number"], "2");
  EXPECT_EQ(values["value"], "$5");
  EXPECT_EQ(values["error_count"], "2");
  EXPECT_EQ(values["action"], "quarantined");
  EXPECT_NE(values["errors"].find("\"constraint\":\"required\""), std::string::npos);
  EXPECT_EQ(values.size(), early_reject_fields().size());
  EXPECT_EQ(reject_fields()[late_reject_field].name, "source_version");
}

TEST(RejectColumns, leave_null_what_a_structural_reject_lacks) {
  RejectColumns rejects({"bronze/a.csv", "", 0});
  rejects.add(made("1\n"));
  rejects.add(structural());
  auto values = row_of(rejects.columns(), 1);
  EXPECT_EQ(values["contract"], "null");
  EXPECT_EQ(values["contract_version"], "null");
  EXPECT_EQ(values["field"], "null");
  EXPECT_EQ(values["field_number"], "null");
  EXPECT_EQ(values["value"], "null");
  EXPECT_EQ(values["action"], "failed");
  EXPECT_EQ(row_of(rejects.columns(), 0)["field"], "amount");
}

TEST(RejectColumns, start_anew_after_clear) {
  RejectColumns rejects({"k", "", 0});
  for (int i = 0; i < 100; ++i) rejects.add(made("some bytes\n"));
  EXPECT_GE(rejects.bytes(), 1100U);
  rejects.clear();
  EXPECT_EQ(rejects.rows(), 0U);
  EXPECT_EQ(rejects.bytes(), 0U);
  rejects.add(structural());
  EXPECT_EQ(rejects.columns()[0].rows, 1U);
  EXPECT_EQ(row_of(rejects.columns(), 0)["raw"], "x,y\n");
}

TEST(RejectJson, says_the_same_as_the_columns) {
  Json json = reject_json(made("1\n"));
  EXPECT_EQ(json.int_or("row", 0), 7);
  EXPECT_EQ(json.text_or("reason", ""), "type-error");
  EXPECT_EQ(json.text_or("action", ""), "quarantined");
  ASSERT_EQ(json.find("errors")->as_array().size(), 2U);
  EXPECT_EQ(json.find("errors")->as_array()[1].text_or("constraint", ""), "required");
  EXPECT_EQ(errors_json(made("1\n")), json.find("errors")->dump());
}

}  // namespace
}  // namespace silversmith::frame
