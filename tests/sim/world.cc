// SPDX-License-Identifier: Apache-2.0
#include "sim/world.h"

#include <cstdio>
#include <thread>

#include "base/hash.h"
#include "silver/lineage.h"
#include "silver/receipt.h"
#include "smith/forge.h"

namespace silversmith::sim {

namespace {

constexpr uint64_t deliveries_max = 400;

store::MemoryOptions store_options(uint64_t seed) {
  // Two seeds in three look like a folder: lineage in the footer, versions by content hash.
  bool folder = seed % 3 != 0;
  return {.keeps_metadata = !folder, .names_versions = !folder};
}

}  // namespace

World::World(const Plan& p, size_t actors)
    : plan(p), baton(p.seed, actors), store("sim", store_options(p.seed)) {
  names = silver::names_of(prefixes, key);
  Random& random = baton.random();
  fault_one_in = 4 + random.below(30);
  faults_left = random.below(8);
}

void World::say(size_t actor, const std::string& what) {
  if (plan.trace)
    std::printf("%5llu  %zu  %s\n", static_cast<unsigned long long>(steps), actor, what.c_str());
}

void World::fail(const std::string& what) {
  failures.push_back(what);
  if (plan.trace) std::printf("WRONG: %s\n", what.c_str());
}

void World::write_bronze(const std::string& text) {
  store.put(key, text);
  std::string named = store.head(key)->version;
  version_now = named.empty() ? content_hash(text).hex() : named;
  versions[version_now] = text;
  newest_index[version_now] = ++bronze_writes;
  say(0, "bronze is now " + version_now + ": " + text);
}

void World::erase_bronze() {
  store.erase(key);
  version_now.clear();
  say(0, "bronze is deleted");
}

std::optional<silver::Account> World::silver_account() {
  auto head = store.head(names.silver);
  if (!head.ok()) return std::nullopt;
  auto json = silver::read_account(store, names.silver, head->tag);
  if (!json.ok() || !json->has_value()) return std::nullopt;
  auto account = silver::parse_account(**json);
  if (!account.ok()) return std::nullopt;
  return *account;
}

void World::check_write(const std::string& written_key) {
  if (written_key != names.silver) {
    if (!written.insert(written_key).second) fail(written_key + " was written twice");
    return;
  }
  commits++;
  std::optional<silver::Account> account = silver_account();
  if (!account.has_value()) return fail("silver is not whole");
  auto version = versions.find(account->source_version);
  if (version == versions.end()) return fail("silver belongs to no bronze version");
  const std::string& text = version->second;
  if (account->content_digest != digest_of(text)) fail("silver is not of the version it names");
  if (!account->balances()) fail("silver does not balance");
  uint64_t index = newest_index[account->source_version];
  if (index < silver_index) fail("silver went backwards");
  if (account->contract_version < silver_contract) fail("silver went back to an older contract");
  std::string folder = names.quarantine_dir(account->generation);
  bool rejects = store.peek(folder + "rejects.csv") && store.peek(folder + "report.json");
  if (bad_rows_of(text) > 0 && !rejects) fail("silver is visible before its rejects");
  bool replaced = !silver_generation.empty() && silver_generation != account->generation;
  if (replaced && !store.peek(names.receipt(silver_generation))) {
    fail("a generation was replaced before it had a receipt");
  }
  silver_index = index;
  silver_contract = account->contract_version;
  silver_generation = account->generation;
}

void World::check_quiet() {
  std::optional<silver::Account> account = silver_account();
  if (account.has_value() && !store.peek(names.receipt(account->generation))) {
    fail("the generation in silver has no receipt");
  }
  for (const std::string& name : store.keys(prefixes.receipts)) {
    auto receipt = silver::parse_receipt(*store.peek(name));
    if (!receipt.ok()) {
      fail(name + " is not a receipt");
    } else if (!versions.contains(receipt->account.source_version)) {
      fail(name + " is of no bronze version");
    }
  }
  if (version_now.empty()) return;
  const std::string& text = versions[version_now];
  if (!is_refused(text)) {
    bool newest = account.has_value() && account->source_version == version_now;
    if (!newest) fail("silver did not converge to the newest bronze");
    return;
  }
  uint64_t reports = 0;
  std::string short_version = silver::generation_name(version_now, "").substr(0, 16);
  for (const std::string& name : store.keys(prefixes.quarantine)) {
    bool is_report = name.ends_with("rejected.json");
    if (is_report && name.find(short_version) != std::string::npos) reports++;
  }
  if (reports == 0) fail("a refused file was not reported");
  if (reports > contract.newest) fail("a refused file was reported more than once a contract");
}

namespace {

// Everything that runs in one simulation.
class Play {
 public:
  explicit Play(const Plan& plan)
      : plan_(plan), workers_(2 + plan.seed % 3), world_(plan, workers_ + 1) {}

  Outcome run() {
    std::vector<std::thread> threads;
    threads.emplace_back([this] { produce(); });
    for (size_t i = 1; i <= workers_; i++) threads.emplace_back([this, i] { work(i); });
    for (std::thread& thread : threads) thread.join();
    if (queued_ == 0) world_.check_quiet();
    return {std::move(world_.failures), world_.steps, world_.commits};
  }

 private:
  // Actor 0 plays the producers of bronze, and whoever publishes contracts.
  void produce() {
    Baton& baton = world_.baton;
    baton.enter(0);
    uint64_t writes = 2 + baton.random().below(5);
    for (uint64_t i = 0; i < writes; i++) {
      change_bronze();
      uint64_t events = 1 + baton.random().below(2);  // at least once
      queued_ += events;
      waiting_ += events;
      if (baton.random().one_in(6)) world_.contract.newest++;
      for (uint64_t pause = baton.random().below(30); pause > 0; pause--) baton.step(0);
    }
    produced_ = true;
    baton.leave(0);
  }

  void change_bronze() {
    static constexpr const char* texts[] = {
        "good=3 bad=0 #a ................", "good=5 bad=2 #b ................",
        "good=1 bad=1 #c ................", "refuse #d ......................"};
    Random& random = world_.baton.random();
    if (random.one_in(8)) return world_.erase_bronze();
    world_.write_bronze(texts[random.below(4)]);
  }

  void work(size_t actor) {
    world_.baton.enter(actor);
    FaultyStore store(world_, actor);
    FakeConverters converters(world_.contract);
    while (queued_ > 0 || !produced_) {
      if (waiting_ > 0) {
        waiting_--;
        deliver(actor, store, converters);
      }
      world_.baton.step(actor);
    }
    world_.baton.leave(actor);
  }

  void deliver(size_t actor, FaultyStore& store, FakeConverters& converters) {
    smith::ForgeOptions options;
    options.retry.seed = world_.baton.random().next();
    options.skip_known_rejects = world_.baton.random().one_in(2);
    options.run_id = std::to_string(actor);
    smith::Smithy smithy{store, store, world_.prefixes, converters, world_.clock, options};
    world_.say(actor, "takes an event");
    smith::RunResult result = smith::forge(world_.key, smithy);
    world_.say(actor, "says " + std::string(smith::name_of(result.status)) +
                          (result.error ? ": " + result.error->message : ""));
    check_answer(store, result);
    if (++deliveries_ > deliveries_max) {
      world_.fail("deliveries do not come to an end");
      waiting_ = 0;
      queued_ = 0;
      produced_ = true;
      return;
    }
    bool again = store.dead() || result.status == smith::Status::error;
    store.revive();
    if (again) {
      waiting_++;
    } else if (queued_ > 0) {
      queued_--;
    }
  }

  // Errors must be the injected ones, and what is called done must be in silver or was.
  void check_answer(const FaultyStore& store, const smith::RunResult& result) {
    if (result.status == smith::Status::error && !store.dead() &&
        result.error->code != Code::busy && result.error->code != Code::conflict) {
      world_.fail("an error that nobody injected: " + result.error->message);
    }
    for (const silver::FileFault& fault : result.account.faults) {
      if (fault.code == "sim-torn") world_.fail("a conversion saw two versions");
    }
    bool untouched =
        result.status == smith::Status::duplicate || result.status == smith::Status::ignored;
    if (untouched && (result.error.has_value() || result.account.refused() ||
                      result.account.rows_read > 0 || result.bytes_out > 0)) {
      world_.fail("a run that did nothing tells what an attempt did");
    }
    bool committed = result.status == smith::Status::success ||
                     result.status == smith::Status::success_with_rejects;
    if (committed && !world_.versions.contains(result.account.source_version)) {
      world_.fail("success for a bronze version that never was");
    }
  }

  Plan plan_;
  size_t workers_;
  World world_;
  uint64_t queued_ = 0;   // events that nobody has finished
  uint64_t waiting_ = 0;  // of these, not in a worker's hands
  uint64_t deliveries_ = 0;
  bool produced_ = false;
};

}  // namespace

Outcome simulate(const Plan& plan) { return Play(plan).run(); }

}  // namespace silversmith::sim
