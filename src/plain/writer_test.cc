// SPDX-License-Identifier: Apache-2.0
#include "plain/writer.h"

#include <gtest/gtest.h>

#include "support/made_records.h"

namespace silversmith::plain {
namespace {

using frame::Kind;
using frame::Type;

frame::Plan plan_of(const std::vector<Type>& types) {
  frame::Plan plan;
  for (const Type& type : types) {
    frame::ColumnPlan column;
    column.name = "c" + std::to_string(plan.columns.size());
    column.type = type;
    column.source = static_cast<int32_t>(plan.columns.size());
    column.null_tokens = {""};
    column.quoted_empty_is_text = true;
    column.true_values = {"yes"};
    column.false_values = {"no"};
    plan.labels.push_back(column.name);
    plan.columns.push_back(std::move(column));
  }
  return plan;
}

std::string written(Format format, const std::vector<Type>& types, std::string_view text) {
  frame::Plan plan = plan_of(types);
  frame::Builder builder(plan, static_cast<uint32_t>(types.size()));
  MadeRecords records(text, static_cast<uint32_t>(types.size()));
  const frame::Batch& batch = builder.build(*records, {});
  std::string out;
  Writer writer(format, plan);
  writer.header(out);
  writer.rows(*records, batch, out);
  return out;
}

TEST(CsvWriter, keeps_the_cells_own_text_and_quotes_only_where_needed) {
  EXPECT_EQ(written(Format::csv, {{Kind::int64}, {Kind::text}},
                    "007,\"plain\"\r\n8,\"a,b\"\n9,\"say \"\"hi\"\"\"\n1,\"l\nm\"\n"),
            "c0,c1\n007,plain\n8,\"a,b\"\n9,\"say \"\"hi\"\"\"\n1,\"l\nm\"\n");
}

TEST(CsvWriter, tells_an_empty_text_from_null) {
  EXPECT_EQ(written(Format::csv, {{Kind::text}, {Kind::text}}, "\"\",x\n,y\n"),
            "c0,c1\n\"\",x\n,y\n");
  EXPECT_EQ(written(Format::csv, {{Kind::int64}, {Kind::int64}}, "1,\n"), "c0,c1\n1,\n");
}

TEST(CsvWriter, leaves_rejected_records_out) {
  EXPECT_EQ(written(Format::csv, {{Kind::int64}, {Kind::text}}, "1,a\nx,b\n3,c\n"),
            "c0,c1\n1,a\n3,c\n");
}

TEST(JsonLinesWriter, writes_typed_values) {
  EXPECT_EQ(written(Format::jsonl,
                    {{Kind::int64}, {Kind::float64}, {Kind::boolean}, {Kind::text}, {Kind::date}},
                    "1,0.5,yes,\"a \"\"b\"\"\",2024-02-29\n,,,,\n-2,INF,no,\"\",0001-01-01\n"),
            "{\"c0\":1,\"c1\":0.5,\"c2\":true,\"c3\":\"a \\\"b\\\"\",\"c4\":\"2024-02-29\"}\n"
            "{\"c0\":null,\"c1\":null,\"c2\":null,\"c3\":null,\"c4\":null}\n"
            "{\"c0\":-2,\"c1\":\"INF\",\"c2\":false,\"c3\":\"\",\"c4\":\"0001-01-01\"}\n");
}

TEST(JsonLinesWriter, writes_decimals_and_times_as_text) {
  EXPECT_EQ(
      written(
          Format::jsonl,
          {{Kind::decimal, 38, 2},
           {Kind::decimal, 5, 0},
           {Kind::time},
           {Kind::timestamp},
           {Kind::timestamp, 0, 0, true}},
          "-0.05,12,23:59:59.000001,1969-12-31T23:59:59.5,2024-01-01T00:00:00+01:00\n"
          "123456789012345678901234567890123456.7,0,00:00,2024-01-01 10:00,2024-01-01T00:00Z\n"),
      "{\"c0\":\"-0.05\",\"c1\":\"12\",\"c2\":\"23:59:59.000001\",\"c3\":\"1969-12-31T23:59:59."
      "500000\",\"c4\":\"2023-12-31T23:00:00Z\"}\n"
      "{\"c0\":\"123456789012345678901234567890123456.70\",\"c1\":\"0\",\"c2\":\"00:00:00\","
      "\"c3\":\"2024-01-01T10:00:00\",\"c4\":\"2024-01-01T00:00:00Z\"}\n");
}

TEST(JsonLinesWriter, writes_json_cells_as_json_on_one_line) {
  EXPECT_EQ(written(Format::jsonl, {{Kind::json}, {Kind::int64}}, "\"{\"\"a\"\":\n[1]}\",1\n"),
            "{\"c0\":{\"a\":[1]},\"c1\":1}\n");
}

}  // namespace
}  // namespace silversmith::plain
