// SPDX-License-Identifier: Apache-2.0
#include "parquet/page.h"

#include <gtest/gtest.h>

#include "parquet/page_header.h"
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
  ASSERT_TRUE(writer.write_data(image, page).ok());
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

}  // namespace
}  // namespace silversmith::parquet
