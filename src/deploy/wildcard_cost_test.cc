// SPDX-License-Identifier: Apache-2.0
#include "deploy/wildcard_cost.h"

#include <gtest/gtest.h>

#include "deploy/matcher.h"

namespace silversmith::deploy {
namespace {

size_t cost(const std::vector<std::string>& wildcards, size_t enough = 1000) {
  std::vector<std::vector<std::string>> pieces;
  for (const std::string& one : wildcards) pieces.push_back(*wildcard_pieces(one));
  return wildcard_cost(pieces, enough);
}

// The figures are those of event-ruler 2.1.0's MachineComplexityEvaluator.
TEST(WildcardCost, counts_as_event_ruler_does) {
  EXPECT_EQ(cost({}), 0U);
  EXPECT_EQ(cost({"bronze/*.csv"}), 2U);
  EXPECT_EQ(cost({"bronze/*.csv*"}), 3U);
  EXPECT_EQ(cost({"bronze/*.csv", "bronze/*.csv.gz"}), 5U);
  EXPECT_EQ(cost({"bronze/*.csv*", "bronze/*.tsv*", "bronze/*.txt*"}), 9U);
  EXPECT_EQ(cost({"bronze/*sv", "bronze/*txt", "bronze/*gz", "bronze/*zst"}), 8U);
}

TEST(WildcardCost, grows_with_every_suffix) {
  std::vector<std::string> all;
  for (const char* suffix : {"csv", "tsv", "txt", "CSV", "TSV", "TXT"}) {
    for (const char* packed : {"", ".gz", ".zst"}) {
      all.push_back(std::string("bronze/*.") + suffix + packed);
    }
  }
  EXPECT_EQ(cost(all), 38U);
  EXPECT_GT(cost(all, wildcard_cost_max), wildcard_cost_max);
}

TEST(WildcardCost, ends_on_patterns_that_repeat) {
  std::string many = "*";
  for (int i = 0; i < 200; ++i) many += "a*";
  EXPECT_GT(cost({many}, wildcard_cost_max), wildcard_cost_max);
}

}  // namespace
}  // namespace silversmith::deploy
