// SPDX-License-Identifier: Apache-2.0
#include "leases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/thread.h"

namespace silversmith::app {
namespace {

constexpr int64_t second = 1'000'000;

// Says what it is told to, and keeps what it was asked.
class FakeQueue : public wire::Queue {
 public:
  Result<std::vector<wire::QueueMessage>> receive(uint32_t, uint32_t, uint32_t) override {
    return std::vector<wire::QueueMessage>();
  }
  Result<> hide(const wire::QueueMessage& message, uint32_t seconds) override {
    std::lock_guard lock(mutex);
    hidden.push_back(message.id + " " + std::to_string(seconds));
    if (during) during();
    if (!answer.has_value()) return {};
    return *answer;
  }
  Result<> remove(const wire::QueueMessage&) override { return {}; }

  std::mutex mutex;
  std::vector<std::string> hidden;
  std::optional<Error> answer;
  std::function<void()> during;
};

wire::QueueMessage message(const std::string& id, int64_t sent_millis = 0) {
  return {id, "receipt of " + id, "body", 1, sent_millis};
}

class LeasesTest : public ::testing::Test {
 protected:
  LeasesTest()
      : leases({queue, clock, 60, [this](size_t slot, const Error&) { lost.push_back(slot); },
                [this](size_t, const Error&) { troubles++; }}) {}

  FakeQueue queue;
  FakeClock clock;
  std::vector<size_t> lost;
  int troubles = 0;
  Leases leases;
};

TEST_F(LeasesTest, extends_when_a_third_has_gone) {
  leases.take(0, message("a"));
  leases.beat();
  EXPECT_TRUE(queue.hidden.empty());
  clock.sleep_micros(20 * second);
  EXPECT_EQ(leases.beat(), second);
  EXPECT_EQ(queue.hidden, (std::vector<std::string>{"a 60"}));
  clock.sleep_micros(19 * second);
  leases.beat();
  EXPECT_EQ(queue.hidden.size(), 1U);
  clock.sleep_micros(1 * second);
  leases.beat();
  EXPECT_EQ(queue.hidden.size(), 2U);
  EXPECT_EQ(leases.release(0), Lease::held);
}

TEST_F(LeasesTest, says_when_the_next_is_due) {
  leases.take(0, message("a"));
  clock.sleep_micros(20 * second - 300'000);
  EXPECT_EQ(leases.beat(), 300'000);
}

TEST_F(LeasesTest, a_conflict_is_told_once_and_ends_it) {
  leases.take(3, message("a"));
  queue.answer = Error{Code::conflict, "gone", "", ""};
  clock.sleep_micros(20 * second);
  leases.beat();
  clock.sleep_micros(100 * second);
  leases.beat();
  EXPECT_EQ(lost, (std::vector<size_t>{3}));
  EXPECT_EQ(queue.hidden.size(), 1U);
  EXPECT_EQ(leases.release(3), Lease::lost);
}

TEST_F(LeasesTest, passing_trouble_is_tried_again_until_the_lease_ends) {
  leases.take(0, message("a"));
  queue.answer = Error{Code::busy, "503", "", ""};
  for (int i = 0; i < 59; ++i) {
    clock.sleep_micros(second);
    leases.beat();
  }
  EXPECT_TRUE(lost.empty());
  EXPECT_GE(troubles, 5);
  clock.sleep_micros(second);
  leases.beat();
  EXPECT_EQ(lost, (std::vector<size_t>{0}));
  EXPECT_EQ(leases.release(0), Lease::ended) << "nobody said that somebody else has it";
}

TEST_F(LeasesTest, trouble_that_passes_in_time_costs_nothing) {
  leases.take(0, message("a"));
  queue.answer = Error{Code::busy, "503", "", ""};
  clock.sleep_micros(20 * second);
  leases.beat();
  queue.answer.reset();
  clock.sleep_micros(10 * second);
  leases.beat();
  clock.sleep_micros(50 * second);
  EXPECT_EQ(leases.release(0), Lease::held);
}

TEST_F(LeasesTest, the_one_that_ends_first_goes_first) {
  leases.take(1, message("later"));
  clock.sleep_micros(second);
  leases.take(0, message("last"));
  clock.sleep_micros(40 * second);
  leases.beat();
  EXPECT_EQ(queue.hidden, (std::vector<std::string>{"later 60", "last 60"}));
}

TEST_F(LeasesTest, knows_what_is_in_work) {
  EXPECT_EQ(leases.oldest_sent_millis(), 0);
  leases.take(0, message("a", 2000));
  leases.take(1, message("b", 1000));
  EXPECT_EQ(leases.count(), 2U);
  EXPECT_EQ(leases.oldest_sent_millis(), 1000);
  EXPECT_EQ(leases.messages().at(1).receipt, "receipt of b");
  leases.release(1);
  EXPECT_EQ(leases.oldest_sent_millis(), 2000);
}

// An extension that stays on its way until so many wait in release(), and what release() told them.
class ReleasedMeanwhile : public LeasesTest {
 protected:
  std::vector<Lease> release_by(size_t count) {
    Leases shared({queue, clock, 60, [](size_t, const Error&) {}, nullptr,
                   [this](size_t) {
                     std::lock_guard lock(mutex);
                     waiting++;
                     changed.notify_all();
                   }});
    queue.during = [&] {
      std::unique_lock lock(mutex);
      extending = true;
      changed.notify_all();
      changed.wait(lock, [&] { return waiting == count || !released.empty(); });
      EXPECT_TRUE(released.empty()) << "release() did not wait";
    };
    shared.take(0, message("a"));
    clock.sleep_micros(20 * second);
    {
      Thread keeper = Thread::start([&] { shared.beat(); }).value();
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return extending; });
      }
      std::vector<Thread> workers;
      for (size_t i = 0; i < count; ++i) {
        workers.push_back(Thread::start([&] {
                            Lease lease = shared.release(0);
                            std::lock_guard lock(mutex);
                            released.push_back(lease);
                            changed.notify_all();
                          }).value());
      }
    }
    EXPECT_EQ(shared.count(), 0U);
    return released;
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool extending = false;
  size_t waiting = 0;
  std::vector<Lease> released;
};

// What the caller says to the queue after release() is the last word about the message.
TEST_F(ReleasedMeanwhile, release_waits_for_an_extension_on_its_way) {
  EXPECT_EQ(release_by(1), (std::vector<Lease>{Lease::held}));
  EXPECT_EQ(queue.hidden, (std::vector<std::string>{"a 60"}));
}

TEST_F(ReleasedMeanwhile, of_two_that_release_a_slot_the_second_has_lost_it) {
  std::vector<Lease> both = release_by(2);
  EXPECT_EQ(std::count(both.begin(), both.end(), Lease::held), 1);
  EXPECT_EQ(std::count(both.begin(), both.end(), Lease::lost), 1);
}

}  // namespace
}  // namespace silversmith::app
