// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <gtest/gtest.h>

namespace silversmith {
namespace {

TEST(Clock, the_machine_has_both_clocks) {
  // 2023-01-01: any machine that runs this is later.
  EXPECT_GT(system_clock().wall_micros(), 1'672'531'200'000'000);
  int64_t before = system_clock().steady_micros();
  EXPECT_GE(system_clock().steady_micros(), before);
}

TEST(Clock, waiting_for_nothing_returns_at_once) {
  system_clock().sleep_micros(0);
  system_clock().sleep_micros(-5);
}

TEST(Clock, a_fake_one_moves_only_when_told) {
  FakeClock clock;
  int64_t start = clock.wall_micros();
  EXPECT_EQ(clock.wall_micros(), start);
  clock.sleep_micros(1'500'000);
  EXPECT_EQ(clock.wall_micros() - start, 1'500'000);
  clock.sleep_micros(-1);
  EXPECT_EQ(clock.steady_micros() - start, 1'500'000);
}

TEST(Rfc3339, writes_milliseconds_and_z) {
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(1'700'000'000'123'999), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(rfc3339(951'782'400'000'000), "2000-02-29T00:00:00.000Z");
}

TEST(Rfc3339, counts_down_before_the_epoch) { EXPECT_EQ(rfc3339(-1), "1969-12-31T23:59:59.999Z"); }

}  // namespace
}  // namespace silversmith
