// SPDX-License-Identifier: Apache-2.0
#include "deploy/pattern_reader.h"

#include <gtest/gtest.h>

namespace silversmith::deploy {
namespace {

// Place and reason, or "valid".
std::string verdict(std::string_view text) {
  auto pattern = EventPattern::parse(text, "p");
  if (pattern) return "valid";
  std::string_view message = pattern.error().message;
  constexpr std::string_view words = "Event pattern is not valid. Reason: ";
  size_t at = message.find(words);
  if (at == std::string_view::npos) return std::string(message);
  return std::string(message.substr(0, at)) + std::string(message.substr(at + words.size()));
}

// The verdict on a pattern {"k": [...]}, without its place.
std::string reason(std::string_view item) {
  std::string text = verdict(R"({"k":[)" + std::string(item) + "]}");
  size_t at = text.find(": ");
  return at == std::string::npos ? text : text.substr(at + 2);
}

TEST(PatternReader, refuses_the_tempting_pair_of_prefix_and_suffix) {
  EXPECT_EQ(verdict("{\"detail\": {\"object\": {\n"
                    "  \"key\": [{\"prefix\": \"bronze/\", \"suffix\": \".csv\"}]}}}"),
            "p:2:33: Only one key allowed in match expression");
}

TEST(PatternReader, takes_what_aws_takes) {
  for (std::string_view item :
       {R"("x")", "1", "null", "true", R"({"exactly":"x"})", R"({"prefix":""})",
        R"({"suffix":{"equals-ignore-case":"x"}})", R"({"wildcard":"a*b\\*"})",
        R"({"anything-but":["a"]})", R"({"anything-but":5})", R"({"anything-but":{"prefix":[]}})",
        R"({"numeric":[">=",0,"<",1e3]})", R"({"exists":false})",
        R"({"equals-ignore-case":"x"})"}) {
    EXPECT_EQ(reason(item), "valid") << item;
  }
}

TEST(PatternReader, says_what_is_wrong_with_a_whole_pattern) {
  EXPECT_EQ(verdict("[]"), "p:1:1: Filter is not an object");
  EXPECT_EQ(verdict("{}"), "p:1:1: Empty objects are not allowed");
  EXPECT_EQ(verdict(R"({"a":{}})"), "p:1:6: Empty objects are not allowed");
  EXPECT_EQ(verdict(R"({"a":[]})"), "p:1:6: Empty arrays are not allowed");
  EXPECT_EQ(verdict(R"({"a":"x"})"), "p:1:6: \"a\" must be an object or an array");
  EXPECT_EQ(verdict(R"({"a":[["x"]]})"),
            "p:1:7: Match value must be String, number, true, false, or null");
  EXPECT_EQ(verdict("{\"a\": [1,]}").find("p: not JSON: line 1, column 10"), 0U);
  std::string large = R"({"a":[")" + std::string(2048, 'x') + "\"]}";
  EXPECT_EQ(verdict(large), "p:1:1: it has 2058 bytes, at most 2048 are allowed");
}

// A thousand combinations of each of ten thousand fields would not fit into memory.
TEST(PatternReader, asks_how_long_a_pattern_is_before_it_reads_it) {
  std::string choices = R"({"a":[1]},{"a":[2]},{"a":[3]},{"a":[4]},{"a":[5]})";
  std::string long_pattern = "{";
  for (char name : {'p', 'q', 'r', 's'}) {
    long_pattern += "\"" + std::string(1, name) + R"(":{"$or":[)" + choices + "]},";
  }
  for (int i = 0; i < 10'000; ++i) long_pattern += "\"f" + std::to_string(i) + "\":[1],";
  long_pattern += R"("last":[]})";
  EXPECT_NE(verdict(long_pattern).find("at most 2048 are allowed"), std::string::npos);
}

TEST(PatternReader, says_what_is_wrong_with_choices) {
  EXPECT_EQ(verdict(R"({"$or":{"a":[1]}})"), "p:1:8: It must be an Array followed with $or.");
  EXPECT_EQ(verdict(R"({"$or":[{"a":[1]}]})"),
            "p:1:8: There must have at least 2 Objects in $or relationship.");
  EXPECT_EQ(verdict(R"({"$or":[1,2]})"),
            "p:1:9: Only JSON object is allowed in array of $or relationship.");
  EXPECT_EQ(verdict(R"({"$or":[{"prefix":[1]},{"b":[1]}]})"),
            "p:1:10: prefix is Ruler reserved fieldName which cannot be used inside $or.");
  std::string doubled = R"({"a":[1])";
  for (int i = 0; i < 10; ++i) doubled += R"(,"$or":[{"b":[1]},{"c":[1]}])";
  EXPECT_NE(verdict(doubled + "}").find("more than 1000 combinations"), std::string::npos);
}

TEST(PatternReader, says_what_is_wrong_with_an_alternative) {
  EXPECT_EQ(reason("{}"), "Match expression name not found");
  EXPECT_EQ(reason(R"({"$and":[]})"), "Unrecognized match type $and");
  EXPECT_EQ(reason(R"({"prefix":1})"), "prefix match pattern must be a string");
  EXPECT_EQ(reason(R"({"exactly":1})"), "exact match pattern must be a string");
  EXPECT_EQ(reason(R"({"wildcard":{"equals-ignore-case":"a"}})"),
            "wildcard match pattern must be a string");
  EXPECT_EQ(reason(R"({"wildcard":"a/**/b"})"), "Consecutive wildcard characters at pos 3");
  EXPECT_EQ(reason(R"({"prefix":{"wildcard":"a"}})"), "Unsupported prefix pattern: wildcard");
  EXPECT_EQ(reason(R"({"suffix":{}})"), "Suffix expression name not found");
  EXPECT_EQ(reason(R"({"suffix":{"equals-ignore-case":"a","x":1}})"),
            "Only one key allowed in match expression");
  EXPECT_EQ(reason(R"({"exists":"true"})"), "exists match pattern must be either true or false.");
  EXPECT_EQ(reason(R"({"cidr":"10.0.0.0/8"})"),
            "cidr is valid for AWS, but silversmith does not know it");
}

TEST(PatternReader, says_what_is_wrong_with_numbers) {
  EXPECT_EQ(reason(R"({"numeric":5})"), "Value of numeric must be an array.");
  EXPECT_EQ(reason(R"({"numeric":[]})"), "Invalid member in numeric match: ]");
  EXPECT_EQ(reason(R"({"numeric":[5]})"), "Invalid member in numeric match: 5");
  EXPECT_EQ(reason(R"({"numeric":["~",5]})"), "Unrecognized numeric range operator: ~");
  EXPECT_EQ(reason(R"({"numeric":["=","5"]})"), "Value of equals must be numeric");
  EXPECT_EQ(reason(R"({"numeric":["<",5,">",3]})"), "Too many elements in numeric expression");
  EXPECT_EQ(reason(R"({"numeric":[">",5,"=",3]})"), "Bad numeric range operator: =");
  EXPECT_EQ(reason(R"({"numeric":[">",5,3]})"), "Bad value in numeric range: 3");
  EXPECT_EQ(reason(R"({"numeric":[">",5,"<",5]})"), "Bottom must be less than top");
  EXPECT_EQ(reason(R"({"numeric":[">",1,"<",5,6]})"), "Too many terms in numeric range expression");
  EXPECT_EQ(reason(R"({"numeric":["=",0.12345678901234567890]})"),
            "Cannot compare number : 0.12345678901234567890");
}

TEST(PatternReader, says_what_is_wrong_with_anything_but) {
  EXPECT_EQ(reason(R"({"anything-but":{}})"), "Anything-But expression name not found");
  EXPECT_EQ(reason(R"({"anything-but":{"numeric":1}})"),
            "Unsupported anything-but pattern: numeric");
  EXPECT_EQ(reason(R"({"anything-but":null})"),
            "Value of anything-but must be an array or single string/number value.");
  EXPECT_EQ(reason(R"({"anything-but":[1,"a"]})"),
            "Inside anything but list, either all values are number or string, mixed type is not "
            "supported");
  EXPECT_EQ(reason(R"({"anything-but":[true]})"),
            "Inside anything but list, start|null|boolean is not supported.");
  EXPECT_EQ(reason(R"({"anything-but":{"prefix":""}})"), "Null prefix/suffix not allowed");
  EXPECT_EQ(reason(R"({"anything-but":{"suffix":[1]}})"),
            "prefix/suffix match pattern must be a string");
  EXPECT_EQ(reason(R"({"anything-but":"a","x":1})"), "Too many elements in numeric expression");
}

}  // namespace
}  // namespace silversmith::deploy
