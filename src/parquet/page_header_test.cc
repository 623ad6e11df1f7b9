// SPDX-License-Identifier: Apache-2.0
#include "parquet/page_header.h"

#include <gtest/gtest.h>

#include "parquet/thrift.h"

namespace silversmith::parquet {
namespace {

// A data page's header; `wrong` is the id of the field that gets another type, 0 for none.
std::string header_of(int16_t wrong, int32_t kind = 0, int16_t inner = 5) {
  ThriftWriter out;
  auto number = [&](int16_t id, int32_t value) {
    id == wrong ? out.field_i64(id, value) : out.field_i32(id, value);
  };
  out.begin_struct();
  number(1, kind);
  number(2, 10);
  number(3, 12);
  number(4, -1);
  out.begin_struct_field(inner);
  out.field_i32(1, 3);
  out.field_i32(2, 8);
  if (inner == 5) {
    out.field_i32(3, 3);
    out.field_i32(4, 3);
  }
  out.end_struct();
  out.end_struct();
  return out.take();
}

TEST(PageHeader, is_read) {
  std::string bytes = header_of(0);
  PageHeader header = read_page_header(bytes + "more").value();
  EXPECT_EQ(header.kind, 0);
  EXPECT_EQ(header.uncompressed_bytes, 10U);
  EXPECT_EQ(header.compressed_bytes, 12U);
  EXPECT_EQ(header.crc, 0xFFFFFFFFU);
  EXPECT_EQ(header.values, 3U);
  EXPECT_EQ(header.encoding, 8);
  EXPECT_EQ(header.level_encoding, 3);
  EXPECT_EQ(header.header_bytes, bytes.size());
  EXPECT_TRUE(read_page_header(header_of(0, 2, 7)).ok());
}

TEST(PageHeader, is_refused_with_a_field_of_another_type) {
  for (int16_t wrong = 1; wrong <= 4; ++wrong) {
    EXPECT_FALSE(read_page_header(header_of(wrong)).ok()) << wrong;
  }
}

TEST(PageHeader, is_refused_without_the_part_that_its_kind_wants) {
  EXPECT_FALSE(read_page_header(header_of(0, 2, 5)).ok());
  EXPECT_FALSE(read_page_header(header_of(0, 0, 7)).ok());
  ThriftWriter out;
  out.begin_struct();
  out.field_i32(1, 0);
  out.field_i32(2, 10);
  out.field_i32(3, 12);
  out.end_struct();
  EXPECT_FALSE(read_page_header(out.bytes()).ok());
}

}  // namespace
}  // namespace silversmith::parquet
