// SPDX-License-Identifier: Apache-2.0
#include "frame/columns.h"

#include <gtest/gtest.h>

namespace silversmith::frame {
namespace {

TEST(Columns, describe_a_type_as_receipts_print_it) {
  EXPECT_EQ(describe({Kind::decimal, 18, 2}), "decimal(18,2)");
  EXPECT_EQ(describe({Kind::timestamp}), "timestamp");
  EXPECT_EQ(describe({Kind::timestamp, 0, 0, true}), "timestamp(utc)");
  EXPECT_EQ(describe({Kind::float64}), "double");
  EXPECT_EQ(name_of(Kind::boolean), "boolean");
}

TEST(Columns, a_decimal_takes_the_smallest_integer_that_holds_it) {
  EXPECT_EQ(value_bytes({Kind::decimal, 9, 0}), 4U);
  EXPECT_EQ(value_bytes({Kind::decimal, 10, 0}), 8U);
  EXPECT_EQ(value_bytes({Kind::decimal, 18, 0}), 8U);
  EXPECT_EQ(value_bytes({Kind::decimal, 19, 0}), 16U);
  EXPECT_EQ(value_bytes({Kind::boolean}), 1U);
  EXPECT_EQ(value_bytes({Kind::date}), 4U);
  EXPECT_EQ(value_bytes({Kind::time}), 8U);
  EXPECT_EQ(value_bytes({Kind::text}), sizeof(Text));
}

}  // namespace
}  // namespace silversmith::frame
