// SPDX-License-Identifier: Apache-2.0
#include "smith/memory.h"

#include <gtest/gtest.h>

namespace silversmith::smith {
namespace {

constexpr uint64_t mib = uint64_t{1} << 20;

EngineOptions with(uint64_t memory, uint32_t threads) {
  EngineOptions options;
  options.memory_bytes_max = memory;
  options.threads = threads;
  return options;
}

TEST(Memory, gives_the_threads_asked_for_when_there_is_room) {
  auto plan = plan_memory(with(256 * mib, 2), 18, 0);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->threads, 2U);
  EXPECT_GE(plan->ring_bytes, 2 * mib);
}

TEST(Memory, takes_fewer_threads_before_it_refuses) {
  auto plan = plan_memory(with(64 * mib, 8), 200, 0);
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_LT(plan->threads, 8U);
}

TEST(Memory, the_stated_floors_hold) {
  EXPECT_TRUE(plan_memory(with(64 * mib, 1), 200, 0).ok());
  EXPECT_TRUE(plan_memory(with(128 * mib, 1), 1000, 0).ok());
}

TEST(Memory, says_of_a_share_what_the_whole_must_be) {
  EngineOptions share = with(20 * mib, 1);
  share.engines = 16;
  auto plan = plan_memory(share, 18, 0);
  ASSERT_FALSE(plan.ok());
  EXPECT_TRUE(plan.error().message.starts_with("one object's share of --memory is 20"));
  EXPECT_NE(plan.error().hint.find("--concurrency"), std::string::npos);
}

TEST(Memory, refuses_below_the_floor_and_says_the_number_needed) {
  auto plan = plan_memory(with(16 * mib, 2), 18, 0);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code, Code::denied);
  EXPECT_NE(plan.error().hint.find("--memory"), std::string::npos);
}

TEST(Memory, no_share_passes_the_budget) {
  for (uint64_t budget : {64 * mib, 128 * mib, 256 * mib, 1024 * mib}) {
    for (uint32_t threads : {1U, 2U, 4U}) {
      auto plan = plan_memory(with(budget, threads), 50, 0);
      if (!plan.ok()) continue;
      uint64_t pages = plan->silver_pages_bytes + plan->reject_pages_bytes;
      EXPECT_LT(plan->ring_bytes + plan->threads * 2 * pages + 6 * plan->footer_bytes, budget);
      EXPECT_GT(plan->reject_pages_bytes, 0U);
      EXPECT_GT(plan->footer_bytes, 0U);
    }
  }
}

TEST(Memory, a_decoders_window_is_part_of_the_budget) {
  for (uint64_t budget : {64 * mib, 100 * mib, 128 * mib, 1024 * mib}) {
    EngineOptions options = with(budget, 1);
    uint64_t window = inflate_window_bytes_max(options);
    EXPECT_LE(window, budget / 8);
    EXPECT_GT(window * 2, budget / 8);
    auto without = plan_memory(options, 50, 0);
    auto plan = plan_memory(options, 50, window);
    ASSERT_TRUE(plan.ok() && without.ok());
    EXPECT_LE(plan->silver_pages_bytes + plan->reject_pages_bytes + window / 4,
              without->silver_pages_bytes + without->reject_pages_bytes);
  }
  EXPECT_TRUE(
      plan_memory(with(64 * mib, 1), 200, inflate_window_bytes_max(with(64 * mib, 1))).ok());
  EXPECT_FALSE(plan_memory(with(64 * mib, 1), 200, 32 * mib).ok());
}

TEST(Memory, there_is_a_core) { EXPECT_GE(usable_cores(), 1U); }

}  // namespace
}  // namespace silversmith::smith
