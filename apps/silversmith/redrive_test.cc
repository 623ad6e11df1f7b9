// SPDX-License-Identifier: Apache-2.0
// redrive.cc over letter_box.cc, letter_target.cc and letters.cc, with a queue in memory.
#include "redrive.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>

namespace silversmith::app {
namespace {

using wire::QueueMessage;

constexpr int64_t second = 1'000'000;

std::string about(const std::string& key) {
  return Json::object().set("bucket", "lake").set("key", key).dump();
}

// What is received is hidden until it is given back or the clock has passed its lease.
class FakeQueue : public wire::ManagedQueue {
 public:
  explicit FakeQueue(Clock& clock) : clock_(clock) {}

  void add(const std::string& id, const std::string& body, int64_t sent_millis = 1) {
    std::lock_guard lock(mutex_);
    messages_[id] = {{id, "", body, 0, sent_millis}, 0};
  }
  Result<std::vector<QueueMessage>> receive(uint32_t count_max, uint32_t,
                                            uint32_t seconds) override {
    std::lock_guard lock(mutex_);
    asked.push_back(count_max);
    if (!errors.empty()) return pop(errors);
    std::vector<QueueMessage> some;
    for (auto& [id, held] : messages_) {
      if (held.hidden_until > clock_.steady_micros() || some.size() == count_max) continue;
      held.hidden_until = clock_.steady_micros() + seconds * second;
      held.message.receives++;
      held.message.receipt = id + "#" + std::to_string(held.message.receives);
      some.push_back(held.message);
    }
    return some;
  }
  Result<> hide(const QueueMessage& message, uint32_t seconds) override {
    std::lock_guard lock(mutex_);
    auto found = messages_.find(message.id);
    if (found == messages_.end() || found->second.message.receipt != message.receipt) return gone();
    found->second.hidden_until = clock_.steady_micros() + seconds * second;
    return {};
  }
  Result<> remove(const QueueMessage& message) override {
    std::lock_guard lock(mutex_);
    if (!remove_errors.empty()) return pop(remove_errors);
    auto found = messages_.find(message.id);
    if (found == messages_.end() || found->second.message.receipt != message.receipt) return gone();
    messages_.erase(found);
    return {};
  }
  Result<wire::QueueState> state() override {
    std::lock_guard lock(mutex_);
    return wire::QueueState{messages_.size(), 0, 0, false};
  }
  Result<std::vector<std::string>> sources() override { return std::vector<std::string>(); }
  Result<> send(const wire::NewMessage& message) override {
    sent.push_back(message);
    return {};
  }
  Result<> give_back(std::span<const QueueMessage> some) override {
    for (const QueueMessage& message : some) {
      auto hidden = hide(message, 0);
      static_cast<void>(hidden);
    }
    return {};
  }
  Result<> purge() override { return {}; }

  std::string visible() {
    std::lock_guard lock(mutex_);
    std::string ids;
    for (const auto& [id, held] : messages_) {
      if (held.hidden_until <= clock_.steady_micros()) ids += (ids.empty() ? "" : " ") + id;
    }
    return ids;
  }

  std::deque<Error> errors, remove_errors;
  std::vector<uint32_t> asked;
  std::vector<wire::NewMessage> sent;

 private:
  struct Held {
    QueueMessage message;
    int64_t hidden_until = 0;
  };
  static Error gone() { return {Code::conflict, "gone", "", ""}; }
  static Error pop(std::deque<Error>& errors) {
    Error error = errors.front();
    errors.pop_front();
    return error;
  }

  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Held> messages_;
};

class FakeTarget : public LetterTarget {
 public:
  TargetKind kind() const override { return sort; }
  Result<std::string> take(const Letter& letter) override {
    if (during) during();
    if (!errors.empty()) {
      Error error = errors.front();
      errors.pop_front();
      return error;
    }
    taken.push_back(letter.message.id);
    return std::string("accepted");
  }

  TargetKind sort = TargetKind::queue;
  std::deque<Error> errors;
  std::vector<std::string> taken;
  std::function<void()> during;
};

class RedriveTest : public ::testing::Test {
 protected:
  Redriven run(LetterBoxOptions options = {}, RedriveOptions how = {}) {
    LetterBox box({queue, clock, stop}, std::move(options));
    SMITH_CHECK(box.open().ok());
    box.bound(bound);
    RedriveSetup setup{.box = box, .target = target, .clock = clock, .stop = stop};
    setup.options = how;
    setup.on_letter = [this](const LetterOutcome& outcome) {
      fates.push_back(outcome.letter.message.id + " " + std::string(name_of(outcome.fate)));
    };
    Redriven done = redrive(setup);
    missing = box.missing();
    later = box.later();
    return done;
  }

  static Error busy() { return {Code::busy, "503", "", ""}; }

  FakeClock clock;
  FakeQueue queue{clock};
  FakeTarget target;
  std::atomic<bool> stop = false;
  uint64_t bound = 0;
  std::vector<std::string> fates, missing;
  uint64_t later = 0;
};

TEST_F(RedriveTest, removes_what_was_taken_and_nothing_else) {
  queue.add("a", about("bronze/a.csv"));
  queue.add("b", "no event");
  queue.add("c", about("silver/c.parquet"));
  Redriven done = run();
  EXPECT_EQ(fates, (std::vector<std::string>{"a sent", "b left", "c left"}));
  EXPECT_EQ(target.taken, (std::vector<std::string>{"a"}));
  EXPECT_EQ(done.found, 3U);
  EXPECT_EQ(done.sent, 1U);
  EXPECT_EQ(done.left, 2U);
  EXPECT_EQ(queue.visible(), "b c");
}

TEST_F(RedriveTest, ends_where_every_message_was_seen) {
  for (int i = 0; i < 25; ++i) {
    queue.add("m" + std::to_string(100 + i), i % 2 == 0 ? about("bronze/a.csv") : "no event");
  }
  EXPECT_EQ(run().found, 25U);
  EXPECT_EQ(target.taken.size(), 13U);
}

// Their leases are over before the others are done, and they come again.
TEST_F(RedriveTest, looks_at_no_message_twice) {
  queue.add("a", "no event");
  queue.add("b", about("bronze/b.csv"));
  target.during = [this] { clock.sleep_micros(60 * second); };
  Redriven done = run();
  EXPECT_EQ(done.found, 2U);
  EXPECT_EQ(fates, (std::vector<std::string>{"a left", "b sent"}));
}

TEST_F(RedriveTest, passes_over_what_was_sent_later) {
  queue.add("new", about("bronze/a.csv"), 2000);
  queue.add("old", about("bronze/a.csv"), 1000);
  run({.sent_before_millis = 1000});
  EXPECT_EQ(target.taken, (std::vector<std::string>{"old"}));
  EXPECT_EQ(later, 1U);
  EXPECT_EQ(queue.visible(), "new");
}

TEST_F(RedriveTest, stops_at_its_bound) {
  for (const char* id : {"a", "b", "c"}) queue.add(id, about("bronze/a.csv"));
  bound = 2;
  EXPECT_EQ(run().sent, 2U);
  EXPECT_EQ(queue.asked.front(), 2U);
  EXPECT_EQ(queue.visible(), "c");
}

TEST_F(RedriveTest, picks_ids_and_says_which_are_missing) {
  for (const char* id : {"a", "b", "c"}) queue.add(id, about("bronze/a.csv"));
  run({.wanted = {"b", "x"}});
  EXPECT_EQ(queue.asked.front(), 10U);
  EXPECT_EQ(target.taken, (std::vector<std::string>{"b"}));
  EXPECT_EQ(missing, (std::vector<std::string>{"x"}));
  EXPECT_EQ(queue.visible(), "a c");
}

TEST_F(RedriveTest, a_target_that_stays_in_trouble_ends_it) {
  for (const char* id : {"a", "b"}) queue.add(id, about("bronze/a.csv"));
  for (int i = 0; i < 5; ++i) target.errors.push_back(busy());
  Redriven done = run();
  EXPECT_EQ(fates, (std::vector<std::string>{"a failed"}));
  EXPECT_TRUE(done.transient);
  EXPECT_EQ(done.error->code, Code::busy);
  EXPECT_EQ(queue.visible(), "a b");
}

// A lake has waited its trouble out itself, and the next object may be in none.
TEST_F(RedriveTest, a_lakes_trouble_is_of_one_object) {
  for (const char* id : {"a", "b"}) queue.add(id, about("bronze/a.csv"));
  target.sort = TargetKind::lake;
  target.errors.push_back({Code::denied, "no right", "", ""});
  Redriven done = run();
  EXPECT_EQ(fates, (std::vector<std::string>{"a failed", "b sent"}));
  EXPECT_TRUE(done.denied);
  EXPECT_FALSE(done.error.has_value());
}

TEST_F(RedriveTest, what_can_not_be_removed_ends_it_lest_all_be_sent_each_time) {
  for (const char* id : {"a", "b"}) queue.add(id, about("bronze/a.csv"));
  queue.remove_errors.push_back({Code::denied, "no right", "", ""});
  Redriven done = run();
  EXPECT_EQ(done.sent, 1U);
  EXPECT_EQ(done.twice, 1U);
  EXPECT_TRUE(done.denied);
  EXPECT_EQ(queue.visible(), "a b");
}

TEST_F(RedriveTest, keeps_its_rate) {
  for (const char* id : {"a", "b", "c"}) queue.add(id, about("bronze/a.csv"));
  int64_t began = clock.steady_micros();
  run({}, {.rate_max = 2});
  EXPECT_EQ(clock.steady_micros() - began, second);
}

TEST_F(RedriveTest, a_dry_run_offers_nothing) {
  queue.add("a", about("bronze/a.csv"));
  EXPECT_EQ(run({}, {.dry_run = true}).sent, 1U);
  EXPECT_TRUE(target.taken.empty());
  EXPECT_EQ(fates, (std::vector<std::string>{"a would-send"}));
  EXPECT_EQ(queue.visible(), "a");
}

TEST_F(RedriveTest, a_stop_leaves_the_rest) {
  for (const char* id : {"a", "b", "c"}) queue.add(id, about("bronze/a.csv"));
  target.during = [this] { stop = true; };
  EXPECT_EQ(run().sent, 1U);
  EXPECT_EQ(queue.visible(), "b c");
}

TEST_F(RedriveTest, a_lease_is_kept_beside_the_work) {
  FakeQueue own(system_clock());
  LetterBox kept({own, system_clock(), stop}, {.lease_seconds = 1});
  own.add("a", about("bronze/a.csv"));
  ASSERT_TRUE(kept.open().ok());
  ASSERT_TRUE(kept.keep_leases().ok());
  ASSERT_EQ(kept.next().value().size(), 1U);
  int64_t end = system_clock().steady_micros() + 1'500'000;
  while (system_clock().steady_micros() < end) {
    EXPECT_EQ(own.visible(), "");
    system_clock().sleep_micros(20'000);
  }
  ASSERT_TRUE(kept.give_back().ok());
  EXPECT_EQ(own.visible(), "a");
}

Letter letter_about(const std::string& key, std::vector<wire::QueueAttribute> attributes = {}) {
  QueueMessage message{"m", "r", about(key), 3, 1000};
  message.attributes = std::move(attributes);
  return read_letter(std::move(message), {});
}

TEST_F(RedriveTest, a_queue_gets_the_attributes_of_work_and_not_those_of_failures) {
  QueueTarget plain(queue, "http://q/1/in");
  ASSERT_TRUE(plain.take(letter_about("bronze/a.csv", {{"Note", "String", "x"}})).ok());
  ASSERT_TRUE(plain
                  .take(letter_about("bronze/a.csv", {{"RequestID", "String", "r"},
                                                      {"ErrorCode", "Number", "200"}}))
                  .ok());
  QueueTarget fifo(queue, "http://q/1/in.fifo");
  ASSERT_TRUE(fifo.take(letter_about("bronze/a.csv")).ok());
  EXPECT_EQ(queue.sent[0].attributes.size(), 1U);
  EXPECT_TRUE(queue.sent[1].attributes.empty());
  EXPECT_EQ(queue.sent[0].group, "");
  EXPECT_EQ(queue.sent[2].group, "m");
  EXPECT_EQ(queue.sent[2].once, "m");
}

TEST(LetterTarget, a_refused_file_goes_as_its_own_event) {
  FindRejection find = [](const bronze::Event&) -> Result<Rejection> {
    return Rejection{"lake", "bronze/a.csv", "too-many-rejects", "2 of 3"};
  };
  std::string report = "quarantine/a/0123456789abcdef-fedcba9876543210/rejected.json";
  QueueMessage message{"m", "r", about(report), 1, 1000};
  Letter unknown = read_letter(message, {});
  EXPECT_TRUE(objection_to(unknown, TargetKind::queue).has_value());
  Letter known = read_letter(message, find);
  EXPECT_FALSE(objection_to(known, TargetKind::queue).has_value());
  EXPECT_EQ(event_for(known), about("bronze/a.csv"));
  EXPECT_EQ(error_of(known), "too-many-rejects: 2 of 3");
}

TEST(LetterTarget, knows_a_queue_by_any_of_its_hosts) {
  EXPECT_TRUE(same_queue("https://sqs.eu-west-1.amazonaws.com/1/q",
                         "https://eu-west-1.queue.amazonaws.com/1/q"));
  EXPECT_FALSE(same_queue("https://sqs.eu-west-1.amazonaws.com/1/q",
                          "https://sqs.eu-west-2.amazonaws.com/1/q"));
  EXPECT_FALSE(same_queue("http://h/1/q", "http://h/2/q"));
  EXPECT_FALSE(same_queue("http://h/1/q", "http://h/1/p"));
}

TEST(Letters, an_age_is_read_at_a_glance) {
  Letter letter = letter_about("bronze/a.csv");
  auto after = [&](int64_t seconds) { return age_text(letter, second + seconds * second); };
  EXPECT_EQ(after(5), "5s");
  EXPECT_EQ(after(65), "1m 5s");
  EXPECT_EQ(after(7200), "2h");
  EXPECT_EQ(after(3 * 86'400 + 4 * 3600 + 59), "3d 4h");
  EXPECT_EQ(after(-9), "0s");
}

TEST(Letters, advice_fits_the_error) {
  auto advice = [](const std::string& message) {
    return advice_of(letter_about("bronze/a.csv", {{"RequestID", "String", "r"},
                                                   {"ErrorCode", "Number", "200"},
                                                   {"ErrorMessage", "String", message}}));
  };
  EXPECT_NE(advice("Task timed out after 300.00 seconds").find("more time"), std::string::npos);
  EXPECT_NE(advice("RequestId: 1 Error: Runtime.ExitError").find("memory"), std::string::npos);
  EXPECT_NE(advice("AccessDenied on silver").find("a right"), std::string::npos);
}

TEST(Letters, counts_what_has_the_same_trouble) {
  LetterCounts counts;
  for (const char* key : {"bronze/o/a.csv", "bronze/o/b.csv", "bronze/p/a.csv"}) {
    counts.add(letter_about(key, {{"RULE_ARN", "String", "r"},
                                  {"ERROR_CODE", "String", "NO_PERMISSIONS"},
                                  {"ERROR_MESSAGE", "String", std::string("about ") + key}}));
  }
  EXPECT_EQ(counts.text(),
            "by error\n  3  rule: NO_PERMISSIONS\nby place\n  2  lake/bronze/o/\n  1  "
            "lake/bronze/p/");
}

}  // namespace
}  // namespace silversmith::app
