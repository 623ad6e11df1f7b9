// SPDX-License-Identifier: Apache-2.0
#include "deploy/event_pattern.h"

#include <gtest/gtest.h>

namespace silversmith::deploy {
namespace {

// An "Object Created" event, as short as patterns need it.
Json event_of(std::string_view key) {
  Json event = *parse_json(R"({"source":"aws.s3","detail-type":"Object Created","resources":
    ["arn:aws:s3:::data-lake"],"detail":{"bucket":{"name":"data-lake"},"object":{"size":12},
    "reason":"PutObject"}})");
  Json& detail = event.as_object().back().second;
  detail.as_object()[1].second.set("key", key);
  return event;
}

// Whether a pattern whose key is `alternatives` matches.
bool key_matches(std::string_view alternatives, std::string_view key) {
  std::string text =
      R"({"source":["aws.s3"],"detail":{"object":{"key":)" + std::string(alternatives) + "}}}";
  auto pattern = EventPattern::parse(text, "p");
  SMITH_CHECK(pattern.ok(), pattern.error().message);
  return pattern->matches(event_of(key));
}

bool matches(std::string_view pattern, std::string_view event) {
  auto parsed = EventPattern::parse(pattern, "p");
  SMITH_CHECK(parsed.ok(), parsed.error().message);
  return parsed->matches(*parse_json(event));
}

TEST(EventPattern, has_the_one_right_answer_for_csv_in_bronze) {
  constexpr std::string_view right = R"([{"wildcard":"bronze/*.csv"}])";
  for (std::string_view key : {"bronze/a.csv", "bronze/x/y/a.csv", "bronze/.csv"}) {
    EXPECT_TRUE(key_matches(right, key)) << key;
  }
  for (std::string_view key :
       {"bronze/a.CSV", "bronze/a.csv.gz", "silver/a.csv", "x/bronze/a.csv"}) {
    EXPECT_FALSE(key_matches(right, key)) << key;
  }
}

TEST(EventPattern, takes_any_of_several_alternatives) {
  constexpr std::string_view tempting = R"([{"prefix":"bronze/"},{"suffix":".csv"}])";
  EXPECT_TRUE(key_matches(tempting, "silver/a.csv"));
  EXPECT_TRUE(key_matches(tempting, "bronze/x.gz"));
  EXPECT_FALSE(key_matches(tempting, "silver/x.gz"));
}

TEST(EventPattern, ignores_case_where_it_is_told_to) {
  EXPECT_TRUE(key_matches(R"([{"suffix":{"equals-ignore-case":".csv"}}])", "bronze/a.CSV"));
  EXPECT_TRUE(key_matches(R"([{"prefix":{"equals-ignore-case":"BRONZE/"}}])", "bronze/a"));
  EXPECT_TRUE(key_matches(R"([{"equals-ignore-case":"BRONZE/A"}])", "bronze/a"));
  EXPECT_FALSE(key_matches(R"([{"suffix":".csv"}])", "bronze/a.CSV"));
}

TEST(EventPattern, takes_anything_but) {
  EXPECT_FALSE(key_matches(R"([{"anything-but":["a","b"]}])", "b"));
  EXPECT_TRUE(key_matches(R"([{"anything-but":"a"}])", "b"));
  EXPECT_FALSE(key_matches(R"([{"anything-but":{"prefix":"silver/"}}])", "silver/a"));
  EXPECT_FALSE(key_matches(R"([{"anything-but":{"wildcard":["*.gz","silver/*"]}}])", "silver/a"));
  EXPECT_TRUE(key_matches(R"([{"anything-but":{"suffix":[".gz",".zst"]}}])", "a.csv"));
  EXPECT_FALSE(key_matches(R"([{"anything-but":{"equals-ignore-case":"A"}}])", "a"));
  EXPECT_FALSE(key_matches(R"([{"anything-but":{"prefix":[]}}])", "a"));
  EXPECT_TRUE(matches(R"({"n":[{"anything-but":[1,2]}]})", R"({"n":"x"})"));
  EXPECT_FALSE(matches(R"({"n":[{"anything-but":2}]})", R"({"n":2.0})"));
}

TEST(EventPattern, joins_fields_by_and) {
  constexpr std::string_view pattern =
      R"({"detail":{"object":{"size":[{"numeric":[">",0]}]},"reason":["PutObject","CopyObject"]}})";
  EXPECT_TRUE(matches(pattern, R"({"detail":{"object":{"size":1},"reason":"CopyObject"}})"));
  EXPECT_FALSE(matches(pattern, R"({"detail":{"object":{"size":0},"reason":"CopyObject"}})"));
  EXPECT_FALSE(matches(pattern, R"({"detail":{"object":{"size":1}}})"));
}

TEST(EventPattern, asks_whether_a_member_exists) {
  EXPECT_TRUE(matches(R"({"a":[{"exists":true}]})", R"({"a":null})"));
  EXPECT_FALSE(matches(R"({"a":[{"exists":true}]})", R"({"a":{}})"));
  EXPECT_TRUE(matches(R"({"a":[{"exists":false}],"b":[1]})", R"({"b":1})"));
  EXPECT_FALSE(matches(R"({"a":[{"exists":false}]})", R"({"a":1})"));
  EXPECT_TRUE(matches(R"({"a":["x",{"exists":false}]})", R"({"b":1})"));
}

TEST(EventPattern, takes_one_choice_of_several) {
  constexpr std::string_view pattern = R"({"s":["x"],"$or":[{"a":[1]},{"b":{"c":[2]},"d":[3]}]})";
  EXPECT_TRUE(matches(pattern, R"({"s":"x","a":1})"));
  EXPECT_TRUE(matches(pattern, R"({"s":"x","b":{"c":2},"d":3})"));
  EXPECT_FALSE(matches(pattern, R"({"s":"x","b":{"c":2}})"));
  EXPECT_FALSE(matches(pattern, R"({"s":"y","a":1})"));
}

TEST(EventPattern, keeps_members_of_one_array_element_together) {
  constexpr std::string_view pattern = R"({"a":{"x":[1],"y":[2]}})";
  EXPECT_TRUE(matches(pattern, R"({"a":[{"x":3,"y":2},{"x":1,"y":2}]})"));
  EXPECT_FALSE(matches(pattern, R"({"a":[{"x":1,"y":3},{"x":3,"y":2}]})"));
  EXPECT_TRUE(matches(R"({"a":[1],"b":[2]})", R"({"a":[0,1],"b":[2,3]})"));
}

TEST(EventPattern, tells_of_members_that_stand_twice_and_takes_the_last) {
  constexpr std::string_view text =
      "{\"k\": [{\"prefix\": \"bronze/\"}],\n \"k\": [{\"suffix\": \".csv\"}]}";
  EventPattern pattern = *EventPattern::parse(text, "p");
  ASSERT_EQ(pattern.repeats().size(), 1U);
  EXPECT_EQ(place_of(pattern.repeats()[0]), "2:2");
  EXPECT_TRUE(pattern.matches(*parse_json(R"({"k":"silver/a.csv"})")));
  EXPECT_FALSE(pattern.matches(*parse_json(R"({"k":"bronze/a.gz"})")));
}

TEST(EventPattern, shows_its_branches) {
  EventPattern pattern =
      *EventPattern::parse(R"({"a":["x","y"],"$or":[{"b":[1]},{"c":[2]}]})", "p");
  auto branches = pattern.branches();
  ASSERT_EQ(branches.size(), 2U);
  EXPECT_EQ(branches[0].at("a")->size(), 2U);
  EXPECT_EQ(branches[0].count("c"), 0U);
  EXPECT_EQ(branches[1].count("c"), 1U);
}

}  // namespace
}  // namespace silversmith::deploy
