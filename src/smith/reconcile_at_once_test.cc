// SPDX-License-Identifier: Apache-2.0
// reconcile() with several objects at a time. What it does with each is reconcile_test.cc's.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "smith/reconcile.h"
#include "store/memory.h"
#include "support/one_contract.h"

namespace silversmith::smith {
namespace {

// Moves only when somebody sleeps on it; several threads may.
class SharedClock : public Clock {
 public:
  int64_t wall_micros() override { return now_; }
  int64_t steady_micros() override { return now_; }
  Slept sleep_micros(int64_t micros) override {
    now_ += std::max<int64_t>(micros, 0);
    return Slept::whole;
  }

 private:
  std::atomic<int64_t> now_ = 1'700'000'000'000'000;
};

// Several objects at a time: each has an engine of its own, as converge() must.
class ReconcileAtOnce : public ::testing::Test {
 protected:
  Reconciliation run_with(const std::function<void(const std::string& key)>& before) {
    ReconcileSetup setup{.smithy = smithy, .options = options};
    setup.converge = [&](const store::Listed& object, Refusals) {
      before(object.key);
      test::OneContract own;
      own.fails = broken;
      own.failing = Code::busy;
      return forge(object.key, {store, store, prefixes, own, clock, smithy.options});
    };
    setup.on_run = [&](const RunResult& result) { told.push_back(result.account.key); };
    Reconciliation done = reconcile(setup);
    EXPECT_TRUE(done.ledger.balances());
    return done;
  }
  // Waits for other threads; where none comes, the test's time runs out.
  void wait_until(const std::function<bool()>& came) {
    std::unique_lock lock(mutex);
    changed.wait(lock, came);
  }
  void happen(const std::function<void()>& what) {
    std::lock_guard lock(mutex);
    what();
    changed.notify_all();
  }

  void put_many(int count) {
    for (int i = 0; i < count; ++i) {
      store.put("bronze/" + std::to_string(1000 + i) + ".csv", "good");
    }
  }

  store::MemoryStore store{"memory", {.page_keys_max = 10}};
  silver::Prefixes prefixes;
  test::OneContract converters;
  SharedClock clock;
  std::atomic<bool> stop = false;
  Smithy smithy{store, store, prefixes, converters, clock, {.stop = &stop}};
  ReconcileOptions options;
  bool broken = false;
  std::vector<std::string> told;
  std::mutex mutex;
  std::condition_variable changed;
};

TEST_F(ReconcileAtOnce, works_on_as_many_objects_as_it_may) {
  put_many(25);
  options.concurrency = 3;
  int begun = 0;
  Reconciliation done = run_with([&](const std::string&) {
    happen([&] { begun++; });
    wait_until([&] { return begun >= 3; });  // three are at work together
  });
  EXPECT_EQ(done.ledger.count(Fate::converted), 25U);
  EXPECT_TRUE(done.ledger.reconciled());
  EXPECT_EQ(done.ledger.last_key, "bronze/1024.csv");
  EXPECT_EQ(std::set<std::string>(told.begin(), told.end()).size(), 25U);
  EXPECT_EQ(told.size(), 25U);
}

TEST_F(ReconcileAtOnce, the_last_key_is_behind_nothing_that_is_left) {
  put_many(10);
  options.concurrency = 2;
  // The second object takes until the signal, which comes when others behind it are done.
  Reconciliation done = run_with([&](const std::string& key) {
    if (key == "bronze/1001.csv") wait_until([&] { return stop.load(); });
    if (key == "bronze/1005.csv") happen([&] { stop = true; });
  });
  EXPECT_EQ(done.ledger.last_key, "bronze/1000.csv");
  EXPECT_FALSE(done.ledger.complete);
  EXPECT_GE(done.ledger.count(Fate::converted), 4U);
  EXPECT_GE(done.ledger.count(Fate::pending), 4U);
  stop = false;
  options.after = done.ledger.last_key;
  Reconciliation rest = run_with([](const std::string&) {});
  EXPECT_TRUE(rest.ledger.reconciled());
  EXPECT_EQ(rest.ledger.objects, 9U);
  EXPECT_EQ(store.keys("silver/").size(), 10U);
}

TEST_F(ReconcileAtOnce, keeps_to_the_rate_of_all_together) {
  put_many(11);
  options.rate_max = 5;
  options.concurrency = 4;
  int64_t before = clock.steady_micros();
  run_with([](const std::string&) {});
  EXPECT_EQ(clock.steady_micros() - before, 2'000'000);
}

// Tells when a contract is asked for, which is the last thing before an object waits for its turn.
class HeardContract : public test::OneContract {
 public:
  std::function<void()> on_asked;
  Result<std::unique_ptr<Converter>> for_key(std::string_view key, Reread reread) override {
    on_asked();
    return OneContract::for_key(key, reread);
  }
};

class HeardClock : public SharedClock {
 public:
  std::function<void()> on_sleep;
  Slept sleep_micros(int64_t micros) override {
    on_sleep();
    return SharedClock::sleep_micros(micros);
  }
};

TEST_F(ReconcileAtOnce, waits_for_one_turn_at_most_after_a_signal) {
  put_many(10);
  options.rate_max = 1;
  options.concurrency = 4;
  int asked = 0;
  int sleeps = 0;
  int begun = 0;
  HeardContract heard;
  heard.on_asked = [&] { happen([&] { asked++; }); };
  HeardClock signalled;
  // The signal comes while one sleeps and the others, the first one with its second object among
  // them, are on their way to wait behind it.
  signalled.on_sleep = [&] {
    wait_until([&] { return asked >= 5; });
    happen([&] { sleeps++; });
    stop = true;
  };
  Smithy halted{store, store, prefixes, heard, signalled, smithy.options};
  ReconcileSetup setup{.smithy = halted, .options = options};
  setup.converge = [&](const store::Listed& object, Refusals) {
    happen([&] { begun++; });
    test::OneContract own;
    return forge(object.key, {store, store, prefixes, own, clock, {}});
  };
  Reconciliation done = reconcile(setup);
  EXPECT_EQ(sleeps, 1);
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(done.ledger.count(Fate::pending), 9U);
}

TEST_F(ReconcileAtOnce, ends_once_when_nothing_works_any_more) {
  put_many(40);
  options.concurrency = 4;
  broken = true;
  smithy.options.retry.attempts_max = 1;
  Reconciliation done = run_with([](const std::string&) {});
  ASSERT_TRUE(done.error.has_value());
  EXPECT_EQ(done.exit, 75);
  EXPECT_GE(done.ledger.count(Fate::error), 20U);
  EXPECT_LE(done.ledger.count(Fate::error), 23U) << "those that were under way";
  EXPECT_FALSE(done.ledger.complete);
}

TEST_F(ReconcileAtOnce, one_that_is_asked_to_end_twice_tells_the_first) {
  put_many(10);
  options.concurrency = 4;
  ReconcileSetup setup{.smithy = smithy, .options = options};
  int asked = 0;
  setup.send = [&](const std::string&) -> Result<> {
    happen([&] { asked++; });
    wait_until([&] { return asked >= 4; });
    return Error{Code::denied, "no right to send", "", ""};
  };
  Reconciliation done = reconcile(setup);
  EXPECT_EQ(asked, 4);
  EXPECT_EQ(done.exit, 3);
  EXPECT_EQ(done.ledger.count(Fate::pending), 10U);
  EXPECT_EQ(done.ledger.last_key, "");
}

}  // namespace
}  // namespace silversmith::smith
