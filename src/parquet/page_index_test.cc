// SPDX-License-Identifier: Apache-2.0
#include "parquet/page_index.h"

#include <gtest/gtest.h>

#include "parquet/thrift.h"

namespace silversmith::parquet {
namespace {

struct Made {
  ThriftType of_null_pages = ThriftType::true_value;
  ThriftType of_mins = ThriftType::binary;
  bool has_counts = true;
  char null_page = 2;

  std::string bytes() const {
    ThriftWriter out;
    out.begin_struct();
    out.begin_list(1, of_null_pages, 1);
    out.raw({&null_page, 1});
    out.begin_list(2, of_mins, 1);
    out.binary("a");
    out.begin_list(3, ThriftType::binary, 1);
    out.binary("b");
    out.field_i32(4, 1);
    if (has_counts) {
      out.begin_list(5, ThriftType::i64, 1);
      out.i64(7);
    }
    out.end_struct();
    return out.take();
  }
};

TEST(PageIndex, is_read) {
  std::string bytes = Made().bytes();
  ColumnIndex index = read_column_index(bytes).value();
  EXPECT_EQ(index.null_pages, std::vector<bool>{false});
  EXPECT_EQ(index.mins, std::vector<std::string_view>{"a"});
  EXPECT_EQ(index.maxs, std::vector<std::string_view>{"b"});
  EXPECT_EQ(index.order, 1);
  EXPECT_EQ(index.null_counts, std::vector<int64_t>{7});
}

TEST(PageIndex, may_lack_its_null_counts) {
  Made made;
  made.has_counts = false;
  std::string bytes = made.bytes();
  Result<ColumnIndex> index = read_column_index(bytes);
  ASSERT_TRUE(index.ok());
  EXPECT_FALSE(index->null_counts.has_value());
}

TEST(PageIndex, takes_false_as_most_and_as_some_write_it) {
  for (char no : {'\0', '\2'}) {
    Made made;
    made.null_page = no;
    std::string bytes = made.bytes();
    EXPECT_EQ(read_column_index(bytes)->null_pages, std::vector<bool>{false});
  }
}

TEST(PageIndex, is_refused_with_a_boolean_that_is_none_and_with_lists_of_another_type) {
  Made neither;
  neither.null_page = 3;
  Made of_numbers;
  of_numbers.of_null_pages = ThriftType::i8;
  Made of_lists;
  of_lists.of_mins = ThriftType::set;
  for (const Made& made : {neither, of_numbers, of_lists}) {
    EXPECT_FALSE(read_column_index(made.bytes()).ok());
  }
  EXPECT_FALSE(read_column_index(Made().bytes() + "x").ok()) << "it is longer than what it says";
}

TEST(PageIndex, of_places_wants_each_field_once_and_of_its_type) {
  auto place = [](bool whole, bool wide) {
    ThriftWriter out;
    out.begin_struct();
    out.begin_list(1, ThriftType::structure, 1);
    out.begin_struct();
    out.field_i64(1, 4);
    wide ? out.field_i64(2, 100) : out.field_i32(2, 100);
    if (whole) out.field_i64(3, 0);
    out.end_struct();
    out.end_struct();
    return out.take();
  };
  EXPECT_EQ(read_offset_index(place(true, false)).value().at(0).bytes, 100);
  EXPECT_FALSE(read_offset_index(place(false, false)).ok());
  EXPECT_FALSE(read_offset_index(place(true, true)).ok());
}

}  // namespace
}  // namespace silversmith::parquet
