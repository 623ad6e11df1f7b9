// SPDX-License-Identifier: Apache-2.0
#include "parquet/column_writer.h"

#include <gtest/gtest.h>

#include "parquet/compress.h"
#include "parquet/footer.h"
#include "parquet/page_header.h"
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

// The one PLAIN page of `values`, as it is stored and as it was before.
struct StoredPage {
  std::string packed;
  std::string image;
};

StoredPage plain_page(const test::Values& values) {
  WriterOptions options = WriterOptions::for_columns(1);
  PageWriter pages(options, nullptr);
  auto writer = make_column_writer({"c", values.type, true}, options, pages);
  auto rows = static_cast<uint32_t>(values.null.size());
  EXPECT_TRUE(writer->append(test::cut(values, 0, rows)).ok());
  ColumnChunk chunk = writer->finish().value();
  EXPECT_EQ(chunk.pages.size(), 1U);
  EXPECT_EQ(chunk.pages[0].encoding, Encoding::plain);
  test::StringSink sink;
  EXPECT_TRUE(pages.take().copy(0, chunk.pages[0].bytes, sink).ok());
  PageHeader header = read_page_header(sink.text).value();
  StoredPage page{sink.text.substr(header.header_bytes), ""};
  Buffer<char> image;
  size_t size = chunk.pages[0].uncompressed_bytes - header.header_bytes;
  EXPECT_TRUE(decompress(options.codec, page.packed, size, image).ok());
  page.image.assign(image.data(), image.size());
  return page;
}

bool is_as_the_library_packs(const StoredPage& page) {
  return Compressor(Codec::snappy, 0).compress(page.image, Grain::bytes) == page.packed;
}

// Values that count up from `first`, which word by word get as small as by the library.
template <class T>
test::Values counting(Type type, T first) {
  test::Values values{type, std::vector<bool>(20'000), {}};
  for (size_t i = 0; i < values.null.size(); ++i) {
    values.bytes.push_back(test::bytes_of(static_cast<T>(first + static_cast<T>(i))));
  }
  return values;
}

TEST(ColumnWriter, has_pages_of_8_byte_values_compressed_by_words) {
  Type real_type{Kind::float64, 0, 0, false};
  for (const test::Values& values :
       {counting<int64_t>(int64_type, 1'000'000), counting<double>(real_type, 0x1p52)}) {
    StoredPage page = plain_page(values);
    EXPECT_FALSE(is_as_the_library_packs(page)) << frame::describe(values.type);
    std::string image;
    for (const std::string& value : values.bytes) image += value;
    EXPECT_EQ(page.image, image);
  }
}

// Values that words would suit, were they asked: every other one is the same, or a length.
TEST(ColumnWriter, has_pages_of_other_values_compressed_by_the_library) {
  test::Values dates = counting<int32_t>({Kind::date, 0, 0, false}, 10'000);
  for (size_t i = 1; i < dates.bytes.size(); i += 2) dates.bytes[i] = test::bytes_of(int32_t{7});
  test::Values texts{{Kind::text, 0, 0, false}, std::vector<bool>(20'000), {}};
  for (size_t i = 0; i < texts.null.size(); ++i) {
    std::string text;
    for (size_t rest = i; text.size() < 4; rest /= 26) {
      text.push_back(static_cast<char>('a' + rest % 26));
    }
    texts.bytes.push_back(std::move(text));
  }
  texts.bytes.back() += "more";  // words end where the page does: with the length of a text
  for (const test::Values& values : {dates, texts}) {
    StoredPage page = plain_page(values);
    EXPECT_TRUE(is_as_the_library_packs(page)) << frame::describe(values.type);
    std::string by_words(Compressor(Codec::snappy, 0).compress(page.image, Grain::words));
    EXPECT_NE(by_words, page.packed) << frame::describe(values.type) << ": words do not suit";
  }
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
