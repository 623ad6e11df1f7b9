// SPDX-License-Identifier: Apache-2.0
#include "frame/pattern_walk.h"

#include <array>
#include <string_view>

#include "frame/civil.h"
#include "frame/digits.h"

namespace silversmith::frame {

namespace {

using contract::PatternItem;
using contract::PatternItemKind;

constexpr std::array<std::string_view, 12> month_names = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

struct Parts {
  uint32_t year = 1970;
  uint32_t month = 1;
  uint32_t day = 1;
  uint32_t day_of_year = 0;  // 0: none given
  uint32_t hour = 0;
  bool hour_is_half = false;
  bool afternoon = false;
  uint32_t minute = 0;
  uint32_t second = 0;
  uint32_t micros = 0;
};

// A cell and how far it has been read.
struct Walk {
  const char* at;
  const char* end;
  Parts parts;
  WalkedTime* out;

  size_t left() const { return static_cast<size_t>(end - at); }

  // Exactly `count` digits, least..most.
  bool number(uint32_t count, uint32_t least, uint32_t most, uint32_t* value) {
    if (left() < count) return false;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; ++i) {
      if (!is_digit(at[i])) return false;
      sum = sum * 10 + static_cast<uint32_t>(at[i] - '0');
    }
    at += count;
    *value = sum;
    return sum >= least && sum <= most;
  }

  bool word(std::string_view lower) {
    if (left() < lower.size()) return false;
    for (size_t i = 0; i < lower.size(); ++i) {
      if ((at[i] | 0x20) != lower[i]) return false;
    }
    at += lower.size();
    return true;
  }

  // The full name is tried before its first three letters.
  bool month_name() {
    for (uint32_t i = 0; i < month_names.size(); ++i) {
      if (word(month_names[i]) || word(month_names[i].substr(0, 3))) {
        parts.month = i + 1;
        return true;
      }
    }
    return false;
  }

  bool year_short() {
    uint32_t value = 0;
    if (!number(2, 0, 99, &value)) return false;
    parts.year = value <= 68 ? 2000 + value : 1900 + value;
    return true;
  }

  bool day_blank() {
    if (left() > 0 && *at == ' ') {
      ++at;
      return number(1, 1, 9, &parts.day);
    }
    uint32_t count = left() >= 2 && is_digit(at[1]) ? 2 : 1;
    return number(count, 1, 31, &parts.day);
  }

  bool half() {
    parts.afternoon = word("pm");
    return parts.afternoon || word("am");
  }

  bool fraction() {
    uint32_t count = 0;
    uint32_t value = 0;
    for (; at < end && count < 6 && is_digit(*at); ++at, ++count) {
      value = value * 10 + static_cast<uint32_t>(*at - '0');
    }
    if (count == 0) return false;
    for (; count < 6; ++count) value *= 10;
    parts.micros = value;
    return true;
  }

  // Z, +hh:mm, +hhmm or +hh.
  bool zone() {
    out->has_zone = true;
    if (left() == 0) return false;
    char sign = *at++;
    if (sign == 'Z') return true;
    uint32_t hour = 0;
    uint32_t minute = 0;
    if ((sign != '+' && sign != '-') || !number(2, 0, 23, &hour)) return false;
    bool colon = left() >= 1 && *at == ':';
    if (colon) ++at;
    bool more = left() >= 2 && is_digit(at[0]) && is_digit(at[1]);
    if (more && !number(2, 0, 59, &minute)) return false;
    if (colon && !more) return false;
    int64_t offset = int64_t{hour * 3600 + minute * 60} * micros_per_second;
    out->offset = sign == '-' ? -offset : offset;
    return true;
  }

  bool take(const PatternItem& item) {
    switch (item.kind) {
      case PatternItemKind::literal:
        if (at == end || *at != item.byte) return false;
        ++at;
        return true;
      case PatternItemKind::year: return number(4, 1, 9999, &parts.year);
      case PatternItemKind::year_short: return year_short();
      case PatternItemKind::month: return number(2, 1, 12, &parts.month);
      case PatternItemKind::month_name: return month_name();
      case PatternItemKind::day: return number(2, 1, 31, &parts.day);
      case PatternItemKind::day_blank: return day_blank();
      case PatternItemKind::day_of_year: return number(3, 1, 366, &parts.day_of_year);
      case PatternItemKind::hour: return number(2, 0, 23, &parts.hour);
      case PatternItemKind::hour_half:
        parts.hour_is_half = true;
        return number(2, 1, 12, &parts.hour);
      case PatternItemKind::half: return half();
      case PatternItemKind::minute: return number(2, 0, 59, &parts.minute);
      case PatternItemKind::second: return number(2, 0, 59, &parts.second);
      case PatternItemKind::fraction: return fraction();
      case PatternItemKind::zone: return zone();
    }
    SMITH_CHECK(false, "no such pattern item");
  }

  bool seal() {
    Civil date{parts.year, parts.month, parts.day};
    if (!is_civil(date)) return false;
    out->days = days_from_civil(date);
    if (parts.day_of_year > 0) {
      if (parts.day_of_year > (is_leap(parts.year) ? 366U : 365U)) return false;
      out->days = days_from_civil({parts.year, 1, 1}) + static_cast<int32_t>(parts.day_of_year) - 1;
    }
    uint32_t hour = parts.hour;
    if (parts.hour_is_half) hour = hour % 12 + (parts.afternoon ? 12 : 0);
    out->clock =
        int64_t{hour * 3600 + parts.minute * 60 + parts.second} * micros_per_second + parts.micros;
    return true;
  }
};

}  // namespace

bool walk_pattern(const contract::Pattern& pattern, Text cell, WalkedTime* out) {
  Walk walk{cell.data, cell.data + cell.size, {}, out};
  for (const PatternItem& item : pattern.items) {
    if (!walk.take(item)) return false;
  }
  return walk.at == walk.end && walk.seal();
}

}  // namespace silversmith::frame
