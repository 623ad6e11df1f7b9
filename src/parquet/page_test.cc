// SPDX-License-Identifier: Apache-2.0
#include "parquet/page.h"

#include <gtest/gtest.h>

#include <random>

#include "parquet/footer.h"
#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

TEST(PageWriter, writes_a_header_that_describes_its_page) {
  WriterOptions options;
  PageWriter writer(options, nullptr);
  Page page;
  page.rows = 12;
  page.nulls = 2;
  std::string image(1000, 'p');
  ColumnChunk chunk;
  ASSERT_TRUE(writer.write_data(image, page, chunk).ok());
  EXPECT_EQ(chunk.codec, Codec::snappy);
  test::StringSink sink;
  ASSERT_TRUE(writer.take().copy(page.place, page.bytes, sink).ok());
  PageHeader header = read_page_header(sink.text).value();
  EXPECT_EQ(header.kind, 0);
  EXPECT_EQ(header.values, 12U);
  EXPECT_EQ(header.uncompressed_bytes, 1000U);
  EXPECT_EQ(header.header_bytes + header.compressed_bytes, page.bytes);
  EXPECT_EQ(page.uncompressed_bytes, header.header_bytes + 1000);
  EXPECT_EQ(*header.crc, crc32(std::string_view(sink.text).substr(header.header_bytes)));
  EXPECT_EQ(page.digest, content_hash(image));
  EXPECT_EQ(writer.stored_bytes(), 0U);
}

TEST(PageWriter, a_first_page_that_hardly_shrinks_settles_its_chunk) {
  std::string noise(40'000, ' ');
  std::mt19937 random(1);
  for (char& c : noise) c = static_cast<char>(random());
  std::string plain(40'000, 'p');
  auto codec_after = [&](const std::string& first, Encoding encoding) {
    PageWriter writer({}, nullptr);
    ColumnChunk chunk;
    for (const std::string& image : {first, plain}) {
      Page page;
      page.encoding = encoding;
      SMITH_CHECK(writer.write_data(image, page, chunk).ok());
      bool stored = page.bytes > image.size();
      EXPECT_EQ(stored, image != plain || chunk.codec == Codec::uncompressed);
    }
    return *chunk.codec;
  };
  EXPECT_EQ(codec_after(noise, Encoding::plain), Codec::uncompressed);
  EXPECT_EQ(codec_after(plain, Encoding::plain), Codec::snappy);
  EXPECT_EQ(codec_after(noise.substr(0, 1000), Encoding::plain), Codec::snappy) << "too small";
  EXPECT_EQ(codec_after(noise, Encoding::rle_dictionary), Codec::snappy) << "ids tell nothing";
}

}  // namespace
}  // namespace silversmith::parquet
