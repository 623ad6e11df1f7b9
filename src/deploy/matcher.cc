// SPDX-License-Identifier: Apache-2.0
#include "deploy/matcher.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace silversmith::deploy {

namespace {

// A decimal number as it is written: digits without zeros at either end, times ten to `exponent`.
struct Digits {
  bool negative = false;
  std::string digits;
  int64_t exponent = 0;
  bool operator==(const Digits&) const = default;
};

Digits digits_of(std::string_view literal) {
  Digits out;
  if (literal.starts_with('-')) {
    out.negative = true;
    literal.remove_prefix(1);
  }
  size_t e = literal.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view power = literal.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    // A power beyond any double's: no double is equal, whatever it is.
    auto [end, wrong] = std::from_chars(power.data(), power.data() + power.size(), out.exponent);
    if (wrong != std::errc() || std::abs(out.exponent) > 100'000) out.exponent = 100'000;
    literal = literal.substr(0, e);
  }
  bool in_fraction = false;
  for (char c : literal) {
    if (c == '.') {
      in_fraction = true;
      continue;
    }
    out.digits.push_back(c);
    if (in_fraction) --out.exponent;
  }
  while (out.digits.ends_with('0')) {
    out.digits.pop_back();
    ++out.exponent;
  }
  out.digits.erase(0, out.digits.find_first_not_of('0'));
  return out.digits.empty() ? Digits() : out;
}

// The first place of `piece` in `text` from `from`, or npos. Knuth, Morris and Pratt: `text` is
// read once, whatever repeats in it.
size_t find_piece(std::string_view text, std::string_view piece, size_t from) {
  if (piece.empty()) return from;
  std::vector<size_t> border(piece.size(), 0);
  for (size_t i = 1, k = 0; i < piece.size(); ++i) {
    while (k > 0 && piece[i] != piece[k]) k = border[k - 1];
    if (piece[i] == piece[k]) ++k;
    border[i] = k;
  }
  for (size_t i = from, k = 0; i < text.size(); ++i) {
    while (k > 0 && text[i] != piece[k]) k = border[k - 1];
    if (text[i] == piece[k]) ++k;
    if (k == piece.size()) return i + 1 - k;
  }
  return std::string_view::npos;
}

bool in_range(double number, const Comparison& range) {
  if (range.low && (number < range.low->at || (range.low->open && number == range.low->at))) {
    return false;
  }
  return !range.high || number < range.high->at || (!range.high->open && number == range.high->at);
}

}  // namespace

std::optional<double> exact_number(std::string_view literal) {
  double value = 0;
  auto [end, wrong] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
  if (wrong != std::errc() || end != literal.data() + literal.size()) return std::nullopt;
  char shortest[40];
  auto printed = std::to_chars(shortest, shortest + sizeof shortest, value);
  std::string_view text(shortest, static_cast<size_t>(printed.ptr - shortest));
  if (!std::isfinite(value) || digits_of(text) != digits_of(literal)) return std::nullopt;
  return value;
}

Value string_value(std::string_view text) { return {'"' + std::string(text) + '"', std::nullopt}; }

Value value_of(const Json& json) {
  if (json.is_string()) return string_value(json.as_string());
  std::string literal = json.dump();
  if (!json.is_number()) return {literal, std::nullopt};
  return {literal, exact_number(literal)};
}

bool Comparison::holds(const Value& value) const {
  const std::string& found = value.text;
  switch (kind) {
    case MatchKind::exact: return found == text;
    case MatchKind::ignoring_case: return equal_ignoring_case(found, text);
    case MatchKind::prefix: return found.starts_with(text);
    case MatchKind::prefix_ignoring_case:
      return found.size() >= text.size() &&
             equal_ignoring_case(std::string_view(found).substr(0, text.size()), text);
    case MatchKind::suffix: return found.ends_with(text);
    case MatchKind::suffix_ignoring_case: return ends_with_ignoring_case(found, text);
    case MatchKind::wildcard: return wildcard_matches(pieces, found);
    case MatchKind::number: return value.number.has_value() && *value.number == number;
    case MatchKind::range: return value.number.has_value() && in_range(*value.number, *this);
    case MatchKind::present: return true;
    case MatchKind::absent: return false;
  }
  return false;
}

bool Matcher::holds(const Value& value) const {
  // {"anything-but": {"prefix": []}} is valid for event-ruler, and matches nothing.
  if (comparisons.empty()) return false;
  bool any = std::any_of(comparisons.begin(), comparisons.end(),
                         [&](const Comparison& one) { return one.holds(value); });
  return any != but;
}

bool Matcher::asks_for_absence() const {
  return !comparisons.empty() && comparisons.front().kind == MatchKind::absent;
}

Result<std::vector<std::string>> wildcard_pieces(std::string_view text) {
  std::string quoted = string_value(text).text;  // places count the quote, as AWS's do
  auto wrong = [](std::string_view what, size_t at) {
    return Error{Code::invalid, std::string(what) + " at pos " + std::to_string(at), "", ""};
  };
  std::vector<std::string> pieces(1);
  for (size_t i = 0; i < quoted.size(); ++i) {
    char next = i + 1 < quoted.size() ? quoted[i + 1] : '\0';
    if (quoted[i] == '*') {
      if (next == '*') return wrong("Consecutive wildcard characters", i);
      pieces.emplace_back();
    } else if (quoted[i] != '\\') {
      pieces.back().push_back(quoted[i]);
    } else if (next == '*' || next == '\\') {
      pieces.back().push_back(next);
      ++i;
    } else {
      return wrong("Invalid escape character", i);
    }
  }
  return pieces;
}

bool wildcard_matches(const std::vector<std::string>& pieces, std::string_view text) {
  if (pieces.size() == 1) return text == pieces.front();
  if (!text.starts_with(pieces.front())) return false;
  size_t at = pieces.front().size();
  for (size_t i = 1; i + 1 < pieces.size(); ++i) {
    // The first place leaves the most for the pieces behind it.
    at = find_piece(text, pieces[i], at);
    if (at == std::string_view::npos) return false;
    at += pieces[i].size();
  }
  return text.size() - at >= pieces.back().size() && text.ends_with(pieces.back());
}

}  // namespace silversmith::deploy
