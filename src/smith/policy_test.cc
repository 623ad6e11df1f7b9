// SPDX-License-Identifier: Apache-2.0
#include "smith/policy.h"

#include <gtest/gtest.h>

namespace silversmith::smith {
namespace {

TEST(Policy, gives_every_code_its_action) {
  EXPECT_EQ(action_for(Code::invalid), Action::refuse);
  EXPECT_EQ(action_for(Code::corrupt), Action::refuse);
  EXPECT_EQ(action_for(Code::limit), Action::refuse);
  EXPECT_EQ(action_for(Code::missing), Action::ignore);
  EXPECT_EQ(action_for(Code::denied), Action::configure);
  EXPECT_EQ(action_for(Code::conflict), Action::converge);
  EXPECT_EQ(action_for(Code::busy), Action::back_off);
  EXPECT_EQ(action_for(Code::stopped), Action::leave_queued);
}

TEST(Retry, tries_again_only_where_time_helps) {
  FakeClock clock;
  for (Action action : {Action::refuse, Action::ignore, Action::configure, Action::leave_queued}) {
    EXPECT_FALSE(Retry({}, clock).again(action));
  }
  EXPECT_TRUE(Retry({}, clock).again(Action::converge));
  EXPECT_TRUE(Retry({}, clock).again(Action::back_off));
}

TEST(Retry, ends_after_the_last_attempt_and_bounds_its_pauses) {
  FakeClock clock;
  RetryOptions options;
  options.attempts_max = 12;
  Retry retry(options, clock);
  while (true) {
    int64_t before = clock.steady_micros();
    if (!retry.again(Action::back_off)) break;
    EXPECT_LE(clock.steady_micros() - before, options.pause_micros_max);
  }
  EXPECT_EQ(retry.attempts(), 12U);
}

// A store that hangs: the time that the failure itself took counts, not only what comes after it.
TEST(Retry, gives_up_a_minute_after_trouble_began) {
  FakeClock clock;
  EXPECT_FALSE(Retry({}, clock).again(Action::back_off, 60'000'000));
  Retry retry({}, clock);
  EXPECT_TRUE(retry.again(Action::back_off, 20'000'000));
  clock.sleep_micros(20'000'000);
  EXPECT_TRUE(retry.again(Action::back_off, 20'000'000));
  clock.sleep_micros(20'000'000);
  EXPECT_FALSE(retry.again(Action::back_off, 20'000'000));
}

TEST(Retry, counts_its_own_pauses_to_that_minute) {
  FakeClock clock;
  RetryOptions options;
  options.attempts_max = 1000;
  Retry retry(options, clock);
  int64_t start = clock.steady_micros();
  while (retry.again(Action::back_off)) continue;
  int64_t took = clock.steady_micros() - start;
  EXPECT_GE(took, options.patience_micros);
  EXPECT_LT(took, options.patience_micros + options.pause_micros_max);
}

// A race that is lost is no trouble, however long the work took.
TEST(Retry, has_no_such_bound_for_conflicts) {
  FakeClock clock;
  Retry retry({}, clock);
  for (int i = 0; i < 4; ++i) {
    clock.sleep_micros(3'600'000'000);
    EXPECT_TRUE(retry.again(Action::converge, 3'600'000'000));
  }
  EXPECT_TRUE(retry.again(Action::back_off));
}

TEST(Retry, never_sleeps_past_its_deadline) {
  FakeClock clock;
  RetryOptions options;
  options.attempts_max = 1000;
  options.deadline_micros = clock.steady_micros() + 1'000'000;
  Retry retry(options, clock);
  while (retry.again(Action::back_off)) continue;
  EXPECT_LT(clock.steady_micros(), options.deadline_micros);
  EXPECT_LT(retry.attempts(), 1000U);
}

TEST(Retry, repeats_itself_for_a_seed_and_differs_between_seeds) {
  auto slept = [](uint64_t seed) {
    FakeClock clock;
    RetryOptions options;
    options.seed = seed;
    Retry retry(options, clock);
    while (retry.again(Action::back_off)) continue;
    return clock.steady_micros();
  };
  EXPECT_EQ(slept(1), slept(1));
  EXPECT_NE(slept(1), slept(2));
}

}  // namespace
}  // namespace silversmith::smith
