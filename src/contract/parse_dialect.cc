// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/limits.h"
#include "base/text.h"
#include "contract/parse_parts.h"

namespace silversmith::contract {
namespace {

using std::string_view;

// Whether an empty text, which switches the feature off, is a value.
enum class Empty : uint8_t { refused, allowed };

std::optional<std::string> read_byte(const YamlNode* node, const std::string& property, Empty empty,
                                     Problems& problems) {
  if (node == nullptr) return std::nullopt;
  std::optional<std::string> text = read_text(*node, property, problems);
  if (!text) return std::nullopt;
  if (text->size() > 1) {
    problems.add(*node, property + ": " + show(*text) +
                            " is longer than one byte, which is not supported yet");
    return std::nullopt;
  }
  if (text->empty() && empty == Empty::refused) {
    problems.wanted(*node, property, "one character");
    return std::nullopt;
  }
  bool unusable = *text == "\n" || *text == "\r" || *text == string_view("\0", 1);
  if (unusable) {
    problems.wanted(*node, property, "a character that is neither NUL nor a line end");
    return std::nullopt;
  }
  return text;
}

std::optional<std::string> read_optional_text(const YamlNode* node, const std::string& property,
                                              Problems& problems) {
  if (node == nullptr) return std::nullopt;
  return read_text(*node, property, problems);
}

std::optional<bool> read_optional_bool(const YamlNode* node, const std::string& property,
                                       Problems& problems) {
  if (node == nullptr) return std::nullopt;
  return read_bool(*node, property, problems);
}

std::optional<std::string> read_line_terminator(const YamlNode* node, const std::string& property,
                                                Problems& problems) {
  std::optional<std::string> text = read_optional_text(node, property, problems);
  if (!text || *text == "\n" || *text == "\r\n" || *text == "\r") return text;
  problems.wanted(*node, property, R"("\n", "\r\n" or "\r")");
  return std::nullopt;
}

std::optional<std::vector<uint32_t>> read_header_rows(const YamlNode* node,
                                                      const std::string& property,
                                                      Problems& problems) {
  if (node == nullptr) return std::nullopt;
  if (node->kind != YamlKind::list || node->items.empty()) {
    problems.wanted(*node, property, "a list of row numbers");
    return std::nullopt;
  }
  std::vector<uint32_t> rows;
  for (const YamlNode& item : node->items) {
    std::optional<uint64_t> row = read_count(item, property, problems);
    if (!row) continue;
    bool ascending = *row >= 1 && (rows.empty() || *row > rows.back());
    if (!ascending || *row > limits::lead_records_max) {
      problems.wanted(
          item, property,
          "ascending row numbers from 1 to " + std::to_string(limits::lead_records_max));
      continue;
    }
    rows.push_back(static_cast<uint32_t>(*row));
  }
  return rows;
}

// Settings that contradict each other.
void check_together(const YamlNode& node, const DeclaredDialect& dialect, Problems& problems) {
  string_view delimiter = dialect.delimiter ? string_view(*dialect.delimiter) : ",";
  string_view quote = dialect.quote_char ? string_view(*dialect.quote_char) : "\"";
  if (delimiter == quote) {
    problems.add(node, "dialect: delimiter and quoteChar are both " + show(quote));
  }
  if (dialect.escape_char && !dialect.escape_char->empty()) {
    if (*dialect.escape_char == delimiter) {
      problems.add(node, "dialect: delimiter and escapeChar are both " + show(delimiter));
    }
    if (dialect.double_quote.value_or(false)) {
      problems.add(node, "dialect: escapeChar and doubleQuote: true exclude each other");
    }
  }
  if (!dialect.header.value_or(true) && dialect.header_rows) {
    problems.add(node, "dialect: header: false and headerRows exclude each other");
  }
}

}  // namespace

void parse_dialect(const YamlNode& node, DeclaredDialect& dialect, Problems& problems) {
  MapReader map(node, "dialect", problems);
  auto byte = [&](string_view name, Empty empty) {
    return read_byte(map.take(name), map.path(name), empty, problems);
  };
  auto text = [&](string_view name) {
    return read_optional_text(map.take(name), map.path(name), problems);
  };
  auto flag = [&](string_view name) {
    return read_optional_bool(map.take(name), map.path(name), problems);
  };
  map.ignore({"$schema"});
  dialect.delimiter = byte("delimiter", Empty::refused);
  dialect.quote_char = byte("quoteChar", Empty::allowed);
  dialect.escape_char = byte("escapeChar", Empty::allowed);
  dialect.double_quote = flag("doubleQuote");
  dialect.skip_initial_space = flag("skipInitialSpace");
  dialect.line_terminator =
      read_line_terminator(map.take("lineTerminator"), map.path("lineTerminator"), problems);
  dialect.comment_char = text("commentChar");
  dialect.null_sequence = text("nullSequence");
  dialect.header = flag("header");
  dialect.header_rows = read_header_rows(map.take("headerRows"), map.path("headerRows"), problems);
  dialect.header_join = text("headerJoin");
  constexpr std::array<string_view, 9> later = {"commentRows", "property",  "itemType",
                                                "itemKeys",    "sheetName", "sheetNumber",
                                                "table",       "profile",   "csvddfVersion"};
  map.not_yet(later);
  map.finish();
  check_together(node, dialect, problems);
}

}  // namespace silversmith::contract
