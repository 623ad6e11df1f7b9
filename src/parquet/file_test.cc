// SPDX-License-Identifier: Apache-2.0
#include "parquet/file.h"

#include <gtest/gtest.h>

#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

const Schema schema = {{"n", {frame::Kind::int64, 0, 0, false}, false}};

test::Values counting(size_t rows) {
  test::Values values{schema[0].type, std::vector<bool>(rows), {}};
  for (size_t i = 0; i < rows; ++i) values.bytes.push_back(test::bytes_of(static_cast<int64_t>(i)));
  return values;
}

TEST(FileWriter, writes_a_whole_file_without_rows) {
  test::StringSink sink;
  FileWriter writer(schema, WriterOptions::for_columns(1), sink);
  FileSummary summary = writer.finish({}).value();
  EXPECT_EQ(summary.bytes, sink.text.size());
  test::StringFile file(sink.text);
  Reader reader = Reader::open(file).value();
  EXPECT_EQ(reader.row_groups(), 0U);
  EXPECT_EQ(reader.schema(), schema);
  EXPECT_TRUE(reader.verify().ok());
}

TEST(FileWriter, drops_a_row_group_without_rows) {
  test::StringSink sink;
  WriterOptions options = WriterOptions::for_columns(1);
  FileWriter writer(schema, options, sink);
  RowGroupWriter row_group(schema, options, nullptr);
  ASSERT_TRUE(writer.append(row_group.finish().value()).ok());
  EXPECT_EQ(writer.summary().row_groups, 0U);
  EXPECT_TRUE(sink.text.empty());
}

std::vector<frame::Column> two_counting_columns(uint32_t rows) {
  std::vector<frame::Column> columns(2);
  for (frame::Column& column : columns) {
    column.type = schema[0].type;
    column.rows = rows;
    column.values.resize(rows * sizeof(int64_t));
    column.valid.resize(rows);
    for (uint32_t i = 0; i < rows; ++i) {
      column.data<int64_t>()[i] = i;
      column.valid[i] = 1;
    }
  }
  return columns;
}

TEST(FileWriter, takes_a_column_whose_one_value_is_known_last) {
  const Schema whole = {{"n", schema[0].type, false},
                        {"late", {frame::Kind::text}, false},
                        {"m", schema[0].type, false}};
  WriterOptions options = WriterOptions::for_columns(3);
  options.late_column = 1;
  for (std::optional<std::string_view> value : {std::optional<std::string_view>("v7"), {}}) {
    test::StringSink sink;
    FileWriter writer(whole, options, sink);
    RowGroupWriter row_group(whole, options, nullptr);
    for (uint32_t rows : {3U, 100'000U}) {
      ASSERT_TRUE(row_group.append(two_counting_columns(rows), rows).ok());
      ASSERT_TRUE(writer.append(row_group.finish().value()).ok());
    }
    ASSERT_TRUE(writer.fill_late(value).ok());
    FileSummary summary = writer.finish({}).value();
    EXPECT_EQ(summary.columns[1].null_count, value.has_value() ? 0U : 100'003U);
    test::StringFile file(sink.text);
    Reader reader = Reader::open(file).value();
    EXPECT_EQ(reader.schema(), whole);
    Result<> verified = reader.verify();
    EXPECT_TRUE(verified.ok()) << verified.error().message;
    DecodedColumn late = reader.read(1, 1).value();
    ASSERT_EQ(late.column.rows, 100'000U);
    EXPECT_EQ(late.column.is_null(99'999), !value.has_value());
    frame::Text text = late.column.as<frame::Text>()[99'999];
    EXPECT_EQ(std::string_view(text.data, text.size), value.value_or(""));
  }
}

TEST(FileWriter, sums_up_what_it_wrote) {
  test::Writing how;
  how.options = WriterOptions::for_columns(1);
  how.row_group_rows = 400;
  FileSummary summary = test::write(schema, {counting(1000)}, how).summary;
  EXPECT_EQ(summary.rows, 1000U);
  EXPECT_EQ(summary.row_groups, 3U);
  ASSERT_TRUE(summary.columns[0].has_min_max);
  EXPECT_EQ(summary.columns[0].min, "0");
  EXPECT_EQ(summary.columns[0].max, "999");
}

}  // namespace
}  // namespace silversmith::parquet
