// SPDX-License-Identifier: Apache-2.0
#include "contract/reader.h"

#include <gtest/gtest.h>

#include <array>

namespace silversmith::contract {
namespace {

YamlNode yaml(std::string_view text) { return *parse_yaml(text, "f"); }

TEST(Reader, reads_typed_values) {
  Problems problems("f");
  EXPECT_EQ(read_text(yaml("NO"), "p", problems), "NO");
  EXPECT_EQ(read_bool(yaml("true"), "p", problems), true);
  EXPECT_EQ(read_count(yaml("9223372036854775807"), "p", problems), uint64_t{INT64_MAX});
  EXPECT_EQ(read_ratio(yaml("0.25"), "p", problems), 0.25);
  EXPECT_EQ(read_texts(yaml("[a, NULL]"), "p", problems), (std::vector<std::string>{"a", "NULL"}));
  EXPECT_TRUE(problems.empty());
}

TEST(Reader, refuses_values_of_another_form) {
  Problems problems("f");
  EXPECT_FALSE(read_text(yaml("[a]"), "p", problems));
  for (const char* text : {"yes", "\"true\"", "1"}) {
    EXPECT_FALSE(read_bool(yaml(text), "p", problems)) << text;
  }
  for (const char* text : {"-1", "1.5", "\"1\"", "9223372036854775808", "1e3"}) {
    EXPECT_FALSE(read_count(yaml(text), "p", problems)) << text;
  }
  for (const char* text : {"-0.1", "1.01", "nan", "50%"}) {
    EXPECT_FALSE(read_ratio(yaml(text), "p", problems)) << text;
  }
  EXPECT_FALSE(read_texts(yaml("a"), "p", problems));
  EXPECT_NE(problems.error().message.find("f:1:1: p: found a list, wanted a text"),
            std::string::npos);
}

TEST(Reader, reports_in_the_order_of_the_text_and_counts_the_rest) {
  YamlNode root = yaml("a: 1\nb: 2\n");
  Problems problems("f");
  problems.add(root.members[1].key, "second");
  problems.add(root.members[0].key, "first");
  EXPECT_EQ(problems.error().message, "f:1:1: first\nf:2:1: second");
  for (int i = 0; i < 103; ++i) problems.add(root.members[1].value, "more");
  EXPECT_NE(problems.error().message.find("and 5 more"), std::string::npos);
}

TEST(Reader, names_unknown_keys_and_the_nearest_known_one) {
  YamlNode root = yaml("delimeter: a\nzzz: b\nfoo:bar: c\nsilver:nope: d\nlatin: e\n");
  Problems problems("f");
  MapReader map(root, "dialect", problems);
  constexpr std::array<std::string_view, 1> later = {"latin"};
  EXPECT_EQ(map.take("delimiter"), nullptr);
  map.not_yet(later);
  map.finish();
  EXPECT_EQ(problems.error().message,
            "f:1:1: unknown key \"delimeter\" in dialect, did you mean delimiter?\n"
            "f:2:1: unknown key \"zzz\" in dialect\n"
            "f:4:1: unknown key \"silver:nope\" in dialect\n"
            "f:5:1: dialect.latin is not supported yet");
}

TEST(Reader, foreign_keys_have_a_namespace_that_is_not_ours) {
  EXPECT_TRUE(is_foreign("dbt:model"));
  EXPECT_FALSE(is_foreign("silver:policy"));
  EXPECT_FALSE(is_foreign("Silver:policy"));
  EXPECT_FALSE(is_foreign("policy"));
  EXPECT_FALSE(is_foreign(":policy"));
}

TEST(Reader, words_are_exact_and_planned_ones_are_said_to_be) {
  constexpr std::array<std::string_view, 2> now = {"fail", "null"};
  constexpr std::array<std::string_view, 1> later = {"rescue"};
  Problems problems("f");
  EXPECT_EQ(read_word(yaml("fail"), "p", {now, later}, problems), 0U);
  EXPECT_EQ(read_word(yaml("null"), "p", {now, later}, problems), 1U);
  EXPECT_TRUE(problems.empty());
  EXPECT_FALSE(read_word(yaml("rescue"), "p", {now, later}, problems));
  EXPECT_FALSE(read_word(yaml("FAIL"), "p", {now, later}, problems));
  EXPECT_EQ(problems.error().message,
            "f:1:1: p: \"rescue\" is not supported yet, wanted fail or null\n"
            "f:1:1: p: found \"FAIL\", wanted fail or null");
}

}  // namespace
}  // namespace silversmith::contract
