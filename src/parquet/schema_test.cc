// SPDX-License-Identifier: Apache-2.0
#include "parquet/schema.h"

#include <gtest/gtest.h>

namespace silversmith::parquet {
namespace {

using frame::Kind;

TEST(Schema, stores_decimals_by_their_precision) {
  EXPECT_EQ(physical_of({Kind::decimal, 9, 0, false}), Physical::int32);
  EXPECT_EQ(physical_of({Kind::decimal, 10, 0, false}), Physical::int64);
  EXPECT_EQ(physical_of({Kind::decimal, 18, 0, false}), Physical::int64);
  EXPECT_EQ(physical_of({Kind::decimal, 19, 0, false}), Physical::fixed);
}

TEST(Schema, has_the_least_width_that_holds_a_decimal) {
  for (uint8_t precision = 19; precision <= 38; ++precision) {
    frame::int128 greatest = 1;
    for (uint8_t i = 0; i < precision; ++i) greatest *= 10;
    --greatest;
    uint32_t bits = 8U * fixed_bytes_of(precision) - 1;
    EXPECT_TRUE(bits >= 127 || greatest >> bits == 0) << int{precision};
    EXPECT_NE(greatest >> (bits - 8), 0) << int{precision};
  }
}

TEST(WriterOptions, follow_from_the_column_count_alone) {
  EXPECT_EQ(WriterOptions::for_columns(1).page_bytes_max, 1U << 20);
  EXPECT_EQ(WriterOptions::for_columns(1).page_rows_max, 65'536U);
  EXPECT_EQ(WriterOptions::for_columns(0).page_bytes_max, 1U << 20);
  EXPECT_EQ(WriterOptions::for_columns(1000).page_bytes_max, 16U << 10);
  EXPECT_EQ(WriterOptions::for_columns(10'000).page_rows_max, 16U << 10);
}

}  // namespace
}  // namespace silversmith::parquet
