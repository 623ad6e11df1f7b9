// SPDX-License-Identifier: Apache-2.0
// sim --seeds N [--from S]   runs N simulations; prints the first failing seed
// sim --seed S               replays one, with a trace
// sim --mutations N          proves that every broken leg of the protocol is seen within N seeds
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "sim/world.h"

namespace silversmith::sim {
namespace {

int report(uint64_t seed, const Outcome& outcome) {
  for (const std::string& failure : outcome.failures) {
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), failure.c_str());
  }
  std::printf("replay with: sim --seed %llu\n", static_cast<unsigned long long>(seed));
  return 1;
}

int run_seeds(uint64_t from, uint64_t count) {
  uint64_t steps = 0;
  uint64_t commits = 0;
  for (uint64_t seed = from; seed < from + count; seed++) {
    Outcome outcome = simulate({.seed = seed});
    if (!outcome.failures.empty()) return report(seed, outcome);
    steps += outcome.steps;
    commits += outcome.commits;
  }
  std::printf("%llu seeds, %llu store calls, %llu commits: nothing wrong\n",
              static_cast<unsigned long long>(count), static_cast<unsigned long long>(steps),
              static_cast<unsigned long long>(commits));
  return 0;
}

int run_mutation(Mutation mutation, uint64_t count) {
  for (uint64_t seed = 1; seed <= count; seed++) {
    Outcome outcome = simulate({.seed = seed, .mutation = mutation});
    if (outcome.failures.empty()) continue;
    std::printf("%-22s seen by seed %llu: %s\n", name_of(mutation),
                static_cast<unsigned long long>(seed), outcome.failures.front().c_str());
    return 0;
  }
  std::printf("%-22s NOT SEEN in %llu seeds\n", name_of(mutation),
              static_cast<unsigned long long>(count));
  return 1;
}

int run_mutations(uint64_t count) {
  int unseen = 0;
  for (Mutation mutation :
       {Mutation::blind_put, Mutation::bronze_before_silver, Mutation::content_tags,
        Mutation::lost_rejects, Mutation::lost_receipts}) {
    unseen += run_mutation(mutation, count);
  }
  return unseen == 0 ? 0 : 1;
}

int replay(uint64_t seed) {
  Outcome outcome = simulate({.seed = seed, .trace = true});
  return outcome.failures.empty() ? 0 : report(seed, outcome);
}

int run(int argc, char** argv) {
  uint64_t from = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    std::string name = argv[i];
    uint64_t number = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--from") from = number;
    if (name == "--seed") return replay(number);
    if (name == "--seeds") return run_seeds(from, number);
    if (name == "--mutations") return run_mutations(number);
  }
  std::printf("usage: sim [--from S] --seeds N | --seed S | --mutations N\n");
  return 2;
}

}  // namespace
}  // namespace silversmith::sim

int main(int argc, char** argv) { return silversmith::sim::run(argc, argv); }
