// SPDX-License-Identifier: Apache-2.0
#include "contract/yaml.h"

#include <gtest/gtest.h>

namespace silversmith::contract {
namespace {

std::string error_of(std::string_view text) {
  auto node = parse_yaml(text, "f.yaml");
  return node ? "no error" : node.error().message;
}

TEST(Yaml, keeps_scalars_as_the_text_that_was_written) {
  YamlNode root = *parse_yaml("[NO, yes, 007, 1e3, 'a b', \"\\u00e9\", NULL, ~, , \"null\"]", "f");
  ASSERT_EQ(root.kind, YamlKind::list);
  std::vector<std::string> texts;
  for (const YamlNode& item : root.items) texts.push_back(item.text);
  EXPECT_EQ(texts, (std::vector<std::string>{"NO", "yes", "007", "1e3", "a b", "é", "NULL", "~", "",
                                             "null"}));
  EXPECT_EQ(root.items[6].kind, YamlKind::null);
  EXPECT_EQ(root.items[9].kind, YamlKind::scalar);
  EXPECT_TRUE(root.items[4].quoted);
  EXPECT_FALSE(root.items[0].quoted);
}

TEST(Yaml, finds_the_text_of_a_null_behind_other_bytes) {
  YamlNode root = *parse_yaml(
      "\xEF\xBB\xBF"
      "é: ü\r\nb: [x, NULL]\r\n",
      "f");
  EXPECT_EQ(root.members[1].value.items[1].text, "NULL");
}

TEST(Yaml, gives_every_node_its_line_and_column) {
  YamlNode root = *parse_yaml("a: 1\nb:\n  - x\n  - {c: d}\n", "f");
  ASSERT_EQ(root.members.size(), 2U);
  EXPECT_EQ(root.members[1].key.line, 2U);
  const YamlNode& list = root.members[1].value;
  EXPECT_EQ(list.items[0].line, 3U);
  EXPECT_EQ(list.items[0].column, 5U);
  EXPECT_EQ(list.items[1].members[0].value.column, 9U);
}

TEST(Yaml, reads_json) {
  YamlNode root = *parse_yaml("{\"a\":1,\n\t\"b\":[true,\"\\/\"]}", "f");
  EXPECT_EQ(root.members[0].value.text, "1");
  EXPECT_EQ(root.members[1].value.items[1].text, "/");
}

TEST(Yaml, refuses_aliases_anchors_and_tags) {
  EXPECT_EQ(error_of("a: &x [1]\nb: *x\n").find("f.yaml:1:"), 0U);
  EXPECT_NE(error_of("a: &x [1]\n").find("anchors"), std::string::npos);
  EXPECT_NE(error_of("a: *x\n").find("f.yaml:1:4"), std::string::npos) << error_of("a: *x\n");
  EXPECT_NE(error_of("a: !!binary aGk=\n").find("tag"), std::string::npos);
  EXPECT_TRUE(parse_yaml("a: !!str 1\n", "f"));
}

bool wrap_in_tag(YamlNode& node, std::string_view tag) {
  if (tag != "!Wrap") return false;
  YamlNode outer;
  outer.kind = YamlKind::map;
  outer.line = node.line;
  outer.members.push_back(
      {YamlNode{YamlKind::scalar, true, node.line, 1, "wrapped", {}, {}}, node});
  node = std::move(outer);
  return true;
}

TEST(Yaml, lets_a_caller_make_something_of_tags) {
  YamlRules rules;
  rules.apply_tag = wrap_in_tag;
  YamlNode root = *parse_yaml("a: !Wrap x\nb: !Wrap [y]\nc: !Wrap {d: !Wrap z}\n", "f", rules);
  EXPECT_EQ(root.members[0].value.members[0].value.text, "x");
  EXPECT_EQ(root.members[1].value.members[0].value.items[0].text, "y");
  const YamlNode& inner = root.members[2].value.members[0].value.members[0].value;
  EXPECT_EQ(inner.members[0].value.text, "z");
  EXPECT_EQ(inner.line, 3U);
  auto other = parse_yaml("a: 1\nb: !Other x\n", "f", rules);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "f:2:4: the tag \"!Other\" is not supported");
}

TEST(Yaml, keeps_repeated_keys_for_a_caller_who_wants_to_see_them) {
  std::vector<YamlNode> repeated;
  YamlRules rules;
  rules.repeated_keys = &repeated;
  YamlNode root = *parse_yaml("{\"a\": 1, \"b\": 2,\n \"a\": 3}", "f", rules);
  ASSERT_EQ(root.members.size(), 3U);
  EXPECT_EQ(root.members[2].value.text, "3");
  ASSERT_EQ(repeated.size(), 1U);
  EXPECT_EQ(repeated[0].text, "a");
  EXPECT_EQ(repeated[0].line, 2U);
}

TEST(Yaml, refuses_repeated_and_composite_keys) {
  EXPECT_EQ(error_of("a: 1\nb: 2\na: 3\n"), "f.yaml:3:1: the key \"a\" is repeated");
  EXPECT_NE(error_of("? [a]\n: 1\n").find("single value"), std::string::npos);
}

TEST(Yaml, bounds_depth_and_size) {
  EXPECT_TRUE(parse_yaml(std::string(64, '[') + std::string(64, ']'), "f"));
  EXPECT_NE(error_of(std::string(65, '[') + std::string(65, ']')).find("64 levels"),
            std::string::npos);
  EXPECT_FALSE(parse_yaml(std::string(5000, '['), "f"));
  EXPECT_NE(error_of(std::string(1'100'000, 'a')).find("1 MiB"), std::string::npos);
}

TEST(Yaml, refuses_what_is_no_text_or_no_single_document) {
  EXPECT_EQ(error_of("a: b\nc: \xff\n"), "f.yaml:2:4: not UTF-8");
  EXPECT_NE(error_of(std::string_view("a: \0", 4)).find("NUL"), std::string::npos);
  EXPECT_NE(error_of("a: 1\n---\nb: 2\n").find("more than one"), std::string::npos);
  EXPECT_EQ(error_of("a: 1\n---\nb: 2\n").find("f.yaml:2:1: "), 0U);
  EXPECT_NE(error_of("").find("empty"), std::string::npos);
  EXPECT_NE(error_of("a: [1\n").find("f.yaml:"), std::string::npos);
  EXPECT_EQ(parse_yaml("a: [1\n", "f").error().code, Code::invalid);
}

TEST(Yaml, says_where_a_text_was_cut_off) {
  EXPECT_EQ(
      error_of("{\"a\": 1,\n \"b\": [1, {\"c\": 2}"),
      "f.yaml:2:19: the text ends here, but the [ at 2:7 is not closed: is the file cut off?");
  EXPECT_EQ(
      error_of("{\"a\": \"x\n"),
      "f.yaml:1:9: the text ends here, but the \" at 1:7 is not closed: is the file cut off?");
  EXPECT_EQ(error_of("a: b\nc: {d: [e]\n").find("f.yaml:2:11: the text ends here"), 0U);
  std::string whole = R"({"name": "n", "schema": {"fields": [{"name": "a", "type": "string"}]}})";
  for (size_t cut = 1; cut < whole.size(); ++cut) {
    EXPECT_NE(error_of(whole.substr(0, cut)).find("the text ends here"), std::string::npos) << cut;
  }
}

TEST(Yaml, says_where_a_comma_is_missing) {
  EXPECT_EQ(error_of("{\"a\": 1\n \"b\": 2}").find("f.yaml:2:5: wanted a comma or }"), 0U)
      << error_of("{\"a\": 1\n \"b\": 2}");
}

}  // namespace
}  // namespace silversmith::contract
