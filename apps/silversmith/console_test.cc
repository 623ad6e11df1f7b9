// SPDX-License-Identifier: Apache-2.0
#include "console.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace silversmith::app {
namespace {

TEST(ExitStatus, follows_from_the_code) {
  auto status = [](Code code) { return static_cast<int>(exit_of({code, "", "", ""})); };
  EXPECT_EQ(status(Code::invalid), 2);
  EXPECT_EQ(status(Code::missing), 3);
  EXPECT_EQ(status(Code::denied), 3);
  EXPECT_EQ(status(Code::conflict), 75);
  EXPECT_EQ(status(Code::busy), 75);
  EXPECT_EQ(status(Code::corrupt), 1);
  EXPECT_EQ(status(Code::limit), 1);
  EXPECT_EQ(status(Code::stopped), 130);
}

TEST(ProgressText, shows_share_rate_counts_and_the_time_left) {
  smith::Progress progress;
  progress.raw_bytes = 500'000'000;
  progress.rows = 1'234'567;
  progress.rejects = 3;
  std::string text = progress_text("orders.csv", progress, 2'000'000'000, 5);
  EXPECT_EQ(text,
            "orders.csv  25%  500.00 MB/2.00 GB  100.00 MB/s  1 234 567 rows  rejects 3  "
            "ETA 0:15");
}

TEST(ProgressText, without_a_size_there_is_no_share) {
  smith::Progress progress;
  progress.raw_bytes = 2000;
  std::string text = progress_text("-", progress, 0, 0);
  EXPECT_EQ(text.find('%'), std::string::npos);
  EXPECT_EQ(text.find("ETA"), std::string::npos);
}

TEST(ProgressText, never_passes_a_hundred_percent) {
  smith::Progress progress;
  progress.raw_bytes = 3000;
  EXPECT_NE(progress_text("a", progress, 2000, 2).find("100%"), std::string::npos);
}

TEST(StopSignals, turn_a_signal_into_a_stop_and_its_status) {
  smith::Progress progress;
  {
    StopSignals signals(progress);
    EXPECT_EQ(signals.exit(), Exit::ok);
    raise(SIGTERM);
    EXPECT_TRUE(progress.stop.load());
    EXPECT_EQ(static_cast<int>(signals.exit()), 143);
    EXPECT_EQ(exit_of({Code::stopped, "", "", ""}), Exit::terminated);
  }
  smith::Progress other;
  StopSignals signals(other);
  EXPECT_EQ(signals.exit(), Exit::ok);
  raise(SIGINT);
  EXPECT_EQ(static_cast<int>(signals.exit()), 130);
  EXPECT_EQ(exit_of({Code::stopped, "", "", ""}), Exit::interrupted);
}

TEST(Console, paints_only_with_colour) {
  Settings plain;
  plain.set("color", {"never"}, Origin::flag);
  EXPECT_EQ(Console::open(plain)->paint("x", "31"), "x");
  Settings always;
  always.set("color", {"always"}, Origin::flag);
  EXPECT_EQ(Console::open(always)->paint("x", "31"), "\033[31mx\033[0m");
}

}  // namespace
}  // namespace silversmith::app
