// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3_faults.h"

#include <gtest/gtest.h>

namespace silversmith::test {
namespace {

FaultRule rule_of(std::string_view json) {
  return parse_faults(parse_json(json).value()).value().at(0);
}

TEST(Faults, fire_on_the_occurrences_that_a_rule_names) {
  Faults faults;
  faults.add(rule_of(R"({"fault": "slow_down", "operation": "PutObject", "key": "silver/*",
                         "skip": 1, "times": 2})"));
  std::string fired;
  for (int i = 0; i < 5; ++i) {
    fired += faults.next("PUT", "PutObject", "silver/a").empty() ? '.' : 'x';
    EXPECT_TRUE(faults.next("PUT", "PutObject", "bronze/a").empty());
    EXPECT_TRUE(faults.next("GET", "GetObject", "silver/a").empty());
  }
  EXPECT_EQ(fired, ".xx..");
}

TEST(Faults, fire_together_and_for_ever_with_times_0) {
  Faults faults;
  faults.add(rule_of(R"({"fault": "delay", "method": "GET", "amount": 7, "times": 0})"));
  faults.add(rule_of(R"({"fault": "truncate", "amount": 3})"));
  auto first = faults.next("GET", "GetObject", "k");
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].kind, FaultKind::delay);
  EXPECT_EQ(first[0].amount, 7u);
  EXPECT_EQ(first[1].kind, FaultKind::truncate);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(faults.next("GET", "GetObject", "k").size(), 1u);
  faults.clear();
  EXPECT_TRUE(faults.next("GET", "GetObject", "k").empty());
}

TEST(Faults, globs_match_bytes) {
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("a*c", "abc/bc"));
  EXPECT_TRUE(matches_glob("a?c", "abc"));
  EXPECT_TRUE(matches_glob("*ab*ab", "aababxab"));
  EXPECT_FALSE(matches_glob("a?c", "ac"));
  EXPECT_FALSE(matches_glob("a*c", "abcd"));
  EXPECT_FALSE(matches_glob("", "a"));
}

TEST(Faults, of_a_wrong_form_are_refused_by_name) {
  auto message = [](std::string_view json) {
    auto rules = parse_faults(parse_json(json).value());
    return rules ? std::string() : rules.error().message;
  };
  EXPECT_NE(message(R"({"fault": "explode"})").find("\"explode\", wanted one of delay,"),
            std::string::npos);
  EXPECT_NE(message(R"({"fault": "delay", "amount": "7"})").find("wanted a count"),
            std::string::npos);
  EXPECT_NE(message(R"({"fault": "delay", "path": "x"})").find("no member \"path\""),
            std::string::npos);
  EXPECT_NE(message("[3]").find("wanted an object"), std::string::npos);
  EXPECT_EQ(message(R"([{"fault": "delay"}, {"fault": "conflict", "skip": 2}])"), "");
}

}  // namespace
}  // namespace silversmith::test
