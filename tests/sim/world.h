// SPDX-License-Identifier: Apache-2.0
// One simulated lake with one bronze key, what ever happened to it, and the invariants that hold
// after every write and when all is quiet (docs/decisions/0050-commit-protocol.md).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "silver/account.h"
#include "silver/name.h"
#include "sim/baton.h"
#include "sim/fake_engine.h"
#include "sim/faulty_store.h"
#include "sim/lake.h"

namespace silversmith::sim {

// Where the one planned death of a plan falls: before the effect of the call, or after it.
enum class Moment : uint8_t { before, after };
struct Death {
  uint64_t call = 0;  // from 1; of writes that had their effect where it falls after
  Moment moment = Moment::before;
};

struct Plan {
  uint64_t seed = 1;
  Mutation mutation = Mutation::none;
  std::optional<Semantics> semantics = {};  // else by seed
  bool http = false;                        // through the real client; S3's semantics only
  bool trace = false;
  std::optional<Death> death = {};  // then nothing else goes wrong
};
Semantics semantics_of(const Plan& plan);

// What befalls a call.
enum class Blow : uint8_t { none, death, conflict, trouble };

struct World : public Gate {
  World(const Plan& plan, size_t actors);

  // Somebody writes or deletes bronze, or deletes silver.
  void write_bronze(const std::string& text);
  void erase_bronze();
  void erase_silver();
  // Called after every effective write of a worker.
  void check_write(size_t actor, const std::string& key);
  // Called when a worker has said that silver holds this version, by its own doing.
  void check_success(size_t actor, const std::string& version);
  // Called when nothing is left to deliver.
  void check_quiet();

  // A point at which others may run; time passes.
  void step(size_t actor, const std::string& what);
  void rest(size_t actor);  // of who has nothing to do
  Blow strike(Moment moment);
  void die(size_t actor, const std::string& when);
  Passing before_effect(const std::string& request) override;
  Passing before_answer(const std::string& written_key) override;

  void say(size_t actor, const std::string& what);
  // Of what may differ from run to run (ports), and is no part of the schedule.
  void note(const std::string& what) const;
  void fail(const std::string& what);
  std::optional<silver::Account> silver_account();

  const Plan plan;
  const Semantics semantics;
  Baton baton;
  FakeClock clock;
  ContractState contract;
  silver::Prefixes prefixes;
  std::string key = "bronze/orders/a.csv";
  silver::Names names;
  std::vector<bool> dead;  // by actor
  // What an actor committed last, and whether bronze was newer already and has been ever since.
  struct Commit {
    std::string version;
    bool stale = false;
  };
  std::vector<Commit> last;  // by actor
  uint64_t faults_left = 0;
  uint64_t fault_one_in = 0;
  uint64_t pace_micros = 0;  // that a step takes at most
  uint64_t hides_until = 0;  // this step the role may not list the bucket
  bool hides = false;
  std::unique_ptr<Lake> lake;

  std::string version_now;                       // of bronze; "" when there is none
  std::map<std::string, std::string> versions;   // every version that ever was → its text
  std::map<std::string, uint64_t> newest_index;  // version → when it was written last
  std::set<std::string> reborn;  // versions that came twice: the same bytes in the same second
  uint64_t bronze_writes = 0;

  uint64_t silver_index = 0;  // of the bronze version in silver
  uint64_t silver_contract = 0;
  std::string silver_version;
  std::string silver_generation;
  std::set<std::string> written;  // names that are written once
  std::vector<std::string> failures;
  uint64_t steps = 0;
  uint64_t calls = 0;  // of workers, at the store or at the fake
  uint64_t writes = 0;
  uint64_t commits = 0;
  uint64_t deaths = 0;
  uint64_t steps_back = 0;                   // allowed ones
  uint64_t trace_hash = 0xcbf29ce484222325;  // of all that was said (FNV-1a): a schedule's name

 private:
  void pass_time();
  void check_newest(const silver::Account& account);
};

// Runs one whole simulation; returns what was wrong, empty when nothing was.
struct Outcome {
  std::vector<std::string> failures;
  uint64_t calls = 0;
  uint64_t commits = 0;
  uint64_t deaths = 0;
  uint64_t steps_back = 0;
  uint64_t trace_hash = 0;
};
Outcome simulate(const Plan& plan);

}  // namespace silversmith::sim
