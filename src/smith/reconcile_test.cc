// SPDX-License-Identifier: Apache-2.0
#include "smith/reconcile.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <vector>

#include "store/memory.h"
#include "support/one_contract.h"

namespace silversmith::smith {
namespace {

// Counts what is asked, and fails on demand.
class Watched : public store::MemoryStore {
 public:
  using MemoryStore::MemoryStore;
  std::atomic<int> heads = 0;
  std::atomic<int> opens = 0;
  std::optional<Error> versions_fail;
  std::string head_fails;  // on this key
  std::vector<Error> unreadable;

  Result<store::Head> head(std::string_view key) override {
    heads++;
    if (key == head_fails) return Error{Code::busy, "the store is away", "", ""};
    return MemoryStore::head(key);
  }
  Result<std::unique_ptr<store::Object>> open(std::string_view key) override {
    opens++;
    return MemoryStore::open(key);
  }
  Result<store::ListPage> list(std::string_view prefix, std::string_view after) override {
    store::ListPage page = SMITH_TRY(MemoryStore::list(prefix, after));
    page.unreadable = unreadable;
    return page;
  }
  // As a bucket's listing has them.
  Result<store::ListPage> list_versions(std::string_view prefix, std::string_view after) override {
    if (versions_fail.has_value()) return *versions_fail;
    store::ListPage page = SMITH_TRY(list(prefix, after));
    for (store::Listed& listed : page.objects) {
      auto head = MemoryStore::head(listed.key);
      if (head.ok()) listed.version = head->version;
      listed.modified_micros = modified;
    }
    return page;
  }
  int64_t modified = 0;
};

class Reconcile : public ::testing::Test {
 protected:
  Reconcile() {
    options.looks_max = 4;
    store.modified = clock.wall_micros() - 1'000'000'000;
  }

  Reconciliation run() {
    ReconcileSetup setup{.smithy = smithy, .options = options};
    if (converges) {
      setup.converge = [&](const store::Listed& object, Refusals) {
        converged.push_back(object.key);
        return forge(object.key, smithy);
      };
    }
    setup.on_error = [&](const Error& error) { errors.push_back(error.message); };
    setup.on_warning = [&](const Error& error) { warnings.push_back(error.message); };
    setup.on_pending = [&](const std::string& key) { pending.push_back(key); };
    if (sends) {
      setup.send = [&](const std::string& key) -> Result<> {
        sent.push_back(key);
        if (send_fails.has_value()) return *send_fails;
        return {};
      };
    }
    converged.clear();
    Reconciliation done = reconcile(setup);
    EXPECT_TRUE(done.ledger.balances());
    return done;
  }
  void put_many(int count) {
    for (int i = 0; i < count; ++i) {
      store.put("bronze/" + std::to_string(1000 + i) + ".csv", "good");
    }
  }

  Watched store{"memory", {.page_keys_max = 10}};
  silver::Prefixes prefixes;
  test::OneContract converters;
  FakeClock clock;
  std::atomic<bool> stop = false;
  Smithy smithy{store, store, prefixes, converters, clock, {.skip_known_rejects = true}};
  ReconcileOptions options;
  bool converges = true;
  bool sends = false;
  std::optional<Error> send_fails;
  std::vector<std::string> converged, errors, warnings, pending, sent;
};

TEST_F(Reconcile, converts_what_is_missing_and_then_nothing) {
  put_many(25);
  store.put("bronze/note.md", "no object of bronze");
  Reconciliation first = run();
  EXPECT_EQ(first.ledger.objects, 25U);
  EXPECT_EQ(first.ledger.count(Fate::converted), 25U);
  EXPECT_TRUE(first.ledger.reconciled());
  EXPECT_EQ(first.exit, 0);
  EXPECT_EQ(first.ledger.ages.oldest_found_micros, store.modified);
  EXPECT_FALSE(first.ledger.ages.oldest_left_micros.has_value());
  Reconciliation second = run();
  EXPECT_EQ(second.ledger.count(Fate::duplicate), 25U);
  EXPECT_TRUE(converged.empty());
  EXPECT_FALSE(second.ledger.ages.oldest_found_micros.has_value());
}

TEST_F(Reconcile, asks_one_head_of_what_is_done_and_two_with_receipts) {
  put_many(25);
  run();
  store.heads = store.opens = 0;
  run();
  EXPECT_EQ(store.heads, 25);
  EXPECT_EQ(store.opens, 0) << "no object is read";
  options.receipts = Receipts::wanted;
  store.heads = 0;
  run();
  EXPECT_EQ(store.heads, 50);
  EXPECT_EQ(store.opens, 0);
}

TEST_F(Reconcile, takes_a_corrected_object_and_a_lost_silver) {
  put_many(3);
  run();
  store.put("bronze/1000.csv", "bad");
  store.erase("silver/1001.parquet");
  Reconciliation done = run();
  EXPECT_EQ(converged, (std::vector<std::string>{"bronze/1000.csv", "bronze/1001.csv"}));
  EXPECT_EQ(done.ledger.count(Fate::converted), 2U);
  EXPECT_EQ(done.ledger.count(Fate::duplicate), 1U);
}

TEST_F(Reconcile, makes_a_lost_receipt_again_only_where_receipts_are_wanted) {
  store.put("bronze/a.csv", "good");
  run();
  std::string receipt = store.keys("receipts/").at(0);
  smithy.options.adopt = true;  // the engine of this test writes no account into silver
  store.erase(receipt);
  run();
  EXPECT_TRUE(converged.empty());
  options.receipts = Receipts::wanted;
  Reconciliation done = run();
  EXPECT_EQ(converged.size(), 1U);
  EXPECT_EQ(done.ledger.count(Fate::duplicate), 1U);
  EXPECT_FALSE(done.ledger.ages.oldest_found_micros.has_value()) << "silver held it all along";
}

TEST_F(Reconcile, counts_a_refusal_that_stands_without_reading_the_file) {
  store.put("bronze/a.csv", "refuse");
  EXPECT_EQ(run().ledger.count(Fate::rejected), 1U);
  Reconciliation again = run();
  EXPECT_EQ(again.ledger.count(Fate::rejected), 1U);
  EXPECT_TRUE(again.ledger.reconciled());
  EXPECT_TRUE(converged.empty());
  converters.terms.outcome = "a mended contract";
  run();
  EXPECT_EQ(converged.size(), 1U);
}

TEST_F(Reconcile, leaves_what_is_young_to_its_events) {
  put_many(2);
  options.min_age_micros = 2'000'000'000;
  Reconciliation done = run();
  EXPECT_EQ(done.ledger.count(Fate::resting), 2U);
  EXPECT_TRUE(done.ledger.settled());
  EXPECT_FALSE(done.ledger.reconciled());
  store.modified = clock.wall_micros() + 3'000'000'000;
  EXPECT_EQ(run().ledger.count(Fate::converted), 2U) << "a clock ahead must not keep it for ever";
}

TEST_F(Reconcile, passes_over_what_is_too_old) {
  put_many(2);
  options.max_age_micros = 1'000'000;
  store.modified = clock.wall_micros() - 2'000'000;
  Reconciliation done = run();
  EXPECT_EQ(done.ledger.count(Fate::older), 2U);
  EXPECT_TRUE(converged.empty());
  EXPECT_TRUE(done.ledger.settled());
  EXPECT_FALSE(done.ledger.reconciled()) << "nobody has looked";
  store.modified = clock.wall_micros() - 500'000;
  EXPECT_EQ(run().ledger.count(Fate::converted), 2U);
}

TEST_F(Reconcile, hands_what_is_not_done_to_the_queue) {
  put_many(3);
  run();
  store.put("bronze/b.csv", "good");
  store.put("bronze/c.csv", "refuse");
  forge("bronze/c.csv", smithy);
  sends = true;
  Reconciliation done = run();
  EXPECT_EQ(sent, std::vector<std::string>{"bronze/b.csv"});
  EXPECT_EQ(done.ledger.count(Fate::queued), 1U);
  EXPECT_EQ(done.ledger.count(Fate::rejected), 1U);
  EXPECT_EQ(done.ledger.count(Fate::duplicate), 3U);
  EXPECT_TRUE(done.ledger.settled());
  EXPECT_TRUE(done.ledger.ages.oldest_left_micros.has_value());
}

TEST_F(Reconcile, ends_when_the_queue_is_not_ours) {
  put_many(30);
  sends = true;
  send_fails = Error{Code::denied, "no right to send", "", ""};
  Reconciliation done = run();
  EXPECT_EQ(sent.size(), 1U);
  ASSERT_TRUE(done.error.has_value());
  EXPECT_EQ(done.exit, 3);
  EXPECT_FALSE(done.ledger.complete);
  EXPECT_EQ(done.ledger.count(Fate::pending), 10U) << "of the one page that was listed";
}

TEST_F(Reconcile, sends_again_after_passing_trouble) {
  put_many(1);
  sends = true;
  send_fails = Error{Code::busy, "throttled", "", ""};
  Reconciliation done = run();
  EXPECT_EQ(sent.size(), smithy.options.retry.attempts_max);
  EXPECT_EQ(done.exit, 75);
}

TEST_F(Reconcile, only_tells_where_nothing_is_to_be_done) {
  put_many(2);
  converges = false;
  Reconciliation done = run();
  EXPECT_EQ(pending.size(), 2U);
  EXPECT_EQ(done.ledger.count(Fate::pending), 2U);
  EXPECT_FALSE(done.ledger.settled());
  EXPECT_TRUE(store.keys("silver/").empty());
}

TEST_F(Reconcile, keeps_to_the_rate) {
  put_many(11);
  options.rate_max = 5;
  int64_t before = clock.steady_micros();
  run();
  EXPECT_EQ(clock.steady_micros() - before, 2'000'000);
  before = clock.steady_micros();
  run();
  EXPECT_EQ(clock.steady_micros(), before) << "what is done costs no turn";
}

TEST_F(Reconcile, begins_behind_a_key) {
  put_many(25);
  options.after = "bronze/1019.csv";
  Reconciliation done = run();
  EXPECT_EQ(done.ledger.objects, 5U);
  EXPECT_EQ(converged.front(), "bronze/1020.csv");
}

TEST_F(Reconcile, stops_between_two_objects_and_goes_on_where_it_was) {
  put_many(25);
  smithy.options.stop = &stop;
  std::vector<std::string> all;
  ReconcileSetup setup{.smithy = smithy, .options = options};
  setup.converge = [&](const store::Listed& object, Refusals) {
    all.push_back(object.key);
    RunResult result = forge(object.key, smithy);
    stop = all.size() % 7 == 0;
    return result;
  };
  for (int i = 0; i < 4; ++i) {
    stop = false;
    Reconciliation done = reconcile(setup);
    EXPECT_TRUE(done.ledger.balances());
    EXPECT_EQ(done.ledger.complete, i == 3);
  }
  EXPECT_EQ(all.size(), 25U) << "nothing is converted twice";
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 25U);
}

TEST_F(Reconcile, lists_without_versions_where_it_may_not_list_them) {
  put_many(25);
  run();
  store.versions_fail = Error{Code::denied, "no s3:ListBucketVersions", "", ""};
  store.heads = 0;
  Reconciliation done = run();
  EXPECT_EQ(done.ledger.count(Fate::duplicate), 25U);
  EXPECT_EQ(warnings.size(), 1U);
  EXPECT_EQ(store.heads, 50) << "one more each";
}

TEST_F(Reconcile, tells_one_error_and_takes_the_others) {
  put_many(25);
  store.head_fails = "silver/1003.parquet";
  store.unreadable = {{Code::denied, "cannot list bronze/x", "", ""}};
  Reconciliation done = run();
  EXPECT_EQ(done.ledger.count(Fate::error), 1U);
  EXPECT_EQ(done.ledger.count(Fate::converted), 24U);
  EXPECT_EQ(done.ledger.unreadable, 1U);
  EXPECT_EQ(errors.size(), 2U) << "a folder is told once, though every page meets it";
  EXPECT_EQ(done.exit, 3);
  EXPECT_FALSE(done.ledger.settled());
}

TEST_F(Reconcile, ends_when_nothing_works_any_more) {
  put_many(40);
  converters.fails = true;
  converters.failing = Code::busy;
  smithy.options.retry.attempts_max = 1;
  Reconciliation done = run();
  ASSERT_TRUE(done.error.has_value());
  EXPECT_EQ(done.exit, 75);
  EXPECT_EQ(done.ledger.count(Fate::error), 20U);
  EXPECT_FALSE(done.ledger.complete);
}

TEST_F(Reconcile, converts_again_under_another_contract_only_when_asked_to) {
  put_many(3);
  run();
  converters.terms.identity = std::string(64, 'd');
  run();
  EXPECT_TRUE(converged.empty());
  smithy.options.reprocess = true;
  EXPECT_EQ(run().ledger.count(Fate::converted), 3U);
  Reconciliation again = run();
  EXPECT_EQ(again.ledger.count(Fate::duplicate), 3U);
  EXPECT_TRUE(converged.empty());
}

TEST_F(Reconcile, says_that_a_broken_contract_is_a_configuration_error) {
  put_many(2);
  run();
  store.put("bronze/new.csv", "good");
  converters.fails = true;
  for (Code code : {Code::denied, Code::invalid}) {
    converters.failing = code;
    Reconciliation done = run();
    EXPECT_EQ(done.exit, 2);
    EXPECT_EQ(done.ledger.count(Fate::error), 1U);
    EXPECT_EQ(done.ledger.count(Fate::duplicate), 2U) << "what is done needs no contract";
    EXPECT_TRUE(converged.empty()) << "nothing is read";
  }
}

TEST_F(Reconcile, passes_over_what_was_deleted_since) {
  store.versions_fail = Error{Code::denied, "", "", ""};
  store.put("bronze/a.csv", "good");
  auto look = look_at({"bronze/gone.csv", 1, 1, ""}, smithy, Receipts::wanted);
  ASSERT_TRUE(look.ok());
  EXPECT_TRUE(look->gone);
  EXPECT_FALSE(is_done(*look));
}

}  // namespace
}  // namespace silversmith::smith
