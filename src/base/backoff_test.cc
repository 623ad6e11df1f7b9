// SPDX-License-Identifier: Apache-2.0
#include "base/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace silversmith {
namespace {

// The first outputs of the reference implementation (Vigna, splitmix64.c) for the seed 0.
TEST(Jitter, is_splitmix64) {
  Jitter jitter(0);
  EXPECT_EQ(jitter.next(), 0xE220A8397B1DCDAF);
  EXPECT_EQ(jitter.next(), 0x6E789E6AA1B965F4);
}

TEST(Backoff, doubles_up_to_its_bound) {
  Backoff backoff{1000, 16'000};
  Jitter jitter(1);
  int64_t bound = 1000;
  for (uint32_t attempts = 1; attempts < 60; ++attempts) {
    int64_t longest = 0;
    for (int i = 0; i < 200; ++i) {
      int64_t pause = backoff.pause_micros(attempts, jitter);
      EXPECT_GE(pause, 0);
      EXPECT_LT(pause, bound);
      longest = std::max(longest, pause);
    }
    EXPECT_GT(longest, bound / 2) << attempts;
    bound = std::min<int64_t>(bound * 2, 16'000);
  }
}

}  // namespace
}  // namespace silversmith
