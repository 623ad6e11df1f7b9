// SPDX-License-Identifier: Apache-2.0
#include "smith/memory.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"

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

// As the commands divide --memory.
EngineOptions share_of(uint64_t given, bool networked, uint32_t engines) {
  EngineOptions share;
  share.threads = 1;
  share.engines = engines;
  share.memory_given_bytes = given;
  if (networked) share.network_bytes = std::min(given, network_bytes_of(given));
  share.memory_bytes_max = (given - share.network_bytes) / engines;
  return share;
}

TEST(Memory, speaks_of_memory_as_it_was_given) {
  Error alone = plan_memory(with(16 * mib, 2), 18, 0).error();
  EXPECT_EQ(alone.code, Code::denied);
  EXPECT_TRUE(alone.message.starts_with("--memory is 16MiB, and 18 columns need at least "));
  EXPECT_EQ(alone.message.find("network"), std::string::npos) << alone.message;
  Error bucket = plan_memory(share_of(16 * mib, true, 1), 18, 0).error();
  EXPECT_TRUE(bucket.message.starts_with("--memory is 16MiB, and ")) << bucket.message;
  EXPECT_NE(bucket.message.find("MiB of it for the network"), std::string::npos) << bucket.message;
  Error many = plan_memory(share_of(128 * mib, true, 16), 18, 0).error();
  EXPECT_TRUE(many.message.starts_with("--memory is 128MiB, and ")) << many.message;
  EXPECT_TRUE(many.message.ends_with(", for 16 objects at once")) << many.message;
  EXPECT_NE(many.hint.find("--concurrency"), std::string::npos);
}

// What it asks for would do, and a MiB less would not.
TEST(Memory, names_the_smallest_memory_that_would_do) {
  for (bool networked : {false, true}) {
    for (uint32_t engines : {1U, 3U, 16U}) {
      Error error = plan_memory(share_of(9 * mib, networked, engines), 40, 3 * mib).error();
      std::string hint = error.hint.substr(std::string("give --memory ").size());
      uint64_t named = parse_bytes(hint.substr(0, hint.find(' '))).value_or(0);
      EXPECT_NE(error.message.find(" at least " + memory_text(named)), std::string::npos);
      EXPECT_TRUE(plan_memory(share_of(named, networked, engines), 40, 3 * mib).ok()) << hint;
      EXPECT_FALSE(plan_memory(share_of(named - mib, networked, engines), 40, 3 * mib).ok());
    }
  }
}

TEST(Memory, is_said_in_the_units_that_it_takes) {
  EXPECT_EQ(memory_text(128 * mib), "128MiB");
  EXPECT_EQ(memory_text(2048 * mib), "2GiB");
  EXPECT_EQ(memory_text(100'000'000), "100MB");
  EXPECT_EQ(memory_text(7 * mib + mib / 3), "7.3MiB");
  EXPECT_EQ(memory_text(1000), "1000B");
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
