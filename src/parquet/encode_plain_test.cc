// SPDX-License-Identifier: Apache-2.0
#include "parquet/encode_plain.h"

#include <gtest/gtest.h>

#include "parquet/decode.h"
#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

TEST(EncodePlain, leaves_nulls_out) {
  PlainFixed<int64_t> plain({frame::Kind::int64, 0, 0, false}, {1000, 0});
  int64_t values[] = {5, 0, 7};
  uint8_t valid[] = {1, 0, 1};
  EXPECT_EQ(plain.take({values, valid, 3}), 3U);
  EXPECT_EQ(plain.image(0), test::bytes_of(int64_t{5}) + test::bytes_of(int64_t{7}));
  plain.clear();
  EXPECT_TRUE(plain.image(0).empty());
}

TEST(EncodePlain, is_full_at_its_last_value) {
  PlainFixed<int32_t> plain({frame::Kind::date, 0, 0, false}, {16, 0});
  int32_t values[6] = {};
  EXPECT_EQ(plain.take({values, nullptr, 6}), 4U);
  EXPECT_TRUE(plain.full());
}

TEST(EncodePlain, packs_booleans_low_bit_first) {
  PlainBoolean plain({frame::Kind::boolean, 0, 0, false}, {1000, 0});
  uint8_t values[] = {1, 0, 1, 0, 0, 0, 0, 0, 1};
  plain.take({values, nullptr, 9});
  EXPECT_EQ(plain.image(0), "\x05\x01");
}

TEST(EncodePlain, writes_long_decimals_big_endian) {
  PlainDecimal plain({frame::Kind::decimal, 19, 0, false}, {1000, 0});
  frame::int128 values[] = {-2};
  plain.take({values, nullptr, 1});
  EXPECT_EQ(plain.image(0), std::string(8, '\xFF') + "\xFE");
}

TEST(EncodePlain, ends_a_page_before_the_text_that_would_pass_its_limit) {
  PlainText plain({frame::Kind::text, 0, 0, false}, {16, 0});
  frame::Text values[] = {{"abcd", 4}, {"efgh", 4}, {"i", 1}};
  EXPECT_EQ(plain.take({values, nullptr, 3}), 2U);
  EXPECT_TRUE(plain.full());
  EXPECT_EQ(plain.bounds().min, "abcd");
  EXPECT_EQ(plain.bounds().max, "efgh");
}

}  // namespace
}  // namespace silversmith::parquet
