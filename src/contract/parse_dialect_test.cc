// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/parse_parts.h"

namespace silversmith::contract {
namespace {

struct Parsed {
  DeclaredDialect dialect;
  std::string error;
};

Parsed parse(std::string_view text) {
  YamlNode node = *parse_yaml(text, "f");
  Problems problems("f");
  Parsed parsed;
  parse_dialect(node, parsed.dialect, problems);
  if (!problems.empty()) parsed.error = problems.error().message;
  return parsed;
}

TEST(ParseDialect, reads_every_key_of_text) {
  Parsed parsed = parse(
      "{$schema: x, delimiter: \"\\t\", quoteChar: \"'\", doubleQuote: false, escapeChar: '!',\n"
      " skipInitialSpace: true, lineTerminator: \"\\n\", commentChar: '//', nullSequence: '\\N',\n"
      " header: true, headerRows: [2, 3], headerJoin: '-'}");
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.dialect.delimiter, "\t");
  EXPECT_EQ(parsed.dialect.quote_char, "'");
  EXPECT_EQ(parsed.dialect.double_quote, false);
  EXPECT_EQ(parsed.dialect.escape_char, "!");
  EXPECT_EQ(parsed.dialect.skip_initial_space, true);
  EXPECT_EQ(parsed.dialect.line_terminator, "\n");
  EXPECT_EQ(parsed.dialect.comment_char, "//");
  EXPECT_EQ(parsed.dialect.null_sequence, "\\N");
  EXPECT_EQ(parsed.dialect.header, true);
  EXPECT_EQ(parsed.dialect.header_rows, (std::vector<uint32_t>{2, 3}));
  EXPECT_EQ(parsed.dialect.header_join, "-");
}

TEST(ParseDialect, what_is_absent_stays_open) {
  Parsed parsed = parse("{}");
  EXPECT_EQ(parsed.error, "");
  EXPECT_FALSE(parsed.dialect.delimiter || parsed.dialect.header || parsed.dialect.header_rows);
}

TEST(ParseDialect, refuses_what_is_not_read) {
  const std::pair<const char*, const char*> cases[] = {
      {"{delimiter: '||'}", "longer than one byte, which is not supported yet"},
      {"{delimiter: '€'}", "longer than one byte"},
      {"{delimiter: ''}", "wanted one character"},
      {"{delimiter: \"\\n\"}", "neither NUL nor a line end"},
      {"{delimiter: \"\\0\"}", "neither NUL nor a line end"},
      {"{delimiter: '\"'}", "delimiter and quoteChar are both"},
      {"{escapeChar: ','}", "delimiter and escapeChar are both"},
      {"{escapeChar: '\\', doubleQuote: true}", "exclude each other"},
      {"{header: false, headerRows: [1]}", "exclude each other"},
      {"{header: 'false'}", "true or false"},
      {"{headerRows: []}", "a list of row numbers"},
      {"{headerRows: [2, 1]}", "ascending row numbers"},
      {"{headerRows: [0]}", "ascending row numbers"},
      {"{headerRows: [65]}", "from 1 to 64"},
      {"{lineTerminator: '|'}", "lineTerminator"},
      {"{commentRows: [1]}", "dialect.commentRows is not supported yet"},
      {"{property: x}", "dialect.property is not supported yet"},
      {"{quotechar: x}", "did you mean quoteChar?"},
      {"[a]", "wanted a mapping"},
  };
  for (const auto& [text, wanted] : cases) {
    EXPECT_NE(parse(text).error.find(wanted), std::string::npos) << text << parse(text).error;
  }
}

}  // namespace
}  // namespace silversmith::contract
