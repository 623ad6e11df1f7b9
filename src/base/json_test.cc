// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>

#include <limits>

namespace silversmith {
namespace {

std::string error_of(std::string_view text) {
  auto result = parse_json(text);
  return result ? "no error" : result.error().message;
}

TEST(Json, reads_and_writes_every_kind) {
  constexpr std::string_view text =
      R"({"n":null,"t":true,"f":false,"i":-7,"d":2.5,"s":"é\n","a":[1,[]],"o":{}})";
  EXPECT_EQ(parse_json(text)->dump(), text);
}

TEST(Json, keeps_the_order_of_members_and_sorts_only_for_hashing) {
  Json json = *parse_json(R"({"b":1,"a":{"z":1,"y":2}})");
  EXPECT_EQ(json.dump(), R"({"b":1,"a":{"z":1,"y":2}})");
  EXPECT_EQ(json.canonical(), R"({"a":{"y":2,"z":1},"b":1})");
}

TEST(Json, indents_by_two_blanks) {
  EXPECT_EQ(parse_json(R"({"a":[1,{}],"b":[]})")->pretty(),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}\n");
}

TEST(Json, keeps_integers_exact_and_makes_bigger_ones_double) {
  EXPECT_EQ(parse_json("9223372036854775807")->as_int(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(parse_json("-9223372036854775808")->as_int(), std::numeric_limits<int64_t>::min());
  Json big = *parse_json("9223372036854775808");
  ASSERT_TRUE(big.is_double());
  EXPECT_EQ(big.as_double(), 9223372036854775808.0);
}

TEST(Json, writes_doubles_that_read_back_as_the_same_double) {
  for (double value : {0.1, 1.0, -0.0, 5e-324, 1.7976931348623157e308, 1e22, 123456789.125}) {
    Json again = *parse_json(Json(value).dump());
    ASSERT_TRUE(again.is_double()) << Json(value).dump();
    EXPECT_EQ(again.as_double(), value);
  }
  EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).dump(), "null");
  EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()).dump(), "null");
}

TEST(Json, escapes_what_json_wants_escaped) {
  EXPECT_EQ(quote_json("\"\\\b\f\n\r\t\x01\x1f"), R"("\"\\\b\f\n\r\t\u0001\u001f")");
  EXPECT_EQ(quote_json(std::string_view("\0", 1)), R"("\u0000")");
}

TEST(Json, writes_bytes_that_are_not_utf8_as_replacement_characters) {
  EXPECT_EQ(quote_json("a\xff"
                       "b\xc3"),
            "\"a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\"");
}

TEST(Json, says_where_a_text_is_wrong) {
  EXPECT_NE(error_of("{\n  \"a\": x}").find("line 2, column 8"), std::string::npos)
      << error_of("{\n  \"a\": x}");
  EXPECT_NE(error_of("").find("line 1, column 1"), std::string::npos) << error_of("");
  EXPECT_EQ(parse_json("[1] 2").error().code, Code::invalid);
  EXPECT_FALSE(parse_json("\"\xff\""));
}

TEST(Json, refuses_a_repeated_member) {
  EXPECT_EQ(error_of(R"({"a":1,"b":{"a":1},"a":2})"),
            R"(not JSON: line 1, column 22: member "a" is repeated)");
}

TEST(Json, bounds_the_depth) {
  EXPECT_TRUE(parse_json(std::string(128, '[') + std::string(128, ']')));
  EXPECT_NE(error_of(std::string(129, '[') + std::string(129, ']')).find("128 levels"),
            std::string::npos);
}

TEST(Json, refuses_a_number_beyond_double) { EXPECT_FALSE(parse_json("1e400")); }

TEST(Json, finds_members_and_falls_back) {
  Json json = *parse_json(R"({"s":"x","i":3,"b":true})");
  EXPECT_EQ(json.text_or("s", "-"), "x");
  EXPECT_EQ(json.text_or("i", "-"), "-");
  EXPECT_EQ(json.int_or("i", 0), 3);
  EXPECT_EQ(json.int_or("none", 9), 9);
  EXPECT_TRUE(json.bool_or("b", false));
  EXPECT_TRUE(json.bool_or("s", true));
  EXPECT_EQ(json.find("none"), nullptr);
  EXPECT_EQ(Json(1).find("s"), nullptr);
}

TEST(Json, set_replaces_a_member_where_it_stands) {
  Json json = Json::object();
  json.set("a", 1).set("b", 2).set("a", "x");
  EXPECT_EQ(json.dump(), R"({"a":"x","b":2})");
  EXPECT_EQ(Json::array().add(1).add(nullptr).dump(), "[1,null]");
}

}  // namespace
}  // namespace silversmith
