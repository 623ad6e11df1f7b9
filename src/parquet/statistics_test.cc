// SPDX-License-Identifier: Apache-2.0
#include "parquet/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/text.h"
#include "parquet/schema.h"

namespace silversmith::parquet {
namespace {

using frame::Kind;

TEST(Statistics, skips_nan_and_widens_zeros) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> values = {nan, 0.0, nan};
  Bounds bounds = bounds_of(std::span<const double>(values));
  double least;
  double greatest;
  std::memcpy(&least, bounds.min.data(), 8);
  std::memcpy(&greatest, bounds.max.data(), 8);
  EXPECT_TRUE(std::signbit(least));
  EXPECT_FALSE(std::signbit(greatest));
  std::vector<double> none = {nan};
  EXPECT_FALSE(bounds_of(std::span<const double>(none)).has_min);
}

TEST(Statistics, keeps_short_texts_exact) {
  Bounds bounds = text_bounds("a", std::string(64, 'z'), true);
  EXPECT_TRUE(bounds.min_exact && bounds.max_exact);
  EXPECT_EQ(bounds.max, std::string(64, 'z'));
}

TEST(Statistics, cuts_long_texts_between_characters_and_rounds_up_the_maximum) {
  std::string text = std::string(63, 'x') + "\xC3\xA9" + "tail";  // é straddles byte 64
  Bounds bounds = text_bounds(text, text, true);
  EXPECT_FALSE(bounds.min_exact);
  EXPECT_FALSE(bounds.max_exact);
  EXPECT_EQ(bounds.min, std::string(63, 'x'));
  EXPECT_EQ(bounds.max, std::string(62, 'x') + "y");
}

TEST(Statistics, has_maxima_above_every_long_text_and_valid_utf8) {
  for (std::string unit : {"\x7F", "\xDF\xBF", "\xED\x9F\xBF", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF",
                           "a\xF4\x8F\xBF\xBF", "\xC3\xBF", "\xF0\x9F\x98\x80"}) {
    std::string text;
    while (text.size() < 70) text += unit;
    Bounds bounds = text_bounds(text, text, true);
    EXPECT_LE(bounds.min, text);
    if (!bounds.has_max) continue;
    EXPECT_GT(bounds.max, text) << unit;
    EXPECT_LE(bounds.max.size(), bound_bytes_max);
    EXPECT_FALSE(find_invalid_utf8(bounds.max).has_value()) << show(bounds.max);
  }
}

TEST(Statistics, omits_a_maximum_that_nothing_is_above) {
  std::string text;
  while (text.size() < 70) text += "\xF4\x8F\xBF\xBF";
  EXPECT_FALSE(text_bounds(text, text, true).has_max);
  EXPECT_TRUE(text_bounds(text, text, true).has_min);
  EXPECT_FALSE(text_bounds(text, std::string(65, '\xFF'), false).has_max);
}

TEST(Statistics, orders_decimals_by_value_and_texts_as_unsigned_bytes) {
  Bounds bounds = bounds_of_fixed(-1, 1, 9);
  EXPECT_LT(compare_bounds({Kind::decimal, 19, 0, false}, bounds.min, bounds.max), 0);
  EXPECT_LT(compare_bounds({Kind::text, 0, 0, false}, "a", "\xC3\xA9"), 0);
}

TEST(Statistics, reads_as_people_do) {
  auto encoded = [](auto value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
  };
  EXPECT_EQ(readable({Kind::decimal, 9, 2, false}, encoded(int32_t{-5})), "-0.05");
  EXPECT_EQ(readable({Kind::date, 0, 0, false}, encoded(int32_t{-719162})), "0001-01-01");
  EXPECT_EQ(readable({Kind::date, 0, 0, false}, encoded(int32_t{19782})), "2024-02-29");
  EXPECT_EQ(readable({Kind::timestamp, 0, 0, true}, encoded(int64_t{-1})),
            "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(readable({Kind::time, 0, 0, false}, encoded(int64_t{3'661'000'000})), "01:01:01");
  EXPECT_EQ(readable({Kind::float64, 0, 0, false}, encoded(0.1)), "0.1");
}

}  // namespace
}  // namespace silversmith::parquet
