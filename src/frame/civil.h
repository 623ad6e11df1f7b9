// SPDX-License-Identifier: Apache-2.0
// The proleptic Gregorian calendar for the years 0001 to 9999, which is all that silver holds:
// civil date <-> days since 1970-01-01. Years are counted from 1 March, so that the leap day is the
// last of its year and no formula needs a special case.
#pragma once

#include <cstdint>

namespace silversmith::frame {

inline constexpr int64_t micros_per_second = 1'000'000;
inline constexpr int64_t micros_per_day = 86'400 * micros_per_second;

struct Civil {
  uint32_t year = 1;
  uint32_t month = 1;
  uint32_t day = 1;
  bool operator==(const Civil&) const = default;
};

constexpr bool is_leap(uint32_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

constexpr uint32_t days_in_month(uint32_t year, uint32_t month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return 30 + ((month + (month >> 3)) & 1);
}

// True for a day that exists in the years 0001 to 9999.
constexpr bool is_civil(const Civil& date) {
  if (date.year - 1 >= 9999 || date.month - 1 >= 12 || date.day == 0) return false;
  return date.day <= 28 || date.day <= days_in_month(date.year, date.month);
}

// Requires is_civil(date).
constexpr int32_t days_from_civil(const Civil& date) {
  uint32_t early = date.month <= 2 ? 1 : 0;
  uint32_t year = date.year - early;
  uint32_t month = date.month + 12 * early - 3;  // March is 0
  uint32_t days = 365 * year + year / 4 - year / 100 + year / 400;
  days += (153 * month + 2) / 5 + date.day - 1;
  return static_cast<int32_t>(days) - 719'468;  // 1970-01-01 is so many days after 0000-03-01
}

inline constexpr int32_t days_min = days_from_civil({1, 1, 1});
inline constexpr int32_t days_max = days_from_civil({9999, 12, 31});

// Requires days_min <= days <= days_max.
constexpr Civil civil_from_days(int32_t days) {
  auto since = static_cast<uint32_t>(days + 719'468);
  uint32_t year = static_cast<uint32_t>(uint64_t{since} * 400 / 146'097);
  uint32_t first = 365 * year + year / 4 - year / 100 + year / 400;
  // The estimate is the true year or one off, since leap days are not spread evenly.
  while (first > since) {
    --year;
    first = 365 * year + year / 4 - year / 100 + year / 400;
  }
  uint32_t next = 365 * (year + 1) + (year + 1) / 4 - (year + 1) / 100 + (year + 1) / 400;
  if (since >= next) {
    ++year;
    first = next;
  }
  uint32_t day = since - first;
  uint32_t month = (5 * day + 2) / 153;
  uint32_t day_of_month = day - (153 * month + 2) / 5 + 1;
  bool late = month >= 10;
  return {year + (late ? 1 : 0), late ? month - 9 : month + 3, day_of_month};
}

}  // namespace silversmith::frame
