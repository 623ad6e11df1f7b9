// SPDX-License-Identifier: Apache-2.0
#include "catalog/sync.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "contract/parse.h"

namespace silversmith::catalog {
namespace {

// A catalog in memory that refuses stale versions as Glue does. Before each call it runs `before`.
class MemoryCatalog : public Catalog {
 public:
  Result<std::optional<Held>> table(const std::string& name) override {
    if (auto failed = begin("table")) return *failed;
    auto found = tables.find(name);
    if (found == tables.end()) return std::optional<Held>();
    return std::optional(found->second);
  }
  Result<Written> create(const Json& input) override {
    if (auto failed = begin("create")) return *failed;
    bool made = tables.emplace(input.text_or("Name", ""), Held{input, "0"}).second;
    return made ? Written::done : Written::lost_race;
  }
  Result<Written> update(const Json& input, const std::string& version) override {
    if (auto failed = begin("update")) return *failed;
    auto found = tables.find(input.text_or("Name", ""));
    if (found == tables.end() || found->second.version != version) return Written::lost_race;
    found->second = {input, std::to_string(std::stoi(version) + 1)};
    return Written::done;
  }
  Result<uint64_t> add_partitions(const std::string&, const std::vector<Json>& inputs) override {
    if (auto failed = begin("add_partitions")) return *failed;
    EXPECT_LE(inputs.size(), partitions_a_call_max);
    uint64_t added = 0;
    for (const Json& input : inputs) {
      added += partitions.insert(input.find("Values")->dump()).second ? 1 : 0;
    }
    return added;
  }

  std::vector<std::string> columns(const std::string& name = "orders") {
    std::vector<std::string> list;
    const Json& storage = *tables.at(name).table.find("StorageDescriptor");
    for (const Json& column : storage.find("Columns")->as_array()) {
      list.push_back(column.text_or("Name", "") + ":" + column.text_or("Type", ""));
    }
    return list;
  }
  size_t count(const std::string& call) const {
    return static_cast<size_t>(std::count(calls.begin(), calls.end(), call));
  }

  std::map<std::string, Held> tables;
  std::set<std::string> partitions;
  std::vector<std::string> calls;
  std::function<std::optional<Error>(const std::string& call)> before;

 private:
  std::optional<Error> begin(const std::string& call) {
    calls.push_back(call);
    return before ? before(call) : std::nullopt;
  }
};

Table table_with(const std::string& fields, int version = 1, const std::string& partitions = "") {
  auto contract =
      contract::parse_contract("name: orders\nschema: {fieldsMatch: subset, fields: [" + fields +
                                   "]}\n'silver:contract': {version: " + std::to_string(version) +
                                   ", match: 'bronze/orders/**'}\n" +
                                   "'silver:catalog': {partitions: [" + partitions + "]}\n",
                               "f");
  return table_of(contract.value(), {"lake", "silver/"}).value();
}

const std::string by_day = "{name: dt, type: date, range: '2020-01-01,NOW'}";

using Names = std::vector<std::string>;

TEST(Sync, makes_the_table_and_registers_the_partition) {
  MemoryCatalog glue;
  Wish wish{table_with("{name: id, type: integer}", 1, by_day), {}, {{"2026-01-02"}}};
  Synced synced = sync(glue, wish, {}).value();
  EXPECT_EQ(synced.change, Change::made);
  EXPECT_EQ(synced.columns_added, Names{"id"});
  EXPECT_EQ(synced.partitions_added, 1U);
  EXPECT_EQ(glue.columns(), Names{"id:bigint"});
  EXPECT_EQ(glue.partitions, (std::set<std::string>{R"(["2026-01-02"])"}));
}

TEST(Sync, of_what_is_there_writes_nothing) {
  MemoryCatalog glue;
  Wish wish{
      table_with("{name: id, type: integer, title: The id}", 1, by_day), {}, {{"2026-01-02"}}};
  ASSERT_TRUE(sync(glue, wish, {}).ok());
  glue.calls.clear();
  Synced again = sync(glue, wish, {}).value();
  EXPECT_EQ(again.change, Change::none);
  EXPECT_EQ(again.partitions_added, 0U);
  EXPECT_EQ(glue.calls, (Names{"table", "add_partitions"}));
  EXPECT_EQ(glue.tables.at("orders").version, "0");
}

TEST(Sync, adds_columns_behind_those_that_are_there) {
  MemoryCatalog glue;
  ASSERT_TRUE(sync(glue, {table_with("{name: id, type: integer}")}, {}).ok());
  Wish wish{table_with("{name: at, type: datetime}, {name: id, type: integer}", 2),
            {{"note", "string", ""}}};
  Synced synced = sync(glue, wish, {}).value();
  EXPECT_EQ(synced.change, Change::changed);
  EXPECT_EQ(synced.columns_added, (Names{"at", "note"}));
  EXPECT_EQ(glue.columns(), (Names{"id:bigint", "at:timestamp", "note:string"}));
  EXPECT_EQ(glue.tables.at("orders")
                .table.find("Parameters")
                ->text_or("silversmith.contract_version", ""),
            "2");
}

TEST(Sync, keeps_what_others_put_there) {
  MemoryCatalog glue;
  Json there = table_input(table_with("{name: id, type: integer}"));
  there.set("CreatedBy", "arn:aws:iam::1:role/x").set("VersionId", "7").set("Owner", "shop");
  there.set("Retention", 3);
  for (Json::Member& one : there.as_object()) {
    if (one.first == "Parameters") one.second.set("theirs", "kept");
    if (one.first != "StorageDescriptor") continue;
    for (Json::Member& part : one.second.as_object()) {
      if (part.first != "Columns") continue;
      part.second.as_array()[0].set("Comment", "by hand");
      part.second.add(Json::object().set("Name", "theirs").set("Type", "int"));
    }
  }
  glue.tables["orders"] = {there, "7"};
  Wish wish{table_with("{name: id, type: integer, title: Ours}, {name: b, type: boolean}", 2)};
  ASSERT_TRUE(sync(glue, wish, {}).ok());
  const Held& held = glue.tables.at("orders");
  EXPECT_EQ(held.version, "8");
  EXPECT_EQ(glue.columns(), (Names{"id:bigint", "theirs:int", "b:boolean"}));
  const Json& column = held.table.find("StorageDescriptor")->find("Columns")->as_array()[0];
  EXPECT_EQ(column.text_or("Comment", ""), "by hand");
  EXPECT_EQ(held.table.find("Parameters")->text_or("theirs", ""), "kept");
  EXPECT_EQ(held.table.text_or("Owner", ""), "shop");
  EXPECT_EQ(held.table.int_or("Retention", 0), 3);
  // UpdateTable refuses what is the catalog's own.
  EXPECT_EQ(held.table.find("CreatedBy"), nullptr);
  EXPECT_EQ(held.table.find("VersionId"), nullptr);
}

TEST(Sync, tells_of_a_type_and_does_not_change_it) {
  MemoryCatalog glue;
  ASSERT_TRUE(sync(glue, {table_with("{name: id, type: string}")}, {}).ok());
  Wish wish{table_with("{name: id, type: integer}, {name: b, type: boolean}", 2)};
  Synced synced = sync(glue, wish, {}).value();
  EXPECT_EQ(glue.columns(), (Names{"id:string", "b:boolean"}));
  EXPECT_EQ(synced.findings, Names{"table orders: the column \"id\" is string, the contract says "
                                   "bigint: a type is not changed by itself"});
}

TEST(Sync, takes_a_type_that_is_only_spelt_otherwise) {
  MemoryCatalog glue;
  Wish wish{table_with("{name: p, type: number, 'silver:physical': 'decimal(18,2)'}")};
  Json there = table_input(wish.table);
  std::string text = there.dump();
  text.replace(text.find("decimal(18,2)"), 13, "DECIMAL(18, 2)");
  glue.tables["orders"] = {parse_json(text).value(), "0"};
  EXPECT_TRUE(sync(glue, wish, {}).value().findings.empty());
}

TEST(Sync, drops_nothing) {
  MemoryCatalog glue;
  ASSERT_TRUE(sync(glue, {table_with("{name: id}, {name: gone}")}, {}).ok());
  EXPECT_EQ(sync(glue, {table_with("{name: id}", 2)}, {}).value().columns_added, Names());
  EXPECT_EQ(glue.columns(), (Names{"id:string", "gone:string"}));
}

TEST(Sync, leaves_a_table_of_a_newer_contract_to_it) {
  MemoryCatalog glue;
  ASSERT_TRUE(sync(glue, {table_with("{name: id}", 5)}, {}).ok());
  Synced synced = sync(glue, {table_with("{name: id}, {name: old}", 4)}, {}).value();
  EXPECT_EQ(synced.change, Change::none);
  EXPECT_EQ(glue.columns(), Names{"id:string"});
  ASSERT_EQ(synced.findings.size(), 1U);
  EXPECT_NE(synced.findings[0].find("newer version"), std::string::npos);
}

TEST(Sync, does_not_touch_a_table_of_other_files) {
  MemoryCatalog glue;
  Wish wish{table_with("{name: id}")};
  Json other =
      table_input(table_of(contract::parse_contract("name: orders\nschema: {fields: [{name: id}]}\n"
                                                    "'silver:catalog': {location: silver/other/}\n",
                                                    "f")
                               .value(),
                           {"lake", "silver/"})
                      .value());
  glue.tables["orders"] = {other, "0"};
  Error error = sync(glue, wish, {}).error();
  EXPECT_EQ(error.code, Code::denied);
  EXPECT_NE(error.message.find("s3://lake/silver/other/"), std::string::npos) << error.message;
  std::string text = table_input(wish.table).dump();
  text.replace(text.find("ParquetHiveSerDe"), 16, "x");
  text.replace(text.find("serde"), 5, "x");
  text.replace(text.find("hive.ql.io.parquet.x.x"), 22, "OpenCSVSerde");
  glue.tables["orders"] = {parse_json(text).value(), "0"};
  EXPECT_EQ(sync(glue, wish, {}).error().code, Code::denied);
  EXPECT_EQ(glue.count("update"), 0U);
}

TEST(Sync, does_not_change_how_a_table_is_partitioned) {
  MemoryCatalog glue;
  ASSERT_TRUE(sync(glue, {table_with("{name: id}")}, {}).ok());
  Wish wish{table_with("{name: id}, {name: b}", 2, by_day), {}, {{"2026-01-02"}}};
  Synced synced = sync(glue, wish, {}).value();
  EXPECT_EQ(glue.columns(), (Names{"id:string", "b:string"}));
  EXPECT_TRUE(glue.partitions.empty());
  ASSERT_EQ(synced.findings.size(), 1U);
  EXPECT_NE(synced.findings[0].find("the contract says (dt)"), std::string::npos);
  EXPECT_EQ(glue.tables.at("orders").table.find("Parameters")->find("projection.enabled"), nullptr);
}

TEST(Sync, tells_of_partitions_that_athena_passes_over) {
  MemoryCatalog glue;
  Wish wish{table_with("{name: id}", 1, by_day), {}, {{"today"}, {"1999-01-01"}}};
  Synced synced = sync(glue, wish, {}).value();
  EXPECT_EQ(synced.partitions_added, 1U);
  EXPECT_EQ(glue.partitions, std::set<std::string>{R"(["1999-01-01"])"});
  EXPECT_EQ(synced.findings,
            (Names{"table orders: dt=today is no date that is written as yyyy-MM-dd, so that it is "
                   "not registered, and Athena passes it over",
                   "table orders: dt=1999-01-01 is not in the range 2020-01-01,NOW, so that Athena "
                   "passes it over"}));
}

TEST(Sync, leaves_out_a_column_that_is_a_partition) {
  MemoryCatalog glue;
  Wish wish{table_with("{name: id}", 1, by_day), {{"dt", "string", ""}}};
  Synced synced = sync(glue, wish, {}).value();
  EXPECT_EQ(glue.columns(), Names{"id:string"});
  ASSERT_EQ(synced.findings.size(), 1U);
  EXPECT_NE(synced.findings[0].find("is a partition too"), std::string::npos);
}

TEST(Sync, registers_partitions_a_hundred_at_a_time) {
  MemoryCatalog glue;
  Wish wish{table_with("{name: id}", 1, "{name: n, type: integer, range: '0,999'}")};
  for (int i = 0; i < 250; ++i) wish.partitions.push_back({std::to_string(i)});
  EXPECT_EQ(sync(glue, wish, {}).value().partitions_added, 250U);
  EXPECT_EQ(glue.count("add_partitions"), 3U);
}

TEST(Sync, in_a_dry_run_only_looks) {
  MemoryCatalog glue;
  Wish wish{table_with("{name: id}", 1, by_day), {{"x", "string", ""}}, {{"2026-01-02"}}};
  SyncOptions options;
  options.dry_run = true;
  Synced synced = sync(glue, wish, options).value();
  EXPECT_EQ(synced.change, Change::made);
  EXPECT_EQ(synced.columns_added, (Names{"id", "x"}));
  EXPECT_EQ(synced.partitions, 1U);
  EXPECT_EQ(glue.calls, Names{"table"});
}

TEST(Sync, tries_again_while_trouble_passes_and_gives_up_in_the_end) {
  for (std::string call : {"table", "create", "update", "add_partitions"}) {
    MemoryCatalog glue;
    Wish wish{table_with("{name: id}", 1, by_day), {}, {{"2026-01-02"}}};
    if (call == "update") {
      ASSERT_TRUE(sync(glue, wish, {}).ok());
      wish.table = table_with("{name: id}, {name: b}", 1, by_day);
    }
    uint32_t left = 3;
    glue.before = [&](const std::string& now) -> std::optional<Error> {
      if (now != call || left == 0) return std::nullopt;
      --left;
      return Error{Code::busy, "throttled", "", ""};
    };
    std::vector<uint32_t> pauses;
    SyncOptions options;
    options.pause = [&](uint32_t attempts) {
      pauses.push_back(attempts);
      return true;
    };
    EXPECT_TRUE(sync(glue, wish, options).ok()) << call;
    EXPECT_EQ(pauses, (std::vector<uint32_t>{1, 2, 3})) << call;
    if (call == "create" || call == "update") continue;
    left = 1000;
    EXPECT_EQ(sync(glue, wish, options).error().code, Code::busy) << call;
    EXPECT_EQ(1000 - left, options.attempts_max) << call;
  }
}

TEST(Sync, stops_where_no_time_is_left_and_at_what_does_not_pass) {
  MemoryCatalog glue;
  Wish wish{table_with("{name: id}")};
  glue.before = [](const std::string&) { return Error{Code::busy, "throttled", "", ""}; };
  SyncOptions options;
  options.pause = [](uint32_t) { return false; };
  EXPECT_EQ(sync(glue, wish, options).error().code, Code::stopped);
  glue.before = [](const std::string&) { return Error{Code::denied, "no right", "", ""}; };
  glue.calls.clear();
  EXPECT_EQ(sync(glue, wish, {}).error().code, Code::denied);
  EXPECT_EQ(glue.calls.size(), 1U);
}

TEST(Sync, gives_up_when_others_are_faster_each_time) {
  MemoryCatalog glue;
  ASSERT_TRUE(sync(glue, {table_with("{name: id}")}, {}).ok());
  glue.before = [&](const std::string& call) -> std::optional<Error> {
    if (call == "update") glue.tables.at("orders").version += "0";
    return std::nullopt;
  };
  Error error = sync(glue, {table_with("{name: id}, {name: b}", 2)}, {}).error();
  EXPECT_EQ(error.code, Code::busy);
  EXPECT_NE(error.message.find("12 times"), std::string::npos) << error.message;
}

// Lets two threads call a catalog in the order of a schedule, one call at a time. When one has
// ended, the other goes on alone.
class Turns {
 public:
  explicit Turns(std::vector<int> schedule) : schedule_(std::move(schedule)) {}

  void take(int who) {
    std::unique_lock lock(guarded_.mutex);
    guarded_.changed.wait(lock, [&] { return may(who); });
  }
  void give(int who, bool ended) {
    std::lock_guard lock(guarded_.mutex);
    if (ended) guarded_.ended[who] = true;
    if (!ended) ++guarded_.at;
    guarded_.changed.notify_all();
  }

 private:
  bool may(int who) const {
    if (guarded_.ended[1 - who]) return true;
    return guarded_.at >= schedule_.size() ? who == 0 : schedule_[guarded_.at] == who;
  }

  struct Guarded {
    std::mutex mutex;
    std::condition_variable changed;
    size_t at = 0;
    bool ended[2] = {false, false};
  };
  std::vector<int> schedule_;
  Guarded guarded_;
};

// One thread's way to the catalog of both.
class TurnCatalog : public Catalog {
  template <class Call>
  auto turn(Call call) {
    turns_.take(who_);
    auto result = call();
    turns_.give(who_, false);
    return result;
  }

 public:
  TurnCatalog(MemoryCatalog& shared, Turns& turns, int who)
      : shared_(shared), turns_(turns), who_(who) {}
  Result<std::optional<Held>> table(const std::string& name) override {
    return turn([&] { return shared_.table(name); });
  }
  Result<Written> create(const Json& input) override {
    return turn([&] { return shared_.create(input); });
  }
  Result<Written> update(const Json& input, const std::string& version) override {
    return turn([&] { return shared_.update(input, version); });
  }
  Result<uint64_t> add_partitions(const std::string& table,
                                  const std::vector<Json>& inputs) override {
    return turn([&] { return shared_.add_partitions(table, inputs); });
  }

 private:
  MemoryCatalog& shared_;
  Turns& turns_;
  int who_;
};

// Whatever the order in which the calls of two come, all columns and both partitions are there at
// the end. A table that is there or not, and both that know one column more each.
TEST(Sync, two_at_once_lose_nothing_in_any_order_of_their_calls) {
  Wish left{
      table_with("{name: id}, {name: a}", 1, by_day), {{"x", "string", ""}}, {{"2026-01-01"}}};
  Wish right{
      table_with("{name: id}, {name: b}", 1, by_day), {{"y", "bigint", ""}}, {{"2026-01-02"}}};
  size_t races = 0;
  constexpr unsigned calls = 8;  // of both together, before the rest goes in turn
  for (unsigned bits = 0; bits < 2U << calls; ++bits) {
    MemoryCatalog glue;
    if ((bits >> calls) != 0) {
      ASSERT_TRUE(sync(glue, {table_with("{name: id}", 1, by_day)}, {}).ok());
      glue.calls.clear();
    }
    std::vector<int> schedule;
    for (unsigned i = 0; i < calls; ++i) schedule.push_back(static_cast<int>(bits >> i & 1));
    Turns turns(schedule);
    auto run = [&](int who, const Wish& wish) {
      TurnCatalog mine(glue, turns, who);
      auto synced = sync(mine, wish, {});
      EXPECT_TRUE(synced.ok()) << synced.error().message;
      turns.give(who, true);
    };
    std::thread other([&] { run(1, right); });
    run(0, left);
    other.join();
    auto columns = glue.columns();
    std::set<std::string> found(columns.begin(), columns.end());
    ASSERT_EQ(found.size(), columns.size()) << "a column twice, order " << bits;
    ASSERT_EQ(found,
              (std::set<std::string>{"id:string", "a:string", "b:string", "x:string", "y:bigint"}))
        << "order " << bits;
    ASSERT_EQ(glue.partitions.size(), 2U) << "order " << bits;
    races += glue.count("table") > 2 ? 1 : 0;
  }
  EXPECT_GT(races, 100U) << "the orders hardly made anybody look again";
}

TEST(Sync, a_table_that_is_removed_meanwhile_is_made_again) {
  MemoryCatalog glue;
  ASSERT_TRUE(sync(glue, {table_with("{name: id}")}, {}).ok());
  bool removed = false;
  glue.before = [&](const std::string& call) -> std::optional<Error> {
    if (call == "update" && !removed) {
      glue.tables.clear();
      removed = true;
    }
    return std::nullopt;
  };
  Synced synced = sync(glue, {table_with("{name: id}, {name: b}", 2)}, {}).value();
  EXPECT_EQ(synced.change, Change::made);
  EXPECT_EQ(glue.columns(), (Names{"id:string", "b:string"}));
}

TEST(Sync, takes_from_receipts_what_the_contract_does_not_name) {
  Table table = table_with("{name: Id}");
  silver::Account account;
  account.key = "bronze/orders/a.csv";
  auto column = [&](const std::string& name, const std::string& type) {
    silver::ColumnProfile profile;
    profile.name = name;
    profile.type = type;
    account.columns.push_back(profile);
  };
  column("Id", "text");
  column("Note", "text");
  column("NOTE", "int64");
  column("a,b", "text");
  column("odd", "matrix");
  column("at", "timestamp(utc)");
  Names findings;
  auto extra = extra_columns(table, account, findings);
  ASSERT_EQ(extra.size(), 2U);
  EXPECT_EQ(extra[0].name + ":" + extra[0].type, "note:string");
  EXPECT_EQ(extra[1].name + ":" + extra[1].type, "at:timestamp");
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_NE(findings[0].find("\"a,b\" of bronze/orders/a.csv is left out"), std::string::npos);
  EXPECT_NE(findings[1].find("its type is \"matrix\""), std::string::npos);
  table.keeps_extra = false;
  EXPECT_TRUE(extra_columns(table, account, findings).empty());
}

}  // namespace
}  // namespace silversmith::catalog
