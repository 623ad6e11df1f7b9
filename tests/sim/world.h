// SPDX-License-Identifier: Apache-2.0
// One simulated lake with one bronze key, what ever happened to it, and the invariants that hold
// after every write and when all is quiet (docs/decisions/0050-commit-protocol.md).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "silver/account.h"
#include "silver/name.h"
#include "sim/baton.h"
#include "sim/fake_engine.h"
#include "sim/faulty_store.h"
#include "store/memory.h"

namespace silversmith::sim {

struct Plan {
  uint64_t seed = 1;
  Mutation mutation = Mutation::none;
  bool trace = false;
};

struct World {
  explicit World(const Plan& plan, size_t actors);

  // Somebody writes or deletes bronze.
  void write_bronze(const std::string& text);
  void erase_bronze();
  // Called after every effective write of a worker.
  void check_write(const std::string& key);
  // Called when nothing is left to deliver.
  void check_quiet();

  void say(size_t actor, const std::string& what);
  void fail(const std::string& what);
  std::optional<silver::Account> silver_account();

  const Plan plan;
  Baton baton;
  store::MemoryStore store;
  FakeClock clock;
  ContractState contract;
  silver::Prefixes prefixes;
  std::string key = "bronze/orders/a.csv";
  silver::Names names;
  uint64_t faults_left = 0;
  uint64_t fault_one_in = 0;

  std::string version_now;                       // of bronze; "" when there is none
  std::map<std::string, std::string> versions;   // every version that ever was → its text
  std::map<std::string, uint64_t> newest_index;  // version → when it was written last
  uint64_t bronze_writes = 0;

  uint64_t silver_index = 0;  // of the bronze version in silver
  uint64_t silver_contract = 0;
  std::string silver_generation;
  std::set<std::string> written;  // names that are written once
  std::vector<std::string> failures;
  uint64_t steps = 0;
  uint64_t commits = 0;
};

// Runs one whole simulation; returns what was wrong, empty when nothing was.
struct Outcome {
  std::vector<std::string> failures;
  uint64_t steps = 0;
  uint64_t commits = 0;
};
Outcome simulate(const Plan& plan);

}  // namespace silversmith::sim
