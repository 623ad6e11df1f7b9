// SPDX-License-Identifier: Apache-2.0
#include "base/thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace silversmith {
namespace {

TEST(Thread, runs_its_body_and_is_joined_when_it_goes) {
  std::atomic<int> ran = 0;
  {
    std::vector<Thread> threads;
    for (int i = 0; i < 4; ++i) {
      auto thread = Thread::start([&ran] { ++ran; });
      ASSERT_TRUE(thread.ok()) << thread.error().message;
      threads.push_back(std::move(*thread));
    }
  }
  EXPECT_EQ(ran, 4);
}

}  // namespace
}  // namespace silversmith
