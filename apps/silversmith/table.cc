// SPDX-License-Identifier: Apache-2.0
#include "table.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace silversmith::app {

namespace {

constexpr size_t cell_characters_max = 60;

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }

size_t characters(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string shown_cell(const std::string& cell) {
  std::string text = printable(cell) == cell ? cell : show(cell, 200);
  if (characters(text) <= cell_characters_max) return text;
  size_t kept = 0;
  size_t at = 0;
  while (at < text.size() && kept < cell_characters_max - 3) {
    ++at;
    while (at < text.size() && !starts_character(text[at])) ++at;
    ++kept;
  }
  return text.substr(0, at) + "...";
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.,+-% e") == std::string::npos;
}

}  // namespace

Table::Table(const std::vector<std::string>& header) : rows_(1) {
  for (const std::string& cell : header) rows_.front().push_back(shown_cell(cell));
}

void Table::add(std::vector<std::string> cells) {
  SMITH_CHECK(cells.size() == rows_.front().size(), "a row of another width");
  for (std::string& cell : cells) cell = shown_cell(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  size_t columns = rows_.front().size();
  std::vector<size_t> widths(columns, 0);
  std::vector<bool> numeric(columns, rows_.size() > 1);
  for (size_t r = 0; r < rows_.size(); ++r) {
    for (size_t c = 0; c < columns; ++c) {
      widths[c] = std::max(widths[c], characters(rows_[r][c]));
      if (r > 0 && rows_[r][c] != "null" && !is_number(rows_[r][c])) numeric[c] = false;
    }
  }
  std::string out;
  for (const auto& row : rows_) {
    if (!out.empty()) out += '\n';
    std::string line;
    for (size_t c = 0; c < columns; ++c) {
      std::string blanks(widths[c] - characters(row[c]), ' ');
      line += c == 0 ? "" : "  ";
      line += numeric[c] ? blanks + row[c] : row[c] + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line;
  }
  return out;
}

}  // namespace silversmith::app
