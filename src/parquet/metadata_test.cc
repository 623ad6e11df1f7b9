// SPDX-License-Identifier: Apache-2.0
#include "parquet/metadata.h"

#include <gtest/gtest.h>

#include "parquet/page_index.h"

namespace silversmith::parquet {
namespace {

constexpr frame::Type int64_type{frame::Kind::int64, 0, 0, false};

Page page(int64_t least, int64_t greatest, uint32_t nulls = 0) {
  Page made;
  made.rows = 10;
  made.nulls = nulls;
  made.bytes = 100;
  int64_t values[] = {least, greatest};
  if (nulls < made.rows) made.bounds = bounds_of(std::span<const int64_t>(values));
  return made;
}

int32_t order_of(std::vector<Page> pages) {
  ColumnChunk chunk;
  chunk.pages = std::move(pages);
  std::string bytes = encode_column_index(int64_type, chunk);
  return read_column_index(bytes).value().order;
}

TEST(Metadata, knows_the_order_of_page_bounds) {
  EXPECT_EQ(order_of({page(1, 2), page(0, 0, 10), page(2, 3)}), 1);
  EXPECT_EQ(order_of({page(5, 6), page(1, 2)}), 2);
  EXPECT_EQ(order_of({page(5, 6), page(1, 2), page(3, 4)}), 0);
}

TEST(Metadata, writes_no_column_index_when_a_page_of_values_has_no_bounds) {
  ColumnChunk chunk;
  chunk.pages = {page(1, 2), page(1, 2)};
  chunk.pages[1].bounds = {};
  EXPECT_EQ(encode_column_index(int64_type, chunk), "");
}

TEST(Metadata, places_data_pages_behind_the_dictionary) {
  ColumnChunk chunk;
  chunk.has_dictionary = true;
  chunk.pages = {page(1, 2), page(1, 2), page(1, 2)};
  std::string bytes = encode_offset_index(chunk, 1000);
  std::vector<PageLocation> places = read_offset_index(bytes).value();
  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(places[0].offset, 1100);
  EXPECT_EQ(places[1].offset, 1200);
  EXPECT_EQ(places[1].first_row, 10);
}

}  // namespace
}  // namespace silversmith::parquet
