// SPDX-License-Identifier: Apache-2.0
#include "store/s3_service.h"

#include <gtest/gtest.h>

#include "support/s3_world.h"

namespace silversmith::store {
namespace {

using test::FaultKind;

TEST(S3Service, asks_again_after_passing_trouble_so_many_times) {
  test::S3World world;
  S3Options options;
  options.attempts_max = 4;
  Store& store = world.make(options);
  world.put("k", "x");
  world.fake().faults().add({.kind = FaultKind::slow_down, .operation = "HeadObject", .times = 3});
  EXPECT_TRUE(store.head("k").ok());
  EXPECT_EQ(world.count("HeadObject"), 4U);
  world.fake().faults().add(
      {.kind = FaultKind::internal_error, .operation = "HeadObject", .times = 0});
  EXPECT_EQ(store.head("k").error().code, Code::busy);
  EXPECT_EQ(world.count("HeadObject"), 8U);
}

TEST(S3Service, does_not_repeat_what_stays_wrong) {
  test::S3World world;
  EXPECT_EQ(world.store().head("absent").error().code, Code::missing);
  EXPECT_EQ(world.requests(), 1U);
}

TEST(S3Service, takes_a_closed_connection_for_passing_trouble) {
  test::S3World world;
  world.put("k", "x");
  world.fake().faults().add({.kind = FaultKind::drop_before, .times = 2});
  EXPECT_TRUE(world.store().head("k").ok());
}

// Nobody answers: what is tried again and again ends as a whole, not try by try.
TEST(S3Service, gives_up_when_no_byte_moved_for_so_long) {
  test::S3World world;
  S3Options options;
  options.attempts_max = 100;
  options.patience_micros = 300'000;
  Store& store = world.make(options);
  world.put("k", "x");
  world.fake().faults().add(
      {.kind = FaultKind::delay, .operation = "HeadObject", .times = 0, .amount = 4'000'000});
  int64_t start = system_clock().steady_micros();
  Error error = store.head("k").error();
  int64_t took = system_clock().steady_micros() - start;
  EXPECT_EQ(error.code, Code::busy);
  EXPECT_NE(error.message.find("no byte moved"), std::string::npos) << error.message;
  EXPECT_GE(took, 300'000);
  EXPECT_LT(took, 2'000'000);
}

// What else is answered meanwhile says nothing of the request that hangs.
TEST(S3Service, ends_a_request_that_hangs_while_its_neighbours_are_answered) {
  test::S3World world;
  S3Options options;
  options.bucket = test::S3World::bucket;
  options.path_style = true;
  options.pause_micros_min = options.pause_micros_max = 1'000;
  FakeClock clock;
  S3Service service(options, world.client(), clock);
  Tries tries;
  Error error{Code::busy, "no byte moved", "", ""};
  uint32_t sent = 1;
  for (;; ++sent) {
    clock.sleep_micros(20'000'000);
    service.succeeded();
    if (!service.again(error, tries, clock.steady_micros() - 20'000'000)) break;
  }
  EXPECT_EQ(sent, 3U);
}

TEST(S3Service, lets_a_slow_answer_come) {
  test::S3World world;
  S3Options options;
  options.attempts_max = 1;
  options.patience_micros = 400'000;
  Store& store = world.make(options);
  std::string bytes(150'000, 'b');
  world.put("k", bytes);
  world.fake().faults().add(
      {.kind = FaultKind::slow_body, .operation = "GetObject", .times = 0, .amount = 100'000});
  EXPECT_EQ(test::read_all(store, "k", 1000), bytes);
}

TEST(Patience, runs_from_the_last_byte_before_trouble_to_the_next_success) {
  Patience patience(60'000'000);
  EXPECT_EQ(patience.quiet_micros_max(0), 60'000'000);
  patience.failed(1'000'000);
  patience.failed(30'000'000);  // the first one counts
  EXPECT_EQ(patience.quiet_micros_max(31'000'000), 30'000'000);
  EXPECT_FALSE(patience.ended(60'999'999));
  EXPECT_TRUE(patience.ended(61'000'000));
  EXPECT_EQ(patience.quiet_micros_max(61'000'000), 5'000'000);
  patience.succeeded();
  EXPECT_FALSE(patience.ended(100'000'000));
}

TEST(Patience, forgets_trouble_that_is_long_past) {
  Patience patience(60'000'000);
  patience.failed(0);
  patience.failed(70'000'000);
  EXPECT_TRUE(patience.ended(180'000'000));
  EXPECT_FALSE(patience.ended(191'000'000));
  EXPECT_EQ(patience.quiet_micros_max(191'000'000), 60'000'000);
  patience.failed(200'000'000);
  EXPECT_FALSE(patience.ended(259'000'000));
  EXPECT_TRUE(patience.ended(260'000'000));
}

TEST(S3Service, says_what_a_denied_role_needs) {
  test::S3World world;
  world.put("k", "x");
  world.fake().access().deny({"", "s3:GetObject", "k"});
  Error read = world.store().open("k").error();
  EXPECT_EQ(read.code, Code::denied);
  EXPECT_NE(read.hint.find("s3:GetObject"), std::string::npos);
  EXPECT_NE(read.message.find("s3://lake/k"), std::string::npos);
  // Without ListBucket S3 tells nobody what is not there.
  world.fake().access().deny({"", "s3:ListBucket", ""});
  Error absent = world.store().head("absent").error();
  EXPECT_EQ(absent.code, Code::denied);
  EXPECT_NE(absent.hint.find("s3:ListBucket"), std::string::npos);
}

TEST(RetryBudget, ends_and_comes_back_with_successes) {
  RetryBudget budget;
  int taken = 0;
  while (budget.take()) taken++;
  EXPECT_EQ(taken, 100);
  for (int i = 0; i < 4; ++i) budget.give_back();
  EXPECT_FALSE(budget.take());
  budget.give_back();
  EXPECT_TRUE(budget.take());
}

}  // namespace
}  // namespace silversmith::store
