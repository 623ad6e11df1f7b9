// SPDX-License-Identifier: Apache-2.0
#include "sim/world.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "parquet/reader.h"
#include "silver/receipt.h"

namespace silversmith::sim {

namespace {

class Bytes : public RandomAccess {
 public:
  explicit Bytes(const std::string& bytes) : bytes_(bytes) {}
  uint64_t size() const override { return bytes_.size(); }
  Result<> read_at(uint64_t offset, std::span<char> into) override {
    bytes_.copy(into.data(), into.size(), offset);
    return {};
  }

 private:
  const std::string& bytes_;
};

std::unique_ptr<Lake> make_lake(World& world, size_t actors) {
  if (world.semantics == Semantics::folder) return make_folder_lake();
  Habits habits;
  habits.in_parts = world.baton.random().one_in(3);
  habits.range_bytes = world.baton.random().one_in(2) ? 16 : 4096;
  if (!world.plan.http) return make_s3_lake(world.semantics, habits, world.clock);
  return make_http_lake({world.semantics, habits, world.clock, world, actors});
}

}  // namespace

Semantics semantics_of(const Plan& plan) {
  if (plan.semantics.has_value()) return *plan.semantics;
  if (plan.http) return plan.seed % 2 == 0 ? Semantics::s3 : Semantics::s3_versioned;
  return static_cast<Semantics>(plan.seed % 3);
}

World::World(const Plan& p, size_t actors)
    : plan(p),
      semantics(semantics_of(p)),
      baton(p.seed, actors),
      dead(actors, false),
      last(actors) {
  names = silver::names_of(prefixes, key);
  Random& random = baton.random();
  fault_one_in = 4 + random.below(30);
  faults_left = random.below(8);
  if (random.one_in(4)) hides_until = random.below(100);
  pace_micros = random.one_in(2) ? 20'000 : 1'000;
  if (plan.death.has_value()) {
    faults_left = 0;
    hides_until = 0;
  }
  lake = make_lake(*this, actors);
  hides = hides_until > 0 && semantics != Semantics::folder;
  if (hides) lake->hide_absence(true);
}

void World::say(size_t actor, const std::string& what) {
  for (char c : what) trace_hash = (trace_hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  trace_hash = (trace_hash ^ actor) * 0x100000001b3;
  if (plan.trace)
    std::printf("%5llu  %zu  %s\n", static_cast<unsigned long long>(steps), actor, what.c_str());
}

void World::note(const std::string& what) const {
  if (plan.trace) std::printf("%s\n", what.c_str());
}

void World::fail(const std::string& what) {
  failures.push_back(what);
  if (plan.trace) std::printf("WRONG: %s\n", what.c_str());
}

void World::step(size_t actor, const std::string& what) {
  baton.step(actor);
  pass_time();
  if (!what.empty()) say(actor, what);
}

void World::rest(size_t actor) {
  baton.rest(actor);
  pass_time();
}

void World::pass_time() {
  steps++;
  clock.sleep_micros(static_cast<int64_t>(baton.random().below(pace_micros)));
  if (hides && steps >= hides_until) {
    hides = false;
    lake->hide_absence(false);
    say(0, "grants s3:ListBucket");
  }
}

Blow World::strike(Moment moment) {
  if (moment == Moment::before) calls++;
  if (plan.death.has_value()) {
    uint64_t count = moment == Moment::before ? calls : writes;
    bool hits = plan.death->moment == moment && plan.death->call == count && deaths == 0;
    return hits ? Blow::death : Blow::none;
  }
  Random& random = baton.random();
  if (faults_left == 0 || !random.one_in(fault_one_in)) return Blow::none;
  faults_left--;
  if (random.one_in(2)) return Blow::death;
  return random.one_in(3) ? Blow::conflict : Blow::trouble;
}

void World::die(size_t actor, const std::string& when) {
  say(actor, "  dies " + when);
  dead[actor] = true;
  deaths++;
}

// The holder of the baton waits for the answer to this request, and sends no other meanwhile.
Passing World::before_effect(const std::string& request) {
  size_t actor = baton.holder();
  if (dead[actor]) return Passing::drop;
  step(actor, request);
  Blow blow = strike(Moment::before);
  if (blow == Blow::death) die(actor, "before it");
  if (blow == Blow::conflict) lake->trouble(baton.random().next());
  if (blow == Blow::trouble) say(actor, "  the connection is lost");
  return blow == Blow::none || blow == Blow::conflict ? Passing::pass : Passing::drop;
}

Passing World::before_answer(const std::string& written_key) {
  size_t actor = baton.holder();
  if (!written_key.empty()) {
    say(actor, "  committed " + written_key);
    check_write(actor, written_key);
  }
  Blow blow = strike(Moment::after);
  if (blow == Blow::death) die(actor, "after it");
  if (blow != Blow::none && blow != Blow::death) say(actor, "  the answer is lost");
  return blow == Blow::none ? Passing::pass : Passing::drop;
}

void World::write_bronze(const std::string& text) {
  lake->put(key, text);
  version_now = lake->version(key);
  versions[version_now] = text;
  if (newest_index.contains(version_now)) reborn.insert(version_now);
  newest_index[version_now] = ++bronze_writes;
  for (Commit& commit : last) commit.stale = commit.stale && commit.version != version_now;
  say(0, "bronze is now " + version_now + ": " + text);
}

void World::erase_bronze() {
  lake->erase(key);
  version_now.clear();
  for (Commit& commit : last) commit.stale = false;
  say(0, "bronze is deleted");
}

// An operator's deed: what was seen of silver before counts no more.
void World::erase_silver() {
  lake->erase(names.silver);
  silver_index = 0;
  silver_contract = 0;
  silver_version.clear();
  silver_generation.clear();
  say(0, "silver is deleted");
}

std::optional<silver::Account> World::silver_account() {
  std::optional<std::string> file = lake->peek(names.silver);
  if (!file.has_value()) return std::nullopt;
  Bytes bytes(*file);
  auto reader = parquet::Reader::open(bytes);
  const std::string* text = reader.ok() ? reader->key_value("silversmith.account") : nullptr;
  if (text == nullptr) return std::nullopt;
  auto json = parse_json(*text);
  auto account = json.ok() ? silver::parse_account(*json) : std::move(json).error();
  if (!account.ok()) return std::nullopt;
  return *account;
}

// Silver never goes back. The one exception is what a bucket without versions can't tell apart:
// bytes that came back within the second in which they were there before make the same silver, so
// that a condition on it holds for who saw it the first time. The verification mends that at once.
void World::check_newest(const silver::Account& account) {
  uint64_t index = newest_index[account.source_version];
  bool twin = semantics == Semantics::s3 && reborn.contains(silver_version);
  if (index < silver_index && !twin) fail("silver went backwards");
  if (index < silver_index && twin) steps_back++;
  if (account.contract_version < silver_contract) fail("silver went back to an older contract");
  silver_index = index;
  silver_contract = account.contract_version;
}

void World::check_write(size_t actor, const std::string& written_key) {
  writes++;
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
  check_newest(*account);
  bool newer = !version_now.empty() && version_now != account->source_version;
  last[actor] = {account->source_version, newer};
  std::string folder = names.quarantine_dir(account->generation);
  bool rejects = lake->peek(folder + "rejects.csv") && lake->peek(folder + "report.json");
  if (bad_rows_of(text) > 0 && !rejects) fail("silver is visible before its rejects");
  bool replaced = !silver_generation.empty() && silver_generation != account->generation;
  if (replaced && !lake->peek(names.receipt(silver_generation))) {
    fail("a generation was replaced before it had a receipt");
  }
  silver_version = account->source_version;
  silver_generation = account->generation;
}

// The event about what came before the commit may be done with: who commits must look again, until
// its own or another's commit is of what bronze holds.
void World::check_success(size_t actor, const std::string& version) {
  if (!versions.contains(version)) fail("success for a bronze version that never was");
  if (last[actor].stale && last[actor].version == version && silver_version == version) {
    fail("success for what bronze was no more before the commit");
  }
}

void World::check_quiet() {
  std::optional<silver::Account> account = silver_account();
  if (account.has_value() && !lake->peek(names.receipt(account->generation))) {
    fail("the generation in silver has no receipt");
  }
  for (const std::string& name : lake->keys(prefixes.receipts)) {
    auto receipt = silver::parse_receipt(*lake->peek(name));
    if (!receipt.ok()) {
      fail(name + " is not a receipt");
    } else if (!versions.contains(receipt->account.source_version)) {
      fail(name + " is of no bronze version");
    }
  }
  bool aborts = !lake->gated();  // a lost answer leaves uploads behind, which nobody knows
  if (aborts && lake->open_uploads() > 0) fail("an upload in parts was left behind");
  if (version_now.empty()) return;
  const std::string& text = versions[version_now];
  if (!is_refused(text)) {
    bool newest = account.has_value() && account->source_version == version_now;
    if (!newest) fail("silver did not converge to the newest bronze");
    return;
  }
  uint64_t reports = 0;
  std::string short_version = silver::generation_prefix(version_now);
  for (const std::string& name : lake->keys(prefixes.quarantine)) {
    bool is_report = name.ends_with("rejected.json");
    if (is_report && name.find(short_version) != std::string::npos) reports++;
  }
  if (reports == 0) fail("a refused file was not reported");
  if (reports > contract.newest) fail("a refused file was reported more than once a contract");
}

}  // namespace silversmith::sim
