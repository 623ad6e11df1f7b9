// SPDX-License-Identifier: Apache-2.0
#include "parquet/column_writer.h"

#include <gtest/gtest.h>

#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

using frame::Kind;
using frame::Type;

constexpr Type int64_type{Kind::int64, 0, 0, false};

struct Column {
  WriterOptions options = WriterOptions::for_columns(1);
  bool required = false;

  ColumnChunk chunk(const test::Values& values) const {
    ColumnSpec spec{"c", values.type, required};
    PageWriter pages(options, nullptr);
    auto writer = make_column_writer(spec, options, pages);
    auto rows = static_cast<uint32_t>(values.null.size());
    EXPECT_TRUE(writer->append(test::cut(values, 0, rows)).ok());
    return writer->finish().value();
  }
};

test::Values integers(size_t rows, uint64_t distinct, uint64_t distinct_from = 0) {
  test::Numbers numbers(1);
  test::Values values{int64_type, std::vector<bool>(rows), {}};
  for (size_t i = 0; i < rows; ++i) {
    uint64_t bound = i < distinct_from ? 3 : distinct;
    values.bytes.push_back(test::bytes_of(numbers.below(bound)));
  }
  return values;
}

test::Values nulls(size_t rows) {
  return {int64_type, std::vector<bool>(rows, true), std::vector<std::string>(rows)};
}

TEST(ColumnWriter, writes_no_dictionary_page_for_nothing_but_nulls) {
  ColumnChunk chunk = Column().chunk(nulls(100'000));
  EXPECT_FALSE(chunk.has_dictionary);
  ASSERT_EQ(chunk.pages.size(), 2U);
  EXPECT_EQ(chunk.pages[0].encoding, Encoding::plain);
  EXPECT_EQ(chunk.nulls, 100'000U);
  EXPECT_FALSE(chunk.bounds.has_min);
}

TEST(ColumnWriter, writes_no_page_for_no_rows) {
  EXPECT_TRUE(Column().chunk(nulls(0)).pages.empty());
}

TEST(ColumnWriter, keeps_a_dictionary_for_few_values) {
  ColumnChunk chunk = Column().chunk(integers(100'000, 50));
  ASSERT_TRUE(chunk.has_dictionary);
  ASSERT_EQ(chunk.pages.size(), 3U);
  EXPECT_EQ(chunk.pages[0].rows, 50U);
  EXPECT_EQ(chunk.pages[1].encoding, Encoding::rle_dictionary);
}

TEST(ColumnWriter, writes_many_values_plain_from_the_first_page_on) {
  ColumnChunk chunk = Column().chunk(integers(100'000, uint64_t{1} << 50));
  EXPECT_FALSE(chunk.has_dictionary);
  EXPECT_EQ(chunk.pages[0].rows, 65'536U);
}

TEST(ColumnWriter, gives_a_full_dictionary_up_and_keeps_its_pages) {
  ColumnChunk chunk = Column().chunk(integers(400'000, uint64_t{1} << 50, 70'000));
  ASSERT_TRUE(chunk.has_dictionary);
  EXPECT_EQ(chunk.pages[1].encoding, Encoding::rle_dictionary);
  EXPECT_EQ(chunk.pages.back().encoding, Encoding::plain);
  uint64_t rows = 0;
  for (size_t i = 1; i < chunk.pages.size(); ++i) rows += chunk.pages[i].rows;
  EXPECT_EQ(rows, 400'000U);
}

TEST(ColumnWriter, cuts_pages_at_exact_rows) {
  Column column;
  column.options.page_rows_max = 100;
  ColumnChunk chunk = column.chunk(integers(250, uint64_t{1} << 50));
  ASSERT_EQ(chunk.pages.size(), 3U);
  EXPECT_EQ(chunk.pages[2].rows, 50U);
}

TEST(ColumnWriter, never_encodes_booleans_with_a_dictionary) {
  test::Values values{{Kind::boolean, 0, 0, false}, std::vector<bool>(1000), {}};
  values.bytes.assign(1000, test::bytes_of(uint8_t{1}));
  ColumnChunk chunk = Column().chunk(values);
  EXPECT_FALSE(chunk.has_dictionary);
  EXPECT_EQ(chunk.pages[0].encoding, Encoding::plain);
}

TEST(ColumnWriter, puts_a_text_longer_than_a_page_alone) {
  Column column;
  column.options.page_bytes_max = 1000;
  test::Values values{{Kind::text, 0, 0, false}, std::vector<bool>(3), {}};
  values.bytes = {"a", std::string(5000, 'b'), "c"};
  ColumnChunk chunk = column.chunk(values);
  ASSERT_EQ(chunk.pages.size(), 3U);
  EXPECT_EQ(chunk.pages[1].rows, 1U);
}

// The page of a long text ends behind it, also before nulls, and wherever the rows were cut.
TEST(ColumnWriter, ends_the_page_of_a_long_text_behind_it_for_every_cut) {
  test::Values values{{Kind::text, 0, 0, false}, {}, {}};
  std::string longer(WriterOptions::for_columns(1).page_bytes_max + 1, 'x');
  for (int i = 0; i < 12; ++i) {
    values.null.push_back(i % 4 == 3);
    values.bytes.push_back(i % 4 == 3 ? "" : i % 4 == 2 ? longer : std::to_string(i));
  }
  for (uint32_t cut = 0; cut <= 12; ++cut) {
    WriterOptions options = WriterOptions::for_columns(1);
    ColumnSpec spec{"c", values.type, false};
    PageWriter pages(options, nullptr);
    auto writer = make_column_writer(spec, options, pages);
    ASSERT_TRUE(writer->append(test::cut(values, 0, cut)).ok());
    ASSERT_TRUE(writer->append(test::cut(values, cut, 12 - cut)).ok());
    std::vector<uint32_t> rows;
    ColumnChunk chunk = writer->finish().value();
    for (const Page& page : chunk.pages) rows.push_back(page.rows);
    EXPECT_EQ(rows, (std::vector<uint32_t>{2, 1, 3, 1, 3, 1, 1})) << cut;
  }
}

TEST(ColumnWriterDeathTest, refuses_a_null_in_a_required_column) {
  Column column;
  column.required = true;
  EXPECT_DEATH(column.chunk(nulls(1)), "a null in a required column");
}

}  // namespace
}  // namespace silversmith::parquet
