// SPDX-License-Identifier: Apache-2.0
#include "frame/convert_number.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>

#include "support/made_cells.h"
#include "support/unscaled.h"
#include "support/value_oracle.h"

namespace silversmith::frame {
namespace {

struct Read {
  Mark mark;
  int64_t value;
};

Read integer(const std::string& text) {
  MadeCells made({text});
  int64_t value = -1;
  uint32_t bad = convert_int64(made.cells, made.marks.data(), &value);
  EXPECT_EQ(bad, made.marks[0] == Mark::good ? 0U : 1U) << text;
  return {made.marks[0], value};
}

void expect_integer(const std::string& text) {
  std::optional<int64_t> wanted = oracle::integer(text);
  Read got = integer(text);
  ASSERT_EQ(got.mark == Mark::good, wanted.has_value()) << text;
  ASSERT_EQ(got.value, wanted.value_or(0)) << text;
}

void expect_double(const std::string& text) {
  MadeCells made({text});
  double value = -1;
  convert_float64(made.cells, made.marks.data(), &value);
  std::optional<double> wanted = oracle::number(text);
  ASSERT_EQ(made.marks[0] == Mark::good, wanted.has_value()) << text;
  if (wanted.has_value() && std::isnan(*wanted)) {
    ASSERT_TRUE(std::isnan(value)) << text;
    return;
  }
  ASSERT_EQ(std::bit_cast<uint64_t>(value), std::bit_cast<uint64_t>(wanted.value_or(0))) << text;
}

std::string digits(std::mt19937_64& random, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text.push_back(static_cast<char>('0' + random() % 10));
  return text;
}

TEST(ConvertInt64, keeps_the_extremes_and_refuses_the_next) {
  EXPECT_EQ(integer("9223372036854775807").value, INT64_MAX);
  EXPECT_EQ(integer("-9223372036854775808").value, INT64_MIN);
  EXPECT_EQ(integer("9223372036854775808").mark, Mark::integer_overflow);
  EXPECT_EQ(integer("-9223372036854775809").mark, Mark::integer_overflow);
  EXPECT_EQ(integer("00000000000000000000000000000012").value, 12);
}

TEST(ConvertInt64, takes_leading_zeros_and_signs_but_no_blanks) {
  EXPECT_EQ(integer("000835").value, 835);
  EXPECT_EQ(integer("+7").value, 7);
  EXPECT_EQ(integer("-0").value, 0);
  for (const char* text : {"", "-", "+", "+-1", " 1", "1 ", "1.0", "1e3", "0x10", "1_000", "\t1"}) {
    EXPECT_EQ(integer(text).mark, Mark::malformed) << text;
  }
}

TEST(ConvertInt64, agrees_with_strtoll_at_every_length) {
  std::mt19937_64 random(1);
  for (size_t length = 1; length <= 20; ++length) {
    for (int i = 0; i < 200; ++i) {
      std::string text = digits(random, length);
      expect_integer(text);
      expect_integer("-" + text);
      expect_integer("+" + text);
    }
  }
}

TEST(ConvertInt64, finds_every_wrong_byte_at_every_place) {
  for (size_t length = 1; length <= 20; ++length) {
    for (size_t at = 0; at < length; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, '1');
        text[at] = static_cast<char>(byte);
        bool sign = at == 0 && length > 1 && (byte == '-' || byte == '+');
        bool good = sign || (byte >= '0' && byte <= '9');
        Mark mark = integer(text).mark;
        if (length >= 19 && good) continue;  // may overflow
        ASSERT_EQ(mark, good ? Mark::good : Mark::malformed) << text;
      }
    }
  }
}

TEST(ConvertInt64, leaves_null_cells_zero_and_counts_the_bad) {
  MadeCells made({"5", "junk", "7", "x"});
  made.marks[1] = Mark::null;
  std::vector<int64_t> values(4, -1);
  EXPECT_EQ(convert_int64(made.cells, made.marks.data(), values.data()), 1U);
  EXPECT_EQ(values, (std::vector<int64_t>{5, 0, 7, 0}));
  EXPECT_EQ(made.marks[1], Mark::null);
  EXPECT_EQ(made.marks[3], Mark::malformed);
}

TEST(ConvertFloat64, rounds_like_strtod_in_every_form) {
  for (const char* text : {"0",
                           "-0",
                           "1.",
                           ".5",
                           "-.5",
                           "+2.50",
                           "1e3",
                           "1E-3",
                           "1e+3",
                           "123456789.123456",
                           "9007199254740993",
                           "9007199254740993.0",
                           "0.1",
                           "0.30000000000000004",
                           "1e308",
                           "1e309",
                           "-1e309",
                           "4.9e-324",
                           "1e-400",
                           "179769313486231580793728971405301e276",
                           "NaN",
                           "nan",
                           "INF",
                           "-inf",
                           "+INF",
                           "Infinity",
                           "",
                           ".",
                           "-",
                           "e5",
                           "1e",
                           "1e+",
                           "1.2.3",
                           "..1",
                           "1 ",
                           " 1",
                           "0x1p3",
                           "1,5",
                           "--1",
                           "-nan",
                           "1234567890123.45",
                           "12345678901234.5",
                           "1234567.8",
                           "12345678.",
                           ".12345678",
                           "000000000000001.5",
                           "0.000000000000001"}) {
    expect_double(text);
  }
}

TEST(ConvertFloat64, agrees_with_strtod_on_random_numbers) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 5000; ++i) {
    std::string text = digits(random, 1 + random() % 20);
    text.insert(random() % (text.size() + 1), ".");
    if (random() % 2 == 0) text.insert(0, "-");
    if (random() % 3 == 0) text += "e" + std::to_string(static_cast<int>(random() % 700) - 350);
    expect_double(text);
  }
}

TEST(ConvertFloat64, reads_back_seventeen_digits_of_any_double) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 5000; ++i) {
    auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    char text[64];
    std::snprintf(text, sizeof text, "%.17g", value);
    MadeCells made({text});
    double got = 0;
    ASSERT_EQ(convert_float64(made.cells, made.marks.data(), &got), 0U) << text;
    ASSERT_EQ(std::bit_cast<uint64_t>(got), std::bit_cast<uint64_t>(value)) << text;
  }
}

void expect_decimal(const std::string& text, Type type) {
  MadeCells made({text});
  alignas(16) char bytes[16] = {};
  convert_decimal(made.cells, made.marks.data(), type, bytes);
  std::string got = unscaled_text(type, bytes);
  std::optional<std::string> wanted = oracle::decimal(text, type.precision, type.scale);
  ASSERT_EQ(made.marks[0] == Mark::good, wanted.has_value()) << text << " " << describe(type);
  ASSERT_EQ(got, wanted.value_or("0")) << text << " " << describe(type);
}

TEST(ConvertDecimal, is_exact_or_refused_for_every_precision_and_scale) {
  std::mt19937_64 random(4);
  for (uint8_t precision = 1; precision <= 38; ++precision) {
    for (uint8_t scale = 0; scale <= precision; ++scale) {
      Type type{Kind::decimal, precision, scale};
      for (int i = 0; i < 40; ++i) {
        std::string text = digits(random, random() % (precision - scale + 2U));
        if (random() % 4 != 0) text += "." + digits(random, random() % (scale + 2U));
        if (random() % 3 == 0) text += "000";
        if (random() % 8 == 0) text += "e" + std::to_string(static_cast<int>(random() % 9) - 4);
        if (random() % 3 == 0) text.insert(0, "-");
        expect_decimal(text, type);
      }
    }
  }
}

TEST(ConvertDecimal, names_what_is_too_much) {
  MadeCells made({"123.45", "1234.5", "1.005", "1.500", "1e2", "0.0000", "5e-3", "NaN"});
  std::vector<int32_t> values(made.cells.size(), -1);
  Type type{Kind::decimal, 5, 2};
  convert_decimal(made.cells, made.marks.data(), type, reinterpret_cast<char*>(values.data()));
  EXPECT_EQ(made.marks,
            (std::vector<Mark>{Mark::good, Mark::excess_digits, Mark::excess_fraction, Mark::good,
                               Mark::good, Mark::good, Mark::excess_fraction, Mark::malformed}));
  EXPECT_EQ(values, (std::vector<int32_t>{12345, 0, 0, 150, 10000, 0, 0, 0}));
}

TEST(ConvertDecimal, survives_absurd_exponents) {
  Type type{Kind::decimal, 38, 10};
  expect_decimal("0e9999", type);
  MadeCells made({"1e99999999999999999999", "1e-99999999999999999999", "0e99999999999999999999"});
  alignas(16) char bytes[48];
  EXPECT_EQ(convert_decimal(made.cells, made.marks.data(), type, bytes), 2U);
  EXPECT_EQ(made.marks[2], Mark::good);
}

}  // namespace
}  // namespace silversmith::frame
