// SPDX-License-Identifier: Apache-2.0
#include "smith/delivery.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace silversmith::smith {
namespace {

SpanProduct product_of(uint64_t span) {
  SpanProduct product;
  product.counts.rows = span;
  return product;
}

TEST(Delivery, hands_on_in_span_order_whatever_the_order_of_arrival) {
  std::vector<uint64_t> taken;
  Delivery delivery([&](uint64_t span, SpanProduct product) -> Result<bool> {
    EXPECT_EQ(product.counts.rows, span);
    taken.push_back(span);
    return true;
  });
  EXPECT_TRUE(delivery.add(2, product_of(2)));
  EXPECT_TRUE(delivery.add(1, product_of(1)));
  EXPECT_TRUE(taken.empty());
  EXPECT_FALSE(delivery.drained());
  EXPECT_TRUE(delivery.add(0, product_of(0)));
  EXPECT_EQ(taken, (std::vector<uint64_t>{0, 1, 2}));
  EXPECT_TRUE(delivery.drained());
  EXPECT_TRUE(*delivery.outcome());
}

TEST(Delivery, takes_nothing_after_a_refusal) {
  int taken = 0;
  Delivery delivery([&](uint64_t span, SpanProduct) -> Result<bool> {
    ++taken;
    return span < 1;
  });
  EXPECT_TRUE(delivery.add(2, product_of(2)));
  EXPECT_TRUE(delivery.add(0, product_of(0)));
  EXPECT_FALSE(delivery.add(1, product_of(1)));
  EXPECT_FALSE(delivery.add(3, product_of(3)));
  EXPECT_EQ(taken, 2);
  EXPECT_FALSE(*delivery.outcome());
}

TEST(Delivery, keeps_the_error_of_the_taker) {
  Delivery delivery([](uint64_t, SpanProduct) -> Result<bool> {
    return Error{Code::busy, "disk full", "", ""};
  });
  EXPECT_FALSE(delivery.add(0, product_of(0)));
  auto outcome = delivery.outcome();
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, Code::busy);
}

TEST(Delivery, keeps_the_order_with_eight_threads) {
  std::vector<uint64_t> taken;
  Delivery delivery([&](uint64_t span, SpanProduct) -> Result<bool> {
    taken.push_back(span);
    return true;
  });
  std::atomic<uint64_t> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (uint64_t span = next++; span < 400; span = next++) {
        for (int k = 0; k < i; ++k) std::this_thread::yield();
        EXPECT_TRUE(delivery.add(span, product_of(span)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(taken.size(), 400U);
  for (uint64_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], i);
}

}  // namespace
}  // namespace silversmith::smith
