// SPDX-License-Identifier: Apache-2.0
#include "parquet/row_group.h"

#include <gtest/gtest.h>

#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

TEST(RowGroupWriter, starts_afresh_after_each_row_group) {
  Schema schema = {{"t", {frame::Kind::text, 0, 0, false}, false}};
  WriterOptions options = WriterOptions::for_columns(1);
  test::Values values{schema[0].type, std::vector<bool>(500),
                      std::vector<std::string>(500, "same")};
  std::vector<frame::Column> columns;
  columns.push_back(test::cut(values, 0, 500));
  RowGroupWriter writer(schema, options, nullptr);
  ASSERT_TRUE(writer.append(columns, 500).ok());
  EXPECT_EQ(writer.rows(), 500U);
  RowGroup first = writer.finish().value();
  EXPECT_EQ(writer.rows(), 0U);
  ASSERT_TRUE(writer.append(columns, 500).ok());
  RowGroup second = writer.finish().value();
  EXPECT_EQ(first.rows(), 500U);
  EXPECT_EQ(first.bytes(), second.bytes());
}

// Open pages, dictionaries and scratch of a thousand columns that all hold distinct values.
TEST(RowGroupWriter, cuts_the_pages_of_a_thousand_columns_small) {
  Schema schema(1000, {"c", {frame::Kind::int64, 0, 0, false}, false});
  WriterOptions options = WriterOptions::for_columns(schema.size());
  test::Numbers numbers(1);
  test::Values values{schema[0].type, std::vector<bool>(3000), {}};
  for (int i = 0; i < 3000; ++i) values.bytes.push_back(test::bytes_of(numbers.next()));
  RowGroupWriter writer(schema, options, nullptr);
  std::vector<frame::Column> columns;
  for (size_t i = 0; i < schema.size(); ++i) columns.push_back(test::cut(values, 0, 3000));
  ASSERT_TRUE(writer.append(columns, 3000).ok());
  RowGroup row_group = writer.finish().value();
  EXPECT_GT(row_group.bytes(), uint64_t{1000} * 3000 * 7);
  EXPECT_LE(options.page_bytes_max, 16U << 10);
}

}  // namespace
}  // namespace silversmith::parquet
