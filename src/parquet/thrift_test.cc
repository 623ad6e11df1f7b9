// SPDX-License-Identifier: Apache-2.0
#include "parquet/thrift.h"

#include <gtest/gtest.h>

namespace silversmith::parquet {
namespace {

TEST(Thrift, reads_back_what_it_writes) {
  ThriftWriter out;
  out.begin_struct();
  out.field_i32(1, -5);
  out.field_bool(2, true);
  out.field_binary(40, "text");  // A step of more than 15 takes the long form.
  out.begin_list(41, ThriftType::i64, 20);
  for (int64_t i = 0; i < 20; ++i) out.i64(i * 1'000'000'007 - 3);
  out.begin_struct_field(42);
  out.field_i64(1, INT64_MIN);
  out.end_struct();
  out.end_struct();
  ThriftReader in(out.bytes());
  in.begin_struct();
  EXPECT_EQ(in.next_field().id, 1);
  EXPECT_EQ(in.integer32(), -5);
  EXPECT_TRUE(in.boolean(in.next_field().type));
  EXPECT_EQ(in.next_field().id, 40);
  EXPECT_EQ(in.binary(), "text");
  EXPECT_EQ(in.next_field().id, 41);
  auto list = in.list();
  ASSERT_EQ(list.count, 20U);
  for (int64_t i = 0; i < 20; ++i) EXPECT_EQ(in.integer(), i * 1'000'000'007 - 3);
  EXPECT_EQ(in.next_field().id, 42);
  in.begin_struct();
  EXPECT_EQ(in.next_field().id, 1);
  EXPECT_EQ(in.integer(), INT64_MIN);
  EXPECT_EQ(in.next_field().type, ThriftType::stop);
  in.end_struct();
  EXPECT_EQ(in.next_field().type, ThriftType::stop);
  EXPECT_FALSE(in.bad());
  EXPECT_EQ(in.position(), out.bytes().size());
}

TEST(Thrift, writes_the_bytes_of_the_specification) {
  ThriftWriter out;
  out.begin_struct();
  out.field_i32(1, 1);
  out.end_struct();
  EXPECT_EQ(out.bytes(), std::string("\x15\x02\x00", 3));
}

TEST(Thrift, refuses_a_list_longer_than_its_bytes) {
  ThriftReader in(std::string_view("\xF5\xFF\xFF\xFF\xFF\x0F", 6));
  EXPECT_EQ(in.list().count, 0U);
  EXPECT_TRUE(in.bad());
}

TEST(Thrift, refuses_endless_nesting_when_it_skips) {
  std::string bytes(100, '\x1C');  // Field 1 is a struct whose field 1 is a struct ...
  ThriftReader in(bytes);
  in.skip(ThriftType::structure);
  EXPECT_TRUE(in.bad());
}

TEST(Thrift, turns_bad_at_the_end_of_its_bytes) {
  for (std::string_view bytes : {"", "\x18", "\x18\x7F", "\x15\xFF"}) {
    ThriftReader in(bytes);
    in.begin_struct();
    in.skip(in.next_field().type);
    EXPECT_TRUE(in.bad());
  }
}

}  // namespace
}  // namespace silversmith::parquet
