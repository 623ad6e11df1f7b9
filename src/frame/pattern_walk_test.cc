// SPDX-License-Identifier: Apache-2.0
#include "frame/pattern_walk.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "frame/civil.h"
#include "support/made_cells.h"

namespace silversmith::frame {
namespace {

using contract::PatternUse;

std::optional<WalkedTime> walked(std::string_view format, PatternUse use, const std::string& text) {
  contract::Pattern pattern = contract::compile_pattern(format, use).value();
  MadeCells made({text});
  WalkedTime out;
  if (!walk_pattern(pattern, made.cells[0], &out)) return std::nullopt;
  return out;
}

std::optional<Civil> date(std::string_view format, const std::string& text) {
  std::optional<WalkedTime> out = walked(format, PatternUse::date, text);
  if (!out) return std::nullopt;
  return civil_from_days(out->days);
}

TEST(WalkPattern, reads_dates_as_they_are_written) {
  EXPECT_EQ(date("%d/%m/%Y", "29/02/2024"), (Civil{2024, 2, 29}));
  EXPECT_EQ(date("%d %b %Y", "03 SEP 1999"), (Civil{1999, 9, 3}));
  EXPECT_EQ(date("%d %B %Y", "03 september 1999"), (Civil{1999, 9, 3}));
  EXPECT_EQ(date("%B %e, %Y", "May 7, 2001"), (Civil{2001, 5, 7}));
  EXPECT_EQ(date("%e.%m.%Y", " 7.05.2001"), (Civil{2001, 5, 7}));
  EXPECT_EQ(date("%e.%m.%Y", "17.05.2001"), (Civil{2001, 5, 17}));
  EXPECT_EQ(date("%Y%j", "2024366"), (Civil{2024, 12, 31}));
  EXPECT_EQ(date("%y%m%d", "680101"), (Civil{2068, 1, 1}));
  EXPECT_EQ(date("%y%m%d", "690101"), (Civil{1969, 1, 1}));
  EXPECT_EQ(date("100%% %Y-%m-%d", "100% 2024-01-02"), (Civil{2024, 1, 2}));
}

TEST(WalkPattern, refuses_what_does_not_fit_as_a_whole) {
  EXPECT_FALSE(date("%d/%m/%Y", "30/02/2024"));
  EXPECT_FALSE(date("%d/%m/%Y", "1/02/2024"));
  EXPECT_FALSE(date("%d/%m/%Y", "01/02/2024 "));
  EXPECT_FALSE(date("%d/%m/%Y", "01/02/202"));
  EXPECT_FALSE(date("%d/%m/%Y", "01-02-2024"));
  EXPECT_FALSE(date("%d %b %Y", "03 Foo 1999"));
  EXPECT_FALSE(date("%Y%j", "2023366"));
  EXPECT_FALSE(date("%Y%j", "2023000"));
  EXPECT_FALSE(date("%Y-%m-%d", ""));
}

TEST(WalkPattern, reads_half_days_fractions_and_zones) {
  auto noon = walked("%I:%M %p", PatternUse::time, "12:30 PM");
  ASSERT_TRUE(noon);
  EXPECT_EQ(noon->clock, 45000 * micros_per_second);
  auto night = walked("%I:%M %p", PatternUse::time, "12:30 am");
  ASSERT_TRUE(night);
  EXPECT_EQ(night->clock, 1800 * micros_per_second);
  EXPECT_FALSE(walked("%I:%M %p", PatternUse::time, "13:30 PM"));
  EXPECT_FALSE(walked("%H:%M:%S", PatternUse::time, "12:30:60"));
  auto zoned = walked("%Y-%m-%d %H:%M:%S.%f%z", PatternUse::datetime, "2024-01-02 03:04:05.5-0130");
  ASSERT_TRUE(zoned);
  EXPECT_TRUE(zoned->has_zone);
  EXPECT_EQ(zoned->offset, -5400 * micros_per_second);
  EXPECT_EQ(zoned->clock % micros_per_second, 500'000);
  for (const char* zone : {"Z", "+01", "+01:00", "-2359"}) {
    EXPECT_TRUE(
        walked("%Y-%m-%dT%H:%M%z", PatternUse::datetime, "2024-01-02T03:04" + std::string(zone)))
        << zone;
  }
  for (const char* zone : {"", "+", "+1", "+01:", "+01:6", "+24", "+0160", "z", "+01:000"}) {
    EXPECT_FALSE(
        walked("%Y-%m-%dT%H:%M%z", PatternUse::datetime, "2024-01-02T03:04" + std::string(zone)))
        << zone;
  }
}

}  // namespace
}  // namespace silversmith::frame
