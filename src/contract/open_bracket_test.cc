// SPDX-License-Identifier: Apache-2.0
#include "contract/open_bracket.h"

#include <gtest/gtest.h>

#include <string>

namespace silversmith::contract {
namespace {

std::string open_in(std::string_view text) {
  std::optional<OpenBracket> open = find_open_bracket(text);
  if (!open) return "none";
  auto place = [](TextPlace at) {
    return std::to_string(at.line) + ":" + std::to_string(at.column);
  };
  return open->opener + (" " + place(open->place)) + " end " + place(open->end);
}

TEST(OpenBracket, is_the_innermost_of_a_text_that_was_cut) {
  EXPECT_EQ(open_in("{\"a\": 1,\n \"b\": [1, 2"), "[ 2:7 end 2:12");
  EXPECT_EQ(open_in("{\"a\": \"x"), "\" 1:7 end 1:9");
  EXPECT_EQ(open_in("{\n\n"), "{ 1:1 end 1:2");
  EXPECT_EQ(open_in("a: b\nc: {d: 'e"), "' 2:8 end 2:10");
}

TEST(OpenBracket, is_none_in_a_whole_text) {
  for (const char* text :
       {"", "{}", "{\"a\": [\"]\", \"\\\"\", \"{\"]}", "a: it's\nb: x[1\n", "a: 1 # [ {\n",
        "a: 'it''s'\n", "- [a, b]\n- {c: d}\n", "a: [b, c-d, e's]\n"}) {
    EXPECT_EQ(open_in(text), "none") << text;
  }
}

TEST(OpenBracket, is_found_at_every_cut_of_a_json_text) {
  std::string whole = R"({"name": "n", "schema": {"fields": [{"name": "a", "type": "string"}]}})";
  for (size_t cut = 1; cut < whole.size(); ++cut) {
    EXPECT_NE(open_in(whole.substr(0, cut)), "none") << cut;
  }
  EXPECT_EQ(open_in(whole), "none");
}

}  // namespace
}  // namespace silversmith::contract
