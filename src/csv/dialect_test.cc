// SPDX-License-Identifier: Apache-2.0
#include "csv/dialect.h"

#include <gtest/gtest.h>

namespace silversmith::csv {
namespace {

std::string problem(const Dialect& dialect) {
  auto result = dialect.validate();
  return result.ok() ? "" : result.error().message;
}

TEST(Dialect, is_valid_and_needs_line_ends_decided_by_default) {
  Dialect dialect;
  EXPECT_EQ(problem(dialect), "");
  EXPECT_FALSE(dialect.plain());
  dialect.line_end = LineEnd::newline;
  EXPECT_TRUE(dialect.plain());
}

TEST(Dialect, names_the_mark_that_is_wrong) {
  Dialect dialect;
  dialect.delimiter = '\n';
  EXPECT_NE(problem(dialect).find("delimiter"), std::string::npos);
  dialect = {};
  dialect.quote = ',';
  EXPECT_NE(problem(dialect).find("quoteChar"), std::string::npos);
  dialect = {};
  dialect.escape = '"';
  EXPECT_NE(problem(dialect).find("escapeChar"), std::string::npos);
  dialect = {};
  dialect.comment = "\"x";
  EXPECT_NE(problem(dialect).find("commentChar"), std::string::npos);
}

TEST(Dialect, refuses_header_rows_that_do_not_ascend) {
  Dialect dialect;
  dialect.header_rows = {2, 2};
  EXPECT_NE(problem(dialect).find("headerRows"), std::string::npos);
  dialect.header_rows = {};
  EXPECT_NE(problem(dialect).find("headerRows"), std::string::npos);
  dialect.header = false;
  EXPECT_EQ(problem(dialect), "");
}

TEST(Dialect, is_not_plain_with_an_escape_or_comments) {
  Dialect dialect;
  dialect.line_end = LineEnd::newline;
  dialect.escape = '\\';
  EXPECT_FALSE(dialect.plain());
  dialect.escape = 0;
  dialect.comment = "#";
  EXPECT_FALSE(dialect.plain());
}

}  // namespace
}  // namespace silversmith::csv
