// SPDX-License-Identifier: Apache-2.0
#include "frame/cells.h"

#include <gtest/gtest.h>

#include "support/made_cells.h"
#include "support/made_records.h"

namespace silversmith::frame {
namespace {

std::vector<std::string> gathered(CellReader& reader, const csv::Records& records, uint32_t field) {
  std::vector<Text> cells(records.count);
  reader.gather(field, Margin::wanted, cells.data());
  std::vector<std::string> texts;
  for (Text cell : cells) texts.emplace_back(cell.data, cell.size);
  return texts;
}

TEST(CellReader, gathers_a_field_without_quotes_around_it) {
  using Texts = std::vector<std::string>;
  csv::Dialect dialect;
  CellReader reader(dialect);
  MadeRecords plain("a,b\n,\nccc,d\r\n", 2);
  reader.begin(*plain);
  EXPECT_EQ(gathered(reader, *plain, 0), (Texts{"a", "", "ccc"}));
  EXPECT_EQ(gathered(reader, *plain, 1), (Texts{"b", "", "d"}));
  MadeRecords quoted("\"a\",\"x\"\"y\"\n\"\",\n,\"\"\n", 2);
  reader.begin(*quoted);
  EXPECT_EQ(gathered(reader, *quoted, 0), (Texts{"a", "", ""}));
  EXPECT_EQ(reader.quoted_empty(), (std::vector<uint32_t>{1}));
  EXPECT_EQ(gathered(reader, *quoted, 1), (Texts{"x\"y", "", ""}));
  EXPECT_EQ(reader.quoted_empty(), (std::vector<uint32_t>{2}));
}

TEST(CellReader, drops_blanks_where_the_dialect_says_so) {
  csv::Dialect dialect;
  dialect.skip_initial_space = true;
  CellReader reader(dialect);
  MadeRecords records("a,  b\nc, \n", 2, dialect);
  reader.begin(*records);
  EXPECT_EQ(gathered(reader, *records, 1), (std::vector<std::string>{"b", ""}));
  EXPECT_TRUE(reader.quoted_empty().empty());
}

TEST(CellReader, leaves_a_margin_around_unescaped_cells) {
  csv::Dialect dialect;
  CellReader reader(dialect);
  MadeRecords records("\"1\"\"2\"\n", 1);
  reader.begin(*records);
  Text cell;
  reader.gather(0, Margin::wanted, &cell);
  // Under ASan these reads fail when the margin is missing.
  for (int i = 1; i <= 64; ++i) EXPECT_EQ(cell.data[-i], 0);
  for (int i = 0; i < 64; ++i) EXPECT_EQ(cell.data[cell.size + static_cast<uint32_t>(i)], 0);
}

uint32_t marked(const std::vector<std::string>& tokens, const std::vector<std::string>& cells,
                std::vector<Mark>* marks) {
  MadeCells made(cells);
  uint32_t nulls = NullTokens(tokens).mark(made.cells, made.marks.data());
  *marks = made.marks;
  return nulls;
}

TEST(NullTokens, match_whole_cells_only) {
  std::vector<Mark> marks;
  EXPECT_EQ(marked({}, {"", "a"}, &marks), 0U);
  EXPECT_EQ(marked({""}, {"", "a", ""}, &marks), 2U);
  EXPECT_EQ(marks, (std::vector<Mark>{Mark::null, Mark::good, Mark::null}));
  EXPECT_EQ(marked({"NA"}, {"", "NA", "NAN", "N", "na"}, &marks), 1U);
  EXPECT_EQ(marks[1], Mark::null);
  std::string lengthy(70, 'n');
  EXPECT_EQ(marked({"", lengthy}, {lengthy, lengthy + "n", std::string(63, 'n'), ""}, &marks), 2U);
  EXPECT_EQ(marks[0], Mark::null);
}

}  // namespace
}  // namespace silversmith::frame
