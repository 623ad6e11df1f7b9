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
