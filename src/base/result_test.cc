// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace silversmith {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return Error{Code::invalid, "odd", "take an even one", ""};
  return value / 2;
}

Result<int> quarter(int value) { return half(SMITH_TRY(half(value))); }

Result<> check_even(int value) {
  SMITH_TRY(half(value));
  return {};
}

TEST(Result, is_a_value_or_an_error) {
  EXPECT_EQ(*half(8), 4);
  Result<int> odd = half(3);
  EXPECT_FALSE(odd);
  EXPECT_EQ(odd.error().code, Code::invalid);
}

TEST(Result, try_returns_the_first_error) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_TRUE(check_even(2));
  EXPECT_FALSE(check_even(1));
}

TEST(Result, context_stands_in_front_and_the_hint_stays) {
  Result<int> odd = half(1).in("reading a").in("b");
  EXPECT_EQ(odd.error().message, "b: reading a: odd");
  EXPECT_EQ(odd.error().hint, "take an even one");
  EXPECT_EQ(*half(2).in("x"), 1);
  EXPECT_EQ(check_even(1).in("c").error().message, "c: odd");
}

TEST(Result, carries_what_can_only_move) {
  Result<std::unique_ptr<int>> made = std::make_unique<int>(7);
  std::unique_ptr<int> taken = std::move(made).value();
  EXPECT_EQ(*taken, 7);
}

TEST(Result, every_code_has_a_name) {
  for (auto code : {Code::invalid, Code::missing, Code::denied, Code::conflict, Code::busy,
                    Code::corrupt, Code::limit, Code::stopped}) {
    EXPECT_NE(name_of(code), "unknown");
  }
}

TEST(ResultDeathTest, the_value_of_an_error_is_a_bug) { EXPECT_DEATH(half(1).value(), "odd"); }

}  // namespace
}  // namespace silversmith
