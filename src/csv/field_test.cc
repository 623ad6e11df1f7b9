// SPDX-License-Identifier: Apache-2.0
#include "csv/field.h"

#include <gtest/gtest.h>

#include <string>

namespace silversmith::csv {
namespace {

TEST(Field, is_a_view_when_nothing_is_escaped) {
  TextArena arena;
  std::string_view span = "\"a,b\"";
  FieldText field = field_text(span, {}, arena);
  EXPECT_EQ(field.text, "a,b");
  EXPECT_TRUE(field.quoted);
  EXPECT_EQ(field.text.data(), span.data() + 1);
  EXPECT_FALSE(field_text("12\" wide", {}, arena).quoted);
  EXPECT_EQ(field_text("12\" wide", {}, arena).text, "12\" wide");
}

TEST(Field, drops_doubled_quotes_and_escapes) {
  TextArena arena;
  EXPECT_EQ(field_text("\"\"\"a\"\"b\"", {}, arena).text, "\"a\"b");
  EXPECT_EQ(field_text("\"\"", {}, arena).text, "");
  EXPECT_TRUE(field_text("\"\"", {}, arena).quoted);
  Dialect dialect;
  dialect.escape = '\\';
  EXPECT_EQ(field_text("\"a\\\"b\\\\\"", dialect, arena).text, "a\"b\\");
}

TEST(Field, drops_initial_spaces_when_the_dialect_says_so) {
  TextArena arena;
  Dialect dialect;
  EXPECT_EQ(field_text("  \"a\"", dialect, arena).text, "  \"a\"");
  dialect.skip_initial_space = true;
  EXPECT_EQ(field_text("  \"a\"", dialect, arena).text, "a");
  EXPECT_EQ(field_text("   ", dialect, arena).text, "");
}

TEST(TextArena, never_moves_what_it_gave_out) {
  TextArena arena;
  char* first = arena.allocate(3);
  first[0] = 'x';
  for (int i = 0; i < 5000; ++i) arena.allocate(100);
  arena.allocate(size_t{1} << 20);
  EXPECT_EQ(first[0], 'x');
  arena.clear();
  EXPECT_EQ(arena.allocate(3), first);
}

}  // namespace
}  // namespace silversmith::csv
