// SPDX-License-Identifier: Apache-2.0
#include "table.h"

#include <gtest/gtest.h>

namespace silversmith::app {
namespace {

TEST(Table, puts_texts_left_and_numbers_right) {
  Table table({"name", "rows"});
  table.add({"a", "1"});
  table.add({"longer", "1000"});
  EXPECT_EQ(table.rows(), 2U);
  EXPECT_EQ(table.text(), "name    rows\na          1\nlonger  1000");
}

TEST(Table, a_null_among_numbers_leaves_them_right) {
  Table table({"n"});
  table.add({"1000"});
  table.add({"null"});
  table.add({"7"});
  EXPECT_EQ(table.text(), "   n\n1000\nnull\n   7");
}

TEST(Table, shows_control_bytes_and_broken_text_escaped) {
  Table table({"x\033[31m"});
  table.add({"a\033[31m"});
  table.add({"\xff"});
  table.add(
      {"\xC2\x9B"
       "31m"});
  EXPECT_EQ(table.text().find('\033'), std::string::npos);
  EXPECT_EQ(table.text().find("\xC2\x9B"), std::string::npos);
  EXPECT_NE(table.text().find("\\xFF"), std::string::npos) << table.text();
}

TEST(Table, cuts_long_cells_between_characters) {
  std::string cell;
  for (int i = 0; i < 100; ++i) cell += "\xC3\xA4";
  Table table({"x"});
  table.add({cell});
  std::string want;
  for (int i = 0; i < 57; ++i) want += "\xC3\xA4";
  EXPECT_EQ(table.text(), "x\n" + want + "...");
}

TEST(Table, has_its_header_without_a_row) {
  Table table({"a", "b"});
  EXPECT_EQ(table.text(), "a  b");
}

}  // namespace
}  // namespace silversmith::app
