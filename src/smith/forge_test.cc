// SPDX-License-Identifier: Apache-2.0
// What one caller sees; races, faults and crashes are tests/sim's.
#include "smith/forge.h"

#include <gtest/gtest.h>

#include <utility>

#include "silver/lineage.h"
#include "silver/receipt.h"
#include "store/memory.h"
#include "support/one_contract.h"

namespace silversmith::smith {
namespace {

using test::OneContract;

class Forge : public ::testing::Test {
 protected:
  RunResult run(const ForgeOptions& options = {}) {
    Smithy smithy{store, store, prefixes, converters, clock, options};
    return forge("bronze/a.csv", smithy);
  }

  store::MemoryStore store;
  silver::Prefixes prefixes;
  OneContract converters;
  FakeClock clock;
};

TEST_F(Forge, converts_once_and_then_says_duplicate) {
  store.put("bronze/a.csv", "good");
  RunResult first = run();
  EXPECT_EQ(first.status, Status::success);
  EXPECT_EQ(first.output, "silver/a.parquet");
  EXPECT_EQ(*store.peek("silver/a.parquet"), "good");
  auto receipt = silver::parse_receipt(*store.peek(first.receipt));
  ASSERT_TRUE(receipt.ok());
  EXPECT_EQ(receipt->account.rows, 1U);
  RunResult second = run();
  EXPECT_EQ(second.status, Status::duplicate);
  EXPECT_EQ(second.receipt, first.receipt);
}

TEST_F(Forge, replaces_silver_when_bronze_changed) {
  store.put("bronze/a.csv", "good");
  run();
  store.put("bronze/a.csv", "bad");
  RunResult result = run();
  EXPECT_EQ(result.status, Status::success_with_rejects);
  EXPECT_EQ(*store.peek(result.quarantine + "rejects.csv"), "a reject");
  EXPECT_TRUE(store.peek(result.quarantine + "report.json").has_value());
  EXPECT_EQ(store.keys("receipts/").size(), 2U);
}

TEST_F(Forge, refuses_a_bad_file_and_keeps_the_older_silver) {
  store.put("bronze/a.csv", "good");
  run();
  for (const char* text : {"refuse", "broken"}) {
    store.put("bronze/a.csv", text);
    RunResult result = run();
    EXPECT_EQ(result.status, Status::rejected) << text;
    EXPECT_EQ(*store.peek("silver/a.parquet"), "good");
    EXPECT_TRUE(store.peek(result.quarantine + "rejected.json").has_value());
    EXPECT_TRUE(store.peek(result.receipt).has_value());
    store.erase(result.receipt);
    RunResult again = run({.skip_known_rejects = true});
    EXPECT_EQ(again.status, Status::rejected);
    EXPECT_TRUE(store.peek(result.receipt).has_value()) << "rebuilt from the report";
  }
}

TEST_F(Forge, a_verdict_stands_for_a_new_format_but_not_for_a_new_contract) {
  store.put("bronze/a.csv", "refuse");
  RunResult first = run();
  EXPECT_EQ(first.status, Status::rejected);
  converters.terms.identity = std::string(64, 'd');  // another format version
  RunResult known = run({.skip_known_rejects = true});
  EXPECT_EQ(known.status, Status::rejected);
  EXPECT_EQ(known.quarantine, first.quarantine) << "the first verdict, not a new one";
  EXPECT_NE(run({.reprocess = true, .skip_known_rejects = true}).quarantine, first.quarantine);
  converters.terms.identity = std::string(64, 'e');
  converters.terms.outcome = "other terms";
  RunResult again = run({.skip_known_rejects = true});
  EXPECT_EQ(again.status, Status::rejected);
  EXPECT_NE(again.quarantine, first.quarantine) << "tried again by itself";
}

TEST_F(Forge, who_loses_to_another_version_is_superseded_and_to_a_twin_a_duplicate) {
  store.put("bronze/a.csv", "good");
  OneContract other;
  Smithy twin{store, store, prefixes, other, clock, {}};
  converters.meanwhile = [&] {
    store.put("bronze/a.csv", "newer");
    EXPECT_EQ(forge("bronze/a.csv", twin).status, Status::success);
  };
  RunResult result = run();
  EXPECT_EQ(result.status, Status::superseded);
  EXPECT_EQ(*store.peek("silver/a.parquet"), "newer");

  store.put("bronze/a.csv", "newest");
  other.terms.identity = std::string(64, 'd');
  converters.meanwhile = [&] { EXPECT_EQ(forge("bronze/a.csv", twin).status, Status::success); };
  result = run();
  EXPECT_EQ(result.status, Status::duplicate) << "the same version under another contract";
  EXPECT_NE(result.receipt.find(std::string(16, 'd')), std::string::npos) << result.receipt;
}

TEST_F(Forge, nothing_of_an_earlier_attempt_stays_in_the_result) {
  OneContract other;
  Smithy twin{store, store, prefixes, other, clock, {}};
  store.put("bronze/a.csv", "refuse");
  converters.meanwhile = [&] {
    store.put("bronze/a.csv", "good");
    EXPECT_EQ(forge("bronze/a.csv", twin).status, Status::success);
  };
  RunResult result = run();  // its first attempt refuses a version that is gone by then
  EXPECT_EQ(result.status, Status::duplicate);
  EXPECT_FALSE(result.error.has_value() || result.account.refused());
  EXPECT_EQ(result.quarantine, "");
  EXPECT_EQ(result.attempts, 2U);
  EXPECT_TRUE(result.repeated);
}

TEST_F(Forge, only_what_is_said_of_the_data_refuses_it) {
  store.put("bronze/a.csv", "untyped");
  RunResult result = run();
  EXPECT_EQ(result.status, Status::error) << "a fault without a public code is not the object's";
  EXPECT_TRUE(store.keys("quarantine/").empty());
}

TEST_F(Forge, silver_without_an_account_is_left_alone_until_it_may_be_replaced) {
  store.put("bronze/a.csv", "good");
  RunResult first = run();
  store.erase(first.receipt);
  RunResult result = run();
  EXPECT_EQ(exit_status(result), 2);
  EXPECT_NE(result.error->message.find("lost the account"), std::string::npos);
  store.put("bronze/a.csv", "newer");
  EXPECT_EQ(run({.adopt = true}).status, Status::success);
}

TEST_F(Forge, ignores_what_is_gone_or_not_bronze) {
  EXPECT_EQ(run().status, Status::ignored);
  Smithy smithy{store, store, prefixes, converters, clock, {}};
  EXPECT_EQ(forge("silver/a.csv", smithy).status, Status::ignored);
}

TEST_F(Forge, leaves_foreign_silver_alone_until_it_may_adopt_it) {
  store.put("bronze/a.csv", "good");
  store.put("silver/a.parquet", "somebody else's");
  RunResult result = run();
  EXPECT_EQ(result.status, Status::error);
  EXPECT_EQ(exit_status(result), 2);
  EXPECT_NE(result.error->hint.find("--adopt"), std::string::npos);
  EXPECT_EQ(*store.peek("silver/a.parquet"), "somebody else's");
  EXPECT_EQ(run({.adopt = true}).status, Status::success);
  EXPECT_EQ(*store.peek("silver/a.parquet"), "good");
}

TEST_F(Forge, converts_again_when_asked_to) {
  store.put("bronze/a.csv", "good");
  run();
  EXPECT_EQ(run({.reprocess = true}).status, Status::duplicate) << "nothing differs";
  EXPECT_EQ(run({.force = true}).status, Status::success);
  converters.terms.identity = std::string(64, 'd');
  EXPECT_EQ(run().status, Status::duplicate) << "the same source version";
  EXPECT_EQ(run({.reprocess = true}).status, Status::success);
}

TEST_F(Forge, never_replaces_silver_of_a_newer_contract) {
  store.put("bronze/a.csv", "good");
  converters.terms.version = converters.newest = 2;
  run();
  converters.terms.version = converters.newest = 1;
  EXPECT_EQ(run().status, Status::duplicate);
  RunResult again = run({.reprocess = true, .force = true});
  EXPECT_EQ(again.status, Status::error);
  EXPECT_NE(again.error->hint.find("higher version"), std::string::npos);
  store.put("bronze/a.csv", "newer");
  RunResult older = run();
  EXPECT_EQ(older.status, Status::error);
  EXPECT_EQ(exit_status(older), 75) << "a newer worker must take it";
  EXPECT_EQ(*store.peek("silver/a.parquet"), "good");
  converters.newest = 2;
  EXPECT_EQ(run().status, Status::success) << "it reads its contracts again first";
}

TEST_F(Forge, gives_a_busy_object_up_after_about_a_minute) {
  store.put("bronze/a.csv", "good");
  converters.fails = true;
  converters.failing = Code::busy;
  RunResult quick = run();
  EXPECT_EQ(quick.attempts, 6U) << "trouble that costs no time";
  int64_t hung_micros = 60'000'000;
  converters.before_failing = [&] { clock.sleep_micros(hung_micros); };
  RunResult hangs = run();
  EXPECT_EQ(hangs.attempts, 1U);
  EXPECT_EQ(exit_status(hangs), 75);
  hung_micros = 20'000'000;
  EXPECT_EQ(run().attempts, 3U);
}

TEST_F(Forge, takes_a_wrong_contract_for_an_error_of_configuration) {
  store.put("bronze/a.csv", "good");
  converters.fails = true;
  for (Code code : {Code::denied, Code::invalid, Code::missing}) {
    converters.failing = code;
    RunResult result = run();
    EXPECT_EQ(result.status, Status::error);
    EXPECT_EQ(exit_status(result), 2);
  }
}

}  // namespace
}  // namespace silversmith::smith
