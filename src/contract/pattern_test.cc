// SPDX-License-Identifier: Apache-2.0
#include "contract/pattern.h"

#include <gtest/gtest.h>

namespace silversmith::contract {
namespace {

using Kind = PatternItemKind;

std::string error_of(std::string_view format, PatternUse use) {
  auto pattern = compile_pattern(format, use);
  return pattern ? "no error" : pattern.error().message;
}

TEST(Pattern, default_is_iso) {
  for (auto use : {PatternUse::date, PatternUse::time, PatternUse::datetime}) {
    EXPECT_EQ(*compile_pattern("default", use), Pattern{});
    EXPECT_EQ(*compile_pattern("fmt:default", use), Pattern{});
  }
}

TEST(Pattern, compiles_directives_and_literals_in_order) {
  Pattern pattern = *compile_pattern("%d.%m.%Y 100%%", PatternUse::date);
  std::vector<PatternItem> wanted = {
      {Kind::day, 0},       {Kind::literal, '.'}, {Kind::month, 0},     {Kind::literal, '.'},
      {Kind::year, 0},      {Kind::literal, ' '}, {Kind::literal, '1'}, {Kind::literal, '0'},
      {Kind::literal, '0'}, {Kind::literal, '%'}};
  EXPECT_EQ(pattern.items, wanted);
  EXPECT_FALSE(pattern.iso);
  EXPECT_FALSE(pattern.zone);
}

TEST(Pattern, drops_the_old_prefix) {
  EXPECT_EQ(*compile_pattern("fmt:%Y-%m-%d", PatternUse::date),
            *compile_pattern("%Y-%m-%d", PatternUse::date));
}

TEST(Pattern, a_zone_directive_makes_it_zoned) {
  EXPECT_TRUE(compile_pattern("%Y-%m-%dT%H:%M:%S%z", PatternUse::datetime)->zone);
  EXPECT_FALSE(compile_pattern("%Y-%m-%dT%H:%M:%S", PatternUse::datetime)->zone);
}

TEST(Pattern, knows_every_directive) {
  EXPECT_TRUE(compile_pattern("%y %b %e %I %M %S %f %p", PatternUse::datetime));
  EXPECT_TRUE(compile_pattern("%B %d, %Y", PatternUse::date));
  EXPECT_TRUE(compile_pattern("%Y%j", PatternUse::date));
  EXPECT_TRUE(compile_pattern("%H:%M", PatternUse::time));
}

TEST(Pattern, refuses_unknown_and_repeated_directives) {
  EXPECT_EQ(error_of("%Y-%Q", PatternUse::date)
                .find("format \"%Y-%Q\" has the unknown directive "
                      "\"%Q\""),
            0U);
  EXPECT_NE(error_of("%Y-%m-%d %y", PatternUse::date).find("twice"), std::string::npos);
  EXPECT_NE(error_of("%Y-%m-%d%", PatternUse::date).find("lone %"), std::string::npos);
  EXPECT_NE(error_of("any", PatternUse::date).find("not supported"), std::string::npos);
  EXPECT_NE(error_of("YYYY-MM-DD", PatternUse::date).find("no directive"), std::string::npos);
}

struct Lacking {
  const char* format;
  PatternUse use;
  const char* what;
};

TEST(Pattern, says_what_its_use_lacks_or_cannot_keep) {
  const Lacking cases[] = {
      {"%m-%d", PatternUse::date, "no year"},
      {"%Y-%m", PatternUse::date, "no month and day"},
      {"%Y %j %m", PatternUse::date, "day of the year"},
      {"%Y-%m-%d %H", PatternUse::date, "part of a time"},
      {"%H:%M %Y", PatternUse::time, "part of a date"},
      {"%H:%M%z", PatternUse::time, "zone"},
      {"%H", PatternUse::time, "no minute"},
      {"%M", PatternUse::time, "no hour"},
      {"%I:%M", PatternUse::time, "%I and %p together"},
      {"%H:%M %p", PatternUse::time, "%I and %p together"},
      {"%H:%M.%f", PatternUse::time, "without seconds"},
      {"%Y-%m-%d", PatternUse::datetime, "no hour"},
      {"%H:%M", PatternUse::datetime, "no year"},
  };
  for (const Lacking& it : cases) {
    EXPECT_NE(error_of(it.format, it.use).find(it.what), std::string::npos)
        << it.format << ": " << error_of(it.format, it.use);
  }
}

}  // namespace
}  // namespace silversmith::contract
