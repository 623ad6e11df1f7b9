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
