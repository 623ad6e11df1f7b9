// SPDX-License-Identifier: Apache-2.0
#include "smith/contracts.h"

#include <gtest/gtest.h>

#include "store/memory.h"
#include "store/spool.h"

namespace silversmith::smith {
namespace {

std::string descriptor(const std::string& name, const std::string& match) {
  return "name: " + name +
         "\nschema: {fields: [{name: id, type: integer}]}\n\"silver:contract\": {version: 1, "
         "match: \"" +
         match + "\"}\n";
}

class ContractsTest : public ::testing::Test {
 protected:
  Contracts contracts() {
    PipelineSetup engine;
    engine.spools = &spools_;
    return {store_, "contracts/", std::move(engine), clock_};
  }
  void put(const std::string& name, const std::string& match) {
    store_.put("contracts/" + name + ".yaml", descriptor(name, match));
  }
  static std::string found(Contracts& contracts, std::string_view key,
                           Reread reread = Reread::if_stale) {
    auto contract = contracts.find(key, reread);
    if (!contract) return "(" + std::string(name_of(contract.error().code)) + ")";
    return contract->has_value() ? (*contract)->name : "(none)";
  }

  store::MemoryStore store_;
  FakeClock clock_;
  store::BudgetSpools spools_{1 << 16, "/tmp"};
};

TEST_F(ContractsTest, finds_by_glob) {
  put("orders", "bronze/orders/**");
  put("planes", "bronze/*.csv");
  Contracts all = contracts();
  EXPECT_EQ(found(all, "bronze/orders/2024/a.csv"), "orders");
  EXPECT_EQ(found(all, "bronze/planes.csv"), "planes");
  EXPECT_EQ(found(all, "bronze/other/a.csv"), "(none)");
}

TEST_F(ContractsTest, lists_all) {
  put("orders", "bronze/orders/**");
  put("planes", "bronze/*.csv");
  Contracts made = contracts();
  auto all = made.all(Reread::if_stale).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "orders");
  EXPECT_EQ(all[1].name, "planes");
}

TEST_F(ContractsTest, tells_what_looks_like_a_contract_and_is_not_read) {
  put("orders", "bronze/**");
  for (const char* key : {"contracts/Big.YAML", "contracts/old/a.yml", "contracts/b.Json",
                          "contracts/README.md", "contracts/c.yml.bak"}) {
    store_.put(key, "no: contract");
  }
  Contracts all = contracts();
  std::vector<std::string> told;
  all.on_passed_over([&](const std::string& text) { told.push_back(text); });
  EXPECT_EQ(found(all, "bronze/a.csv"), "orders");
  ASSERT_EQ(told.size(), 3U);
  EXPECT_NE(told[0].find("contracts/Big.YAML is not read"), std::string::npos) << told[0];
  EXPECT_NE(told[0].find(".yaml, .yml or .json"), std::string::npos);
  EXPECT_NE(told[1].find("contracts/b.Json"), std::string::npos);
  EXPECT_NE(told[2].find("contracts/old/a.yml"), std::string::npos);
}

TEST_F(ContractsTest, two_that_match_are_a_configuration_error_that_names_both) {
  put("one", "bronze/**");
  put("two", "bronze/a*");
  Contracts all = contracts();
  auto contract = all.find("bronze/a.csv", Reread::if_stale);
  ASSERT_FALSE(contract.ok());
  EXPECT_EQ(contract.error().code, Code::denied);
  EXPECT_NE(contract.error().message.find("one.yaml"), std::string::npos);
  EXPECT_NE(contract.error().message.find("two.yaml"), std::string::npos);
  EXPECT_EQ(found(all, "bronze/b.csv"), "one");
}

TEST_F(ContractsTest, a_broken_one_stops_every_key_and_says_where) {
  put("good", "bronze/good/**");
  store_.put("contracts/broken.yaml", "name: [");
  Contracts all = contracts();
  auto contract = all.find("bronze/good/a.csv", Reread::if_stale);
  ASSERT_FALSE(contract.ok());
  EXPECT_EQ(contract.error().code, Code::denied);
  EXPECT_NE(contract.error().message.find("broken.yaml"), std::string::npos);
  EXPECT_FALSE(contract.error().hint.empty());
}

TEST_F(ContractsTest, other_files_are_no_contracts) {
  store_.put("contracts/README.md", "name: [");
  Contracts all = contracts();
  EXPECT_EQ(found(all, "bronze/a.csv"), "(none)");
}

TEST_F(ContractsTest, one_that_is_too_large_is_refused) {
  store_.put("contracts/large.yaml", std::string((1 << 20) + 1, '#'));
  Contracts all = contracts();
  EXPECT_EQ(found(all, "bronze/a.csv"), "(denied)");
}

TEST_F(ContractsTest, is_read_again_after_a_minute_or_when_asked) {
  put("old", "bronze/**");
  Contracts all = contracts();
  EXPECT_EQ(found(all, "bronze/a.csv"), "old");
  store_.erase("contracts/old.yaml");
  put("young", "bronze/**");
  clock_.sleep_micros(contracts_fresh_micros - 1);
  EXPECT_EQ(found(all, "bronze/a.csv"), "old");
  clock_.sleep_micros(1);
  EXPECT_EQ(found(all, "bronze/a.csv"), "young");
  store_.erase("contracts/young.yaml");
  EXPECT_EQ(found(all, "bronze/a.csv"), "young");
  EXPECT_EQ(found(all, "bronze/a.csv", Reread::now), "(none)");
}

TEST_F(ContractsTest, a_text_that_changed_under_the_same_key_is_seen) {
  put("orders", "bronze/**");
  Contracts all = contracts();
  EXPECT_EQ(found(all, "bronze/a.csv"), "orders");
  store_.put("contracts/orders.yaml", descriptor("renamed", "bronze/**"));
  EXPECT_EQ(found(all, "bronze/a.csv", Reread::now), "renamed");
}

TEST_F(ContractsTest, the_given_one_holds_for_every_key) {
  put("one", "bronze/**");
  PipelineSetup engine;
  engine.spools = &spools_;
  contract::Contract given;
  given.name = "given";
  Contracts all(std::move(given), std::move(engine), clock_);
  EXPECT_EQ(found(all, "anything"), "given");
}

TEST_F(ContractsTest, makes_converters_that_follow_the_contract_or_the_options) {
  put("orders", "bronze/orders/**");
  Contracts all = contracts();
  auto with = all.for_key("bronze/orders/a.csv", Reread::if_stale);
  ASSERT_TRUE(with.ok()) << with.error().message;
  EXPECT_EQ((*with)->terms().contract, "orders");
  EXPECT_EQ((*with)->terms().version, 1U);
  auto without = all.for_key("bronze/a.csv", Reread::if_stale);
  ASSERT_TRUE(without.ok());
  EXPECT_EQ((*without)->terms().contract, "");
  EXPECT_NE((*with)->terms().identity, (*without)->terms().identity);
}

// A store whose listing or objects are refused.
class DeniedStore : public store::MemoryStore {
 public:
  bool lists = false;
  Result<store::ListPage> list(std::string_view prefix, std::string_view after) override {
    if (lists) return MemoryStore::list(prefix, after);
    return Error{Code::denied, "may not list", "", ""};
  }
  Result<std::unique_ptr<store::Object>> open(std::string_view key) override {
    return Error{vanishes ? Code::missing : Code::denied, std::string(key) + ": no", "", ""};
  }
  bool vanishes = false;
};

TEST_F(ContractsTest, what_may_not_be_read_is_a_configuration_error_never_no_contract) {
  DeniedStore denied;
  PipelineSetup engine;
  engine.spools = &spools_;
  Contracts all(denied, "contracts/", std::move(engine), clock_);
  EXPECT_EQ(found(all, "bronze/a.csv"), "(denied)");
  denied.lists = true;
  denied.put("contracts/a.yaml", descriptor("a", "bronze/**"));
  EXPECT_EQ(found(all, "bronze/a.csv"), "(denied)");
  denied.vanishes = true;
  EXPECT_EQ(found(all, "bronze/a.csv"), "(busy)") << "gone since it was listed: look again";
}

}  // namespace
}  // namespace silversmith::smith
