// SPDX-License-Identifier: Apache-2.0
// sim --seeds N [--from S]   runs N simulations; prints the first failing seed
// sim --seed S               replays one, with a trace
// sim --replays N            runs each of N seeds twice: each must give the same schedule
// sim --deaths N             N short stories, each with a death before every call and after every
//                            write of its one worker in turn
// sim --mutations N          proves that every broken leg of the protocol is seen within N seeds,
//                            under the semantics of the folder and of S3
// With --http in front, over HTTP through the real client of S3.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "sim/world.h"

namespace silversmith::sim {
namespace {

using Number = unsigned long long;

struct Totals {
  Number runs = 0;
  Number calls = 0;
  Number commits = 0;
  Number deaths = 0;
  Number steps_back = 0;
  void add(const Outcome& outcome) {
    runs++;
    calls += outcome.calls;
    commits += outcome.commits;
    deaths += outcome.deaths;
    steps_back += outcome.steps_back;
  }
  void print() const {
    std::printf(
        "%llu schedules, %llu calls, %llu commits, %llu deaths, %llu steps back to what came back "
        "within a second: nothing wrong\n",
        runs, calls, commits, deaths, steps_back);
  }
};

int report(const Plan& plan, const Outcome& outcome) {
  Number seed = plan.seed;
  for (const std::string& failure : outcome.failures) {
    std::printf("seed %llu: %s\n", seed, failure.c_str());
  }
  std::printf("replay with: sim %s--seed %llu\n", plan.http ? "--http " : "", seed);
  return 1;
}

int run_seeds(Plan plan, uint64_t count) {
  Totals totals;
  for (uint64_t end = plan.seed + count; plan.seed < end; plan.seed++) {
    Outcome outcome = simulate(plan);
    if (!outcome.failures.empty()) return report(plan, outcome);
    totals.add(outcome);
  }
  totals.print();
  return 0;
}

// A seed that names two schedules would replay neither.
int run_replays(Plan plan, uint64_t count) {
  for (uint64_t end = plan.seed + count; plan.seed < end; plan.seed++) {
    if (simulate(plan).trace_hash == simulate(plan).trace_hash) continue;
    std::printf("seed %llu gave two schedules\n", static_cast<Number>(plan.seed));
    return 1;
  }
  std::printf("%llu seeds: the same schedule twice\n", static_cast<Number>(count));
  return 0;
}

// One story with a death at one place after the other, until there is no such place.
int run_deaths_of(Plan plan, Totals& totals) {
  for (Moment moment : {Moment::before, Moment::after}) {
    plan.death = Death{1, moment};
    for (Outcome outcome; plan.death->call == 1 || outcome.deaths > 0; plan.death->call++) {
      outcome = simulate(plan);
      totals.add(outcome);
      if (outcome.failures.empty()) continue;
      std::printf(
          "a death %s number %llu: ", moment == Moment::before ? "before call" : "after write",
          static_cast<Number>(plan.death->call));
      return report(plan, outcome);
    }
  }
  return 0;
}

int run_deaths(Plan plan, uint64_t count) {
  Totals totals;
  for (uint64_t end = plan.seed + count; plan.seed < end; plan.seed++) {
    if (run_deaths_of(plan, totals) != 0) return 1;
  }
  totals.print();
  return 0;
}

constexpr uint64_t seen_enough = 3;  // it is no chance

int run_mutation(Plan plan, uint64_t count) {
  std::string what = std::string(name_of(plan.mutation)) + " on " + name_of(*plan.semantics);
  uint64_t seen = 0;
  std::string first = "NOT SEEN";
  for (plan.seed = 1; plan.seed <= count && seen < seen_enough; plan.seed++) {
    Outcome outcome = simulate(plan);
    if (!outcome.failures.empty() && seen++ == 0) first = outcome.failures.front();
  }
  std::printf("%-36s in %llu of %llu seeds; first: %s\n", what.c_str(), static_cast<Number>(seen),
              static_cast<Number>(plan.seed - 1), first.c_str());
  return seen > 0 ? 0 : 1;
}

int run_mutations(uint64_t count) {
  int unseen = 0;
  for (Mutation mutation : {Mutation::blind_put, Mutation::bronze_before_silver,
                            Mutation::content_tags, Mutation::no_verify, Mutation::unpinned_reads,
                            Mutation::lost_rejects, Mutation::lost_receipts}) {
    for (Semantics semantics : {Semantics::folder, Semantics::s3, Semantics::s3_versioned}) {
      unseen += run_mutation({.mutation = mutation, .semantics = semantics}, count);
    }
  }
  return unseen == 0 ? 0 : 1;
}

int replay(Plan plan, uint64_t seed) {
  plan.seed = seed;
  plan.trace = true;
  Outcome outcome = simulate(plan);
  return outcome.failures.empty() ? 0 : report(plan, outcome);
}

int run(int argc, char** argv) {
  Plan plan;
  if (argc > 1 && std::strcmp(argv[1], "--http") == 0) {
    plan.http = true;
    argc--;
    argv++;
  }
  for (int i = 1; i + 1 < argc; i += 2) {
    std::string name = argv[i];
    uint64_t number = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--from") plan.seed = number;
    if (name == "--seed") return replay(plan, number);
    if (name == "--seeds") return run_seeds(plan, number);
    if (name == "--replays") return run_replays(plan, number);
    if (name == "--deaths") return run_deaths(plan, number);
    if (name == "--mutations") return run_mutations(number);
  }
  std::printf(
      "usage: sim [--http] [--from S] --seeds N | --seed S | --replays N | --deaths N | "
      "--mutations N\n");
  return 2;
}

}  // namespace
}  // namespace silversmith::sim

int main(int argc, char** argv) { return silversmith::sim::run(argc, argv); }
