// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace silversmith::app {
namespace {

using smith::Verdict;
using wire::QueueMessage;

// A queue in memory without time: what is hidden is gone until a test brings it back. An empty
// receive() waits until there is something, or until the worker is to drain.
class FakeQueue : public wire::Queue {
 public:
  explicit FakeQueue(const std::atomic<bool>& drain) : drain_(drain) {}

  void add(const std::string& id, uint64_t receives = 1) {
    std::lock_guard lock(mutex_);
    waiting_.push_back({id, "r" + id, "body of " + id, receives, 0});
    changed_.notify_all();
  }
  void wake() { changed_.notify_all(); }

  Result<std::vector<QueueMessage>> receive(uint32_t count_max, uint32_t, uint32_t) override {
    std::unique_lock lock(mutex_);
    asked_.push_back(count_max);
    changed_.notify_all();
    if (!poll_errors.empty()) {
      Error error = poll_errors.front();
      poll_errors.pop_front();
      return error;
    }
    while (waiting_.empty() && !drain_.load()) {
      changed_.wait_for(lock, std::chrono::milliseconds(5));
    }
    if (waiting_.empty()) return Error{Code::stopped, "asked to stop", "", ""};
    std::vector<QueueMessage> messages;
    while (!waiting_.empty() && messages.size() < count_max) {
      messages.push_back(waiting_.front());
      waiting_.pop_front();
    }
    return messages;
  }
  Result<> hide(const QueueMessage& message, uint32_t seconds) override {
    std::lock_guard lock(mutex_);
    if (gone.contains(message.id)) return Error{Code::conflict, "gone", "", ""};
    if (unanswered.contains(message.id)) return Error{Code::busy, "500", "", ""};
    hidden_[message.id] = seconds;
    return {};
  }
  Result<> remove(const QueueMessage& message) override {
    std::lock_guard lock(mutex_);
    if (gone.contains(message.id)) return Error{Code::conflict, "gone", "", ""};
    if (delete_errors > 0) {
      delete_errors--;
      return Error{Code::busy, "503", "", ""};
    }
    removed_.insert(message.id);
    return {};
  }

  std::set<std::string> removed() {
    std::lock_guard lock(mutex_);
    return removed_;
  }
  std::map<std::string, uint32_t> hidden() {
    std::lock_guard lock(mutex_);
    return hidden_;
  }
  std::vector<uint32_t> asked() {
    std::lock_guard lock(mutex_);
    return asked_;
  }

  void wait_for_asked(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_.size() >= count; });
  }

  // Before the worker runs.
  std::deque<Error> poll_errors;
  std::set<std::string> gone;
  std::set<std::string> unanswered;
  int delete_errors = 0;

 private:
  const std::atomic<bool>& drain_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<QueueMessage> waiting_;
  std::set<std::string> removed_;
  std::map<std::string, uint32_t> hidden_;
  std::vector<uint32_t> asked_;
};

// Does what the message's id says: "done", "transient-2", "wait-x" (until stopped), "gate-x" (until
// the test opens the gate), "deaf" (the same, and hears no stop).
class FakeCrew : public Crew {
 public:
  explicit FakeCrew(size_t slots) : stopped_(slots) {}

  void begin(size_t slot) override { stopped_[slot] = false; }
  void stop(size_t slot) override {
    std::lock_guard lock(mutex_);
    stopped_[slot] = true;
    changed_.notify_all();
  }
  void stop_all() override {
    for (size_t slot = 0; slot < stopped_.size(); ++slot) stop(slot);
  }
  Verdict work(size_t slot, const QueueMessage& message) override {
    std::unique_lock lock(mutex_);
    running_++;
    most_ = std::max(most_, running_);
    worked_.insert(message.id);
    changed_.notify_all();
    auto is = [&](std::string_view kind) { return message.id.starts_with(kind); };
    Verdict verdict = Verdict::done;
    if (is("gate")) changed_.wait(lock, [&] { return open_ || stopped_[slot]; });
    if (is("deaf")) changed_.wait(lock, [&] { return open_; });
    if (is("wait")) changed_.wait(lock, [&] { return stopped_[slot].load(); });
    if (is("transient") || is("wait") || stopped_[slot]) verdict = Verdict::transient;
    if (is("misconfigured")) verdict = Verdict::misconfigured;
    if (is("unreadable")) verdict = Verdict::unreadable;
    running_--;
    changed_.notify_all();
    return verdict;
  }

  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for_running(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return running_ >= count; });
  }
  void wait_for_worked(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return worked_.size() >= count && running_ == 0; });
  }
  size_t most() {
    std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::atomic<bool>> stopped_;
  bool open_ = false;
  size_t running_ = 0;
  size_t most_ = 0;
  std::set<std::string> worked_;
};

// Moves only when a test says so, whatever thread looks.
class StillClock : public Clock {
 public:
  int64_t wall_micros() override { return now_; }
  int64_t steady_micros() override { return now_; }
  Slept sleep_micros(int64_t micros) override {
    now_ += micros;
    return Slept::whole;
  }

 private:
  std::atomic<int64_t> now_ = 1'700'000'000'000'000;
};

class WorkerTest : public ::testing::Test {
 protected:
  static WorkerOptions options() {
    WorkerOptions options;
    options.concurrency = 3;
    return options;
  }
  void start(const WorkerOptions& chosen = options()) {
    worker = std::make_unique<Worker>(
        WorkerSetup{queue, queue, crew, *clock, drain,
                    [this](Level level, const std::string& text, const Json&) {
                      std::lock_guard lock(mutex);
                      if (level > Level::debug) told += text + "\n";
                      changed.notify_all();
                    }},
        chosen);
    thread.emplace(Thread::start([this] { outcome = worker->run(); }).value());
  }
  // Lets it drain; how that went.
  Drained end() {
    drain = true;
    queue.wake();
    thread.reset();
    EXPECT_TRUE(outcome->ok());
    return outcome->value();
  }

  void wait_for_told(const std::string& text) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return told.find(text) != std::string::npos; });
  }
  void wait_for_trouble(const std::string& text) {
    std::unique_lock lock(mutex);
    while (worker->state().trouble != text) changed.wait_for(lock, std::chrono::milliseconds(1));
  }

  std::atomic<bool> drain = false;
  StillClock still;
  Clock* clock = &system_clock();
  FakeQueue queue{drain};
  FakeCrew crew{64};
  std::mutex mutex;
  std::condition_variable changed;
  std::string told;
  std::optional<Result<Drained>> outcome;
  std::unique_ptr<Worker> worker;
  std::optional<Thread> thread;
};

TEST_F(WorkerTest, deletes_only_what_is_done) {
  for (const char* id : {"done-1", "transient-1", "misconfigured-1", "unreadable-1", "done-2"}) {
    queue.add(id);
  }
  start();
  crew.wait_for_worked(5);
  EXPECT_EQ(end(), Drained::whole);
  EXPECT_EQ(queue.removed(), (std::set<std::string>{"done-1", "done-2"}));
  std::map<std::string, uint32_t> hidden = queue.hidden();
  ASSERT_EQ(hidden.size(), 3U);
  EXPECT_LE(hidden["transient-1"], 2U);
  EXPECT_GE(hidden["misconfigured-1"], 30U);
  QueueCounts counts = worker->state().counts;
  EXPECT_EQ(counts.received, 5U);
  EXPECT_EQ(counts.deleted, 2U);
  EXPECT_EQ(counts.returned, (std::array<uint64_t, returned_count>{1, 1, 1, 0}));
  EXPECT_NE(told.find("redrive policy"), std::string::npos) << told;
}

TEST_F(WorkerTest, asks_for_as_many_as_there_are_idle_slots) {
  for (int i = 0; i < 7; ++i) queue.add("gate-" + std::to_string(i));
  start();
  crew.wait_for_running(3);
  EXPECT_EQ(worker->state().in_flight, 3U);
  EXPECT_EQ(queue.asked(), (std::vector<uint32_t>{3}));
  crew.open();
  crew.wait_for_worked(7);
  EXPECT_EQ(end(), Drained::whole);
  EXPECT_EQ(crew.most(), 3U);
  EXPECT_EQ(queue.removed().size(), 7U);
}

TEST_F(WorkerTest, never_asks_for_more_than_a_queue_gives) {
  WorkerOptions many = options();
  many.concurrency = 64;
  for (int i = 0; i < 64; ++i) queue.add("gate-" + std::to_string(i));
  start(many);
  crew.wait_for_running(64);
  crew.open();
  EXPECT_EQ(end(), Drained::whole);
  std::vector<uint32_t> asked = queue.asked();
  EXPECT_EQ(*std::max_element(asked.begin(), asked.end()), 10U);
}

TEST_F(WorkerTest, what_is_in_work_may_end_while_it_drains) {
  queue.add("gate-1");
  start();
  crew.wait_for_running(1);
  drain = true;
  crew.open();
  EXPECT_EQ(end(), Drained::whole);
  EXPECT_EQ(queue.removed(), (std::set<std::string>{"gate-1"}));
  EXPECT_EQ(worker->state().trouble, "draining");
}

TEST_F(WorkerTest, what_does_not_end_in_time_is_given_back_at_once) {
  queue.add("wait-1", 5);
  WorkerOptions quick = options();
  quick.drain_seconds = 0;
  start(quick);
  crew.wait_for_running(1);
  EXPECT_EQ(end(), Drained::cut);
  EXPECT_EQ(queue.hidden(), (std::map<std::string, uint32_t>{{"wait-1", 0}}));
  EXPECT_EQ(worker->state().counts.returned[static_cast<size_t>(Returned::stopped)], 1U);
}

TEST_F(WorkerTest, work_that_hears_no_stop_is_left_behind_and_its_message_given_back) {
  queue.add("deaf-1");
  WorkerOptions quick = options();
  quick.drain_seconds = quick.cut_seconds = 0;
  start(quick);
  crew.wait_for_running(1);
  EXPECT_EQ(end(), Drained::abandoned);
  EXPECT_EQ(queue.hidden(), (std::map<std::string, uint32_t>{{"deaf-1", 0}}));
  crew.open();
  worker.reset();
}

TEST_F(WorkerTest, a_lost_lease_stops_that_slot_alone) {
  queue.gone = {"wait-lost"};
  queue.add("wait-lost");
  queue.add("gate-kept");
  clock = &still;
  start();
  crew.wait_for_running(2);
  still.sleep_micros(20'000'000);  // a third of a lease
  wait_for_told("its work was given up");
  crew.open();
  crew.wait_for_worked(2);
  EXPECT_EQ(end(), Drained::whole);
  EXPECT_EQ(queue.removed(), (std::set<std::string>{"gate-kept"}));
  EXPECT_FALSE(queue.hidden().contains("wait-lost"));
  EXPECT_EQ(worker->state().counts.leases_lost, 1U);
}

// The queue said nothing of somebody else.
TEST_F(WorkerTest, a_lease_that_cannot_be_extended_is_told_as_that) {
  queue.unanswered = {"wait-lost"};
  queue.add("wait-lost");
  clock = &still;
  start();
  crew.wait_for_running(1);
  still.sleep_micros(60'000'000);
  wait_for_told("it ended and could not be extended (500): its work was given up");
  EXPECT_EQ(end(), Drained::whole);
  EXPECT_EQ(worker->state().counts.leases_lost, 1U);
}

TEST_F(WorkerTest, done_under_a_lost_lease_is_harmless_and_told) {
  queue.gone = {"done-1"};
  queue.add("done-1");
  start();
  crew.wait_for_worked(1);
  EXPECT_EQ(end(), Drained::whole);
  EXPECT_EQ(worker->state().counts.leases_lost, 1U);
  EXPECT_EQ(worker->state().counts.deleted, 0U);
}

TEST_F(WorkerTest, a_delete_that_fails_is_tried_again) {
  queue.delete_errors = 2;
  queue.add("done-1");
  start();
  crew.wait_for_worked(1);
  EXPECT_EQ(end(), Drained::whole);
  EXPECT_EQ(queue.removed(), (std::set<std::string>{"done-1"}));
  queue.delete_errors = 0;
}

TEST_F(WorkerTest, a_queue_that_cannot_be_is_said_at_once) {
  queue.poll_errors = {Error{Code::denied, "no such queue", "", ""}};
  start();
  thread.reset();
  ASSERT_FALSE(outcome->ok());
  EXPECT_EQ(outcome->error().code, Code::denied);
}

TEST_F(WorkerTest, passing_trouble_with_the_queue_passes) {
  queue.poll_errors = {Error{Code::busy, "503", "", ""}};
  queue.add("done-1");
  start();
  crew.wait_for_worked(1);
  EXPECT_EQ(end(), Drained::whole);
  EXPECT_EQ(worker->state().counts.polls_failed, 1U);
  EXPECT_NE(told.find("cannot receive: 503"), std::string::npos) << told;
}

TEST_F(WorkerTest, is_healthy_after_long_work_in_every_slot) {
  WorkerOptions one = options();
  one.concurrency = 1;
  one.lease_seconds = 43'200;
  clock = &still;
  queue.add("gate-1");
  start(one);
  crew.wait_for_running(1);
  still.sleep_micros(120'000'000);
  wait_for_trouble("");  // once it sees that it can't poll
  crew.open();
  queue.wait_for_asked(2);
  EXPECT_EQ(worker->state().trouble, "");
  still.sleep_micros(61'000'000);
  EXPECT_EQ(worker->state().trouble, "the last successful poll was 61 s ago");
  EXPECT_EQ(end(), Drained::whole);
}

TEST_F(WorkerTest, is_not_healthy_before_the_first_poll) {
  clock = &still;
  start();
  queue.wait_for_asked(1);
  EXPECT_EQ(worker->state().trouble, "no poll of the queue has succeeded yet");
  EXPECT_EQ(end(), Drained::whole);
}

TEST(PauseSeconds, grows_with_the_receives_and_is_spread) {
  Jitter jitter(1);
  for (int i = 0; i < 100; ++i) {
    EXPECT_GE(pause_seconds(Returned::transient, 1, jitter), 1U);
    EXPECT_LE(pause_seconds(Returned::transient, 1, jitter), 2U);
    uint32_t fifth = pause_seconds(Returned::transient, 5, jitter);
    EXPECT_GE(fifth, 16U);
    EXPECT_LE(fifth, 32U);
    uint32_t most = pause_seconds(Returned::unreadable, 1'000'000, jitter);
    EXPECT_GE(most, 450U);
    EXPECT_LE(most, 900U);
    EXPECT_LE(pause_seconds(Returned::misconfigured, 99, jitter), 1800U);
    EXPECT_GE(pause_seconds(Returned::misconfigured, 0, jitter), 30U);
  }
  EXPECT_EQ(pause_seconds(Returned::stopped, 9, jitter), 0U);
  EXPECT_NE(pause_seconds(Returned::transient, 9, jitter),
            pause_seconds(Returned::transient, 9, jitter));
}

}  // namespace
}  // namespace silversmith::app
