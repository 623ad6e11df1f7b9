// SPDX-License-Identifier: Apache-2.0
#include "support/value_oracle.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <regex>
#include <set>

namespace silversmith::oracle {

namespace {

// Compiling a pattern costs far more than matching it: each is compiled once.
std::smatch match(const std::string& text, const char* pattern) {
  static std::map<std::string, std::regex> compiled;
  auto [place, added] = compiled.try_emplace(pattern);
  if (added) place->second = std::regex(pattern, std::regex::optimize);
  std::smatch found;
  std::regex_match(text, found, place->second);
  return found;
}

bool leap(int64_t year) { return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0); }

std::optional<int64_t> count_days(int64_t year, int64_t month, int64_t day) {
  const std::vector<int64_t> lengths = {
      31, leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1 || month < 1 || month > 12 || day < 1) return std::nullopt;
  if (day > lengths[static_cast<size_t>(month - 1)]) return std::nullopt;
  int64_t days = 0;
  for (int64_t y = 1970; y < year; ++y) days += leap(y) ? 366 : 365;
  for (int64_t y = year; y < 1970; ++y) days -= leap(y) ? 366 : 365;
  for (int64_t m = 1; m < month; ++m) days += lengths[static_cast<size_t>(m - 1)];
  return days + day - 1;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

}  // namespace

std::optional<int64_t> integer(std::string_view text) {
  std::string whole(text);
  if (match(whole, "[-+]?[0-9]+").empty()) return std::nullopt;
  errno = 0;
  int64_t value = std::strtoll(whole.c_str(), nullptr, 10);
  if (errno == ERANGE) return std::nullopt;
  return value;
}

std::optional<double> number(std::string_view text) {
  std::string whole(text);
  std::string word = upper(text);
  if (word == "NAN") return std::nan("");
  if (word == "INF") return HUGE_VAL;
  if (word == "-INF") return -HUGE_VAL;
  if (match(whole, "[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)?").empty()) {
    return std::nullopt;
  }
  double value = std::strtod(whole.c_str(), nullptr);
  if (std::isinf(value)) return std::nullopt;
  return value;
}

std::optional<std::string> decimal(std::string_view text, int precision, int scale) {
  std::string whole(text);
  std::smatch found = match(whole, "([-+]?)([0-9]*)[.]?([0-9]*)(?:[eE]([-+]?[0-9]{1,4}))?");
  if (found.empty() || (found[2].length() == 0 && found[3].length() == 0)) return std::nullopt;
  std::string digits = found[2].str() + found[3].str();
  long zeros = scale - static_cast<long>(found[3].length());
  zeros += std::strtol(found[4].str().c_str(), nullptr, 10);
  for (; zeros > 0; --zeros) digits += "0";
  for (; zeros < 0; ++zeros) {
    if (!digits.empty() && digits.back() != '0') return std::nullopt;
    if (!digits.empty()) digits.pop_back();
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (static_cast<int>(digits.size()) > precision) return std::nullopt;
  if (digits.empty()) return "0";
  return (found[1].str() == "-" ? "-" : "") + digits;
}

std::optional<int64_t> date(std::string_view text) {
  std::string whole(text);
  std::smatch found = match(whole, "([0-9]{4})-([0-9]{2})-([0-9]{2})");
  if (found.empty()) return std::nullopt;
  return count_days(std::stol(found[1]), std::stol(found[2]), std::stol(found[3]));
}

std::optional<int64_t> timestamp(std::string_view text, Offset offset) {
  std::string whole(text);
  std::smatch found = match(whole,
                            "([0-9-]{10})[T ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])"
                            "(?:[.]([0-9]{1,6}))?)?(Z|([-+])([01][0-9]|2[0-3])"
                            "(?::?([0-5][0-9]))?)?");
  if (found.empty()) return std::nullopt;
  std::optional<int64_t> days = date(found[1].str());
  if (!days || found[6].matched != (offset == Offset::wanted)) return std::nullopt;
  auto part = [&found](size_t index) {
    return found[index].length() > 0 ? std::stol(found[index]) : 0;
  };
  int64_t seconds = *days * 86400 + part(2) * 3600 + part(3) * 60 + part(4);
  int64_t away = part(8) * 3600 + part(9) * 60;
  seconds -= found[7].str() == "-" ? -away : away;
  if (seconds < *count_days(1, 1, 1) * 86400) return std::nullopt;
  if (seconds >= (*count_days(9999, 12, 31) + 1) * 86400) return std::nullopt;
  std::string fraction = found[5].str();
  fraction.resize(6, '0');
  return seconds * 1'000'000 + (found[5].length() > 0 ? std::stol(fraction) : 0);
}

std::string infer(const std::vector<std::string>& cells) {
  std::set<std::string> kinds;
  bool wide = false;
  for (const std::string& cell : cells) {
    if (cell.empty()) continue;
    std::optional<double> value = number(cell);
    bool form = !match(cell, "-?(([0-9]*[.][0-9]+|[0-9]+[.]?)([eE][-+]?[0-9]+)?)").empty();
    bool zero = !match(cell, "-?0[0-9].*").empty();
    bool point = cell.find('.') != std::string::npos;
    bool plain = !match(cell, "-?[0-9]+").empty();
    bool far = value && std::abs(*value) > 9007199254740992.0;
    if (plain) far = cell.size() > 17 || (integer(cell) && std::abs(*integer(cell)) > 1LL << 53);
    if (plain && !zero && integer(cell)) {
      kinds.insert("int64");
      wide = wide || far;
    } else if (form && value && !zero && (point || !far)) {
      kinds.insert("double");
    } else if (upper(cell) == "TRUE" || upper(cell) == "FALSE") {
      bool written = !match(cell, "true|True|TRUE|false|False|FALSE").empty();
      kinds.insert(written ? "boolean" : "text");
    } else if (date(cell)) {
      kinds.insert("date");
    } else if (timestamp(cell, Offset::none)) {
      kinds.insert("timestamp");
    } else {
      kinds.insert(timestamp(cell, Offset::wanted) ? "timestamp(utc)" : "text");
    }
  }
  if (kinds.size() == 1) return *kinds.begin();
  bool numeric = kinds == std::set<std::string>{"double", "int64"};
  return numeric && !wide ? "double" : "text";
}

}  // namespace silversmith::oracle
