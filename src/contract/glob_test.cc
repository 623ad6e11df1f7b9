// SPDX-License-Identifier: Apache-2.0
#include "contract/glob.h"

#include <gtest/gtest.h>

#include <random>

namespace silversmith::contract {
namespace {

TEST(Glob, a_star_stays_within_a_segment) {
  EXPECT_TRUE(glob_matches("bronze/*.csv", "bronze/a.csv"));
  EXPECT_TRUE(glob_matches("bronze/*.csv", "bronze/.csv"));
  EXPECT_FALSE(glob_matches("bronze/*.csv", "bronze/a/b.csv"));
  EXPECT_FALSE(glob_matches("bronze/*.csv", "bronze/a.csv.gz"));
}

TEST(Glob, two_stars_cross_segments_and_may_be_nothing) {
  EXPECT_TRUE(glob_matches("a/**/b", "a/b"));
  EXPECT_TRUE(glob_matches("a/**/b", "a/x/b"));
  EXPECT_TRUE(glob_matches("a/**/b", "a/x/y/b"));
  EXPECT_FALSE(glob_matches("a/**/b", "a/xb"));
  EXPECT_FALSE(glob_matches("a/**/b", "ab"));
  EXPECT_TRUE(glob_matches("bronze/orders/**", "bronze/orders/2024/05/x.csv"));
  EXPECT_FALSE(glob_matches("bronze/orders/**", "bronze/orders"));
  EXPECT_TRUE(glob_matches("**/x.csv", "x.csv"));
  EXPECT_TRUE(glob_matches("**/x.csv", "a/b/x.csv"));
  EXPECT_FALSE(glob_matches("**/x.csv", "a/bx.csv"));
}

TEST(Glob, a_question_mark_is_one_character_of_a_segment) {
  EXPECT_TRUE(glob_matches("a?c", "abc"));
  EXPECT_TRUE(glob_matches("a?c", "a€c"));
  EXPECT_FALSE(glob_matches("a?c", "a/c"));
  EXPECT_FALSE(glob_matches("a?c", "ac"));
  EXPECT_FALSE(glob_matches("a??c", "aéc"));
}

TEST(Glob, braces_are_alternatives_that_nest_and_may_be_empty) {
  for (const char* key : {"x.csv", "x.csv.gz", "x.csv.zst"}) {
    EXPECT_TRUE(glob_matches("x.csv{,.gz,.zst}", key)) << key;
  }
  EXPECT_FALSE(glob_matches("x.csv{,.gz,.zst}", "x.csv.bz2"));
  EXPECT_TRUE(glob_matches("{a,b{c,d}}e", "ae"));
  EXPECT_TRUE(glob_matches("{a,b{c,d}}e", "bde"));
  EXPECT_FALSE(glob_matches("{a,b{c,d}}e", "be"));
  EXPECT_TRUE(glob_matches("{a*,**}/z", "p/q/z"));
  EXPECT_TRUE(glob_matches("a,b", "a,b"));
}

TEST(Glob, is_anchored_at_both_ends) {
  EXPECT_FALSE(glob_matches("b", "abc"));
  EXPECT_FALSE(glob_matches("abc", "abcd"));
  EXPECT_FALSE(glob_matches("abcd", "abc"));
  EXPECT_TRUE(glob_matches("abc", "abc"));
}

TEST(Glob, many_stars_cost_no_backtracking) {
  std::string glob;
  for (int i = 0; i < 100; ++i) glob += "*a";
  // A backtracking matcher needs more steps for this than there are atoms.
  EXPECT_FALSE(glob_matches(glob + "b", std::string(1000, 'a')));
  EXPECT_TRUE(glob_matches(glob, std::string(1000, 'a')));
  EXPECT_FALSE(glob_matches("{*,**}{*,**}{*,**}{*,**}b", std::string(1000, 'a')));
}

// The definition, by recursion, for globs without braces and keys of ASCII.
bool oracle(std::string_view glob, std::string_view key, bool at_start = true) {
  if (glob.empty()) return key.empty();
  auto rest = [&](size_t glob_bytes, size_t key_bytes) {
    return oracle(glob.substr(glob_bytes), key.substr(key_bytes), glob[glob_bytes - 1] == '/');
  };
  if (glob.substr(0, 3) == "**/" && at_start) {
    if (rest(3, 0)) return true;
    for (size_t i = 0; i < key.size(); ++i) {
      if (key[i] == '/' && rest(3, i + 1)) return true;
    }
    return false;
  }
  if (glob.substr(0, 2) == "**") {
    for (size_t i = 0; i <= key.size(); ++i) {
      if (rest(2, i)) return true;
    }
    return false;
  }
  if (glob[0] == '*') {
    for (size_t i = 0; i <= key.size(); ++i) {
      if (rest(1, i)) return true;
      if (i < key.size() && key[i] == '/') return false;
    }
    return false;
  }
  if (key.empty()) return false;
  bool one = glob[0] == '?' ? key[0] != '/' : glob[0] == key[0];
  return one && rest(1, 1);
}

TEST(Glob, agrees_with_its_definition) {
  std::mt19937 random(7);
  auto text = [&](std::string_view alphabet, size_t size_max) {
    std::string out;
    for (size_t size = random() % (size_max + 1); out.size() < size;) {
      out.push_back(alphabet[random() % alphabet.size()]);
    }
    return out;
  };
  int matched = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string glob = text("ab/**?", 7);
    std::string key = text("ab/", 6);
    bool expected = oracle(glob, key);
    matched += expected ? 1 : 0;
    ASSERT_EQ(glob_matches(glob, key), expected) << glob << " on " << key;
  }
  EXPECT_GT(matched, 1000);
}

TEST(Glob, refuses_what_is_no_glob) {
  EXPECT_TRUE(check_glob("bronze/**/*.csv{,.gz}"));
  for (const char* glob : {"", "a{b", "a}b", "{a,{b}"}) EXPECT_FALSE(check_glob(glob)) << glob;
  EXPECT_FALSE(check_glob(std::string(1025, 'a')));
  EXPECT_FALSE(check_glob(std::string(17, '{') + std::string(17, '}')));
  EXPECT_EQ(check_glob("a{b").error().code, Code::invalid);
}

}  // namespace
}  // namespace silversmith::contract
