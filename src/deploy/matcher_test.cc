// SPDX-License-Identifier: Apache-2.0
#include "deploy/matcher.h"

#include <gtest/gtest.h>

namespace silversmith::deploy {
namespace {

bool wild(std::string_view pattern, std::string_view text) {
  return wildcard_matches(*wildcard_pieces(pattern), string_value(text).text);
}

TEST(Matcher, matches_wildcards_anchored_at_both_ends) {
  EXPECT_TRUE(wild("bronze/*.csv", "bronze/a.csv"));
  EXPECT_TRUE(wild("bronze/*.csv", "bronze/.csv"));
  EXPECT_FALSE(wild("bronze/*.csv", "bronze.csv"));
  EXPECT_FALSE(wild("bronze/*.csv", "x/bronze/a.csv"));
  EXPECT_TRUE(wild("*", ""));
  EXPECT_TRUE(wild("", ""));
  EXPECT_TRUE(wild("a*b*c", "aXbYbZc"));
  EXPECT_FALSE(wild("a*b*c", "ac"));
  EXPECT_FALSE(wild("ab*bc", "abc"));
  EXPECT_TRUE(wild("*aab*", "aaab"));
}

TEST(Matcher, undoes_escapes_of_wildcards) {
  EXPECT_TRUE(wild("a\\*b", "a*b"));
  EXPECT_FALSE(wild("a\\*b", "axb"));
  EXPECT_TRUE(wild("a\\\\*", "a\\x"));
  EXPECT_EQ(wildcard_pieces("a**").error().message, "Consecutive wildcard characters at pos 2");
  EXPECT_EQ(wildcard_pieces("a\\b").error().message, "Invalid escape character at pos 2");
  EXPECT_EQ(wildcard_pieces("a\\").error().message, "Invalid escape character at pos 2");
}

TEST(Matcher, reads_a_long_text_once_whatever_repeats_in_it) {
  // Some 10^11 steps where each start is tried again.
  std::string text(1'000'000, 'a');
  std::string piece(100'000, 'a');
  EXPECT_FALSE(wild("*" + piece + "b*", text));
  EXPECT_TRUE(wild("*" + piece + "*" + piece + "*", text));
}

TEST(Matcher, takes_as_numbers_what_a_double_holds) {
  EXPECT_EQ(exact_number("1.50e2"), 150.0);
  EXPECT_EQ(exact_number("-0.0"), 0.0);
  EXPECT_EQ(exact_number("0.1"), 0.1);
  EXPECT_EQ(exact_number("1e400"), std::nullopt);
  EXPECT_EQ(exact_number("12345678901234567890"), std::nullopt);
  EXPECT_EQ(exact_number("0.1000000000000000055511151231257827"), std::nullopt);
  EXPECT_EQ(exact_number("x"), std::nullopt);
}

TEST(Matcher, compares_strings_with_their_quotes) {
  Comparison exact{MatchKind::exact, "\"1\""};
  EXPECT_TRUE(exact.holds(value_of(Json("1"))));
  EXPECT_FALSE(exact.holds(value_of(Json(1))));
  Comparison number{MatchKind::number, "", 1};
  EXPECT_TRUE(number.holds(value_of(Json(1.0))));
  EXPECT_FALSE(number.holds(value_of(Json("1"))));
}

TEST(Matcher, keeps_open_bounds_out) {
  Comparison range{MatchKind::range};
  range.low = Bound{0, true};
  range.high = Bound{5, false};
  EXPECT_FALSE(range.holds(value_of(Json(0))));
  EXPECT_TRUE(range.holds(value_of(Json(5))));
  EXPECT_FALSE(range.holds(value_of(Json(5.5))));
}

}  // namespace
}  // namespace silversmith::deploy
