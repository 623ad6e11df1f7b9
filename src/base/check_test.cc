// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"

#include <gtest/gtest.h>

namespace silversmith {
namespace {

TEST(Check, passes_what_holds_without_building_the_message) {
  bool built = false;
  auto message = [&] {
    built = true;
    return std::string("m");
  };
  SMITH_CHECK(1 + 1 == 2, message());
  EXPECT_FALSE(built);
}

TEST(CheckDeathTest, stops_with_place_condition_and_message) {
  EXPECT_DEATH(SMITH_CHECK(1 == 2, "why"), "check_test.cc:[0-9]+: check failed: 1 == 2: why");
}

}  // namespace
}  // namespace silversmith
