// SPDX-License-Identifier: Apache-2.0
#include "silver/receipt.h"

#include <gtest/gtest.h>

#include "silver/commit.h"
#include "silver/lineage.h"
#include "store/memory.h"

namespace silversmith::silver {
namespace {

Account example() {
  Account account;
  account.key = "bronze/a.csv";
  account.source_version = "0123456789abcdef0123456789abcdef";
  account.generation = "0123456789abcdef-fedcba9876543210";
  account.contract = "Aufträge 1";
  account.contract_version = 7;
  account.contract_hash = "ffff";
  account.engine_version = "0.1.0";
  account.rows_read = 10;
  account.rows = 5;
  account.rows_quarantined = 2;
  account.rows_deduplicated = 1;
  account.rows_skipped = 2;
  account.cells_nullified = 3;
  account.bytes_in = 99;
  account.reasons = {{"type-error", 2}};
  account.columns = {{"x", "int64", 1, true, "1", "9"}, {"y", "text", 0, false, "", ""}};
  account.content_digest = "d";
  return account;
}

TEST(Account, balances_only_when_every_record_is_somewhere) {
  Account account = example();
  EXPECT_TRUE(account.balances());
  EXPECT_DOUBLE_EQ(account.invalid_row_rate(), 0.2);
  account.rows_read++;
  EXPECT_FALSE(account.balances());
  EXPECT_EQ(Account().invalid_row_rate(), 0);
}

TEST(Account, reads_back_what_it_wrote) {
  std::string written = account_json(example()).dump();
  Result<Account> read = parse_account(*parse_json(written));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(account_json(*read).dump(), written);
  EXPECT_EQ(read->columns[0].max, "9");
  EXPECT_FALSE(read->columns[1].has_min_max);
}

TEST(Account, names_the_member_that_is_wrong) {
  for (const char* member : {"key", "rows", "reasons", "columns", "generation"}) {
    Json json = account_json(example());
    json.set(member, -1);
    Result<Account> read = parse_account(json);
    ASSERT_FALSE(read.ok()) << member;
    EXPECT_EQ(read.error().code, Code::corrupt);
    EXPECT_NE(read.error().message.find(member), std::string::npos);
  }
}

TEST(Receipt, keeps_account_and_observed_apart) {
  Observed observed{"run", "lake", "host", "2026-01-01T00:00:00.000Z", 5, 6, 7, 2};
  Result<Receipt> read = parse_receipt(receipt_text({example(), observed}));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->account.contract, "Aufträge 1");
  EXPECT_EQ(read->observed->run_id, "run");
  EXPECT_EQ(read->observed->attempts, 2U);
  EXPECT_FALSE(parse_receipt(receipt_text({example(), std::nullopt}))->observed.has_value());
  EXPECT_FALSE(parse_receipt("{}").ok());
  EXPECT_FALSE(parse_receipt("{\"schema\": \"silversmith.receipt/1\"}").ok());
}

TEST(Receipt, keeps_faults_and_first_rejects_of_a_refused_file) {
  Account account = example();
  account.faults = {{"limit-exceeded", "too many", "fix it"}};
  account.first_rejects = {Json("one")};
  Result<Rejected> read = parse_rejected(rejected_text({account, "terms"}));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->outcome, "terms");
  EXPECT_TRUE(read->account.refused());
  EXPECT_EQ(read->account.faults[0].hint, "fix it");
  EXPECT_EQ(read->account.first_rejects.size(), 1U);
}

TEST(Lineage, travels_in_metadata_as_ascii) {
  store::MemoryStore store;
  Account account = example();
  auto upload = store.upload({"silver/a.parquet", {}});
  for (const auto& [name, value] : metadata_of(account)) {
    for (char c : name + value) EXPECT_TRUE(c > ' ' && c < 127);
  }
  ASSERT_TRUE(
      (*upload)->commit("silver/a.parquet", metadata_of(account), store::Condition::absent()).ok());
  Result<Held> held = look(store, "silver/a.parquet", account.key);
  ASSERT_TRUE(held.ok() && held->lineage.has_value());
  EXPECT_TRUE(held->lineage->same_key);
  EXPECT_TRUE(held->lineage->made_from(account.source_version));
  EXPECT_TRUE(held->lineage->made_under("Aufträge 1"));
  EXPECT_FALSE(held->lineage->made_under("Aufträge"));
  EXPECT_EQ(held->lineage->contract_version, 7U);
  EXPECT_FALSE(look(store, "silver/a.parquet", "bronze/b.csv")->lineage->same_key);
  EXPECT_FALSE(look(store, "silver/none.parquet", account.key)->exists());
}

TEST(Lineage, finds_none_in_what_is_not_ours) {
  store::MemoryStore store;
  store.put("silver/a.parquet", "no Parquet file at all");
  Result<Held> held = look(store, "silver/a.parquet", "bronze/a.csv");
  ASSERT_TRUE(held.ok());
  EXPECT_TRUE(held->exists());
  EXPECT_FALSE(held->lineage.has_value());
}

// Gone is not the same as damaged: an operator may delete silver between two looks at it.
TEST(Lineage, reads_the_account_of_that_state_or_says_that_there_is_another) {
  store::MemoryStore store;
  store::Tag tag = store.put("k", "no Parquet file at all");
  EXPECT_FALSE(read_account(store, "k", tag)->has_value());
  store.put("k", "another");
  EXPECT_EQ(read_account(store, "k", tag).error().code, Code::conflict);
  store.erase("k");
  EXPECT_EQ(read_account(store, "k", tag).error().code, Code::conflict);
}

TEST(Commit, puts_once) {
  store::MemoryStore store;
  EXPECT_EQ(*put_once(store, "k", "one"), Put::now);
  EXPECT_EQ(*put_once(store, "k", "two"), Put::before);
  EXPECT_EQ(*store.peek("k"), "one");
  EXPECT_EQ(*read_small(store, "k", 3), "one");
  EXPECT_EQ(read_small(store, "k", 2).error().code, Code::limit);
}

}  // namespace
}  // namespace silversmith::silver
