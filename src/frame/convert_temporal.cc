// SPDX-License-Identifier: Apache-2.0
#include "frame/convert_temporal.h"

#include <string_view>
#include <vector>

#include "frame/civil.h"
#include "frame/digits.h"
#include "frame/pattern_walk.h"

namespace silversmith::frame {

namespace {

constexpr uint64_t byte_of(char byte, uint32_t at) {
  return uint64_t{static_cast<uint8_t>(byte)} << (8 * at);
}

// "YYYY-MM-DD": the two words that hold its digits are folded at once.
//   load(0) = Y Y Y Y - M M -     load(2) = Y Y - M M - D D
inline bool read_date(const char* at, int32_t* out) {
  uint64_t head = load_word(at);
  uint64_t tail = load_word(at + 2);
  uint64_t dashes =
      (head & (byte_of('\xFF', 4) | byte_of('\xFF', 7))) ^ (byte_of('-', 4) | byte_of('-', 7));
  uint64_t digits =
      (head & 0xFFFFFFFF) | ((head >> 40 & 0xFFFF) << 32) | (tail & 0xFFFF000000000000);
  digits ^= 0x3030303030303030;
  bool good = dashes == 0 && all_digits(digits);
  uint64_t fours = fold_fours(digits);
  auto month_day = static_cast<uint32_t>(fours >> 32);
  Civil date{static_cast<uint32_t>(fours & 0xFFFFFFFF), month_day / 100, month_day % 100};
  if (!good || !is_civil(date)) return false;
  *out = days_from_civil(date);
  return true;
}

inline Mark read_date_cell(Text cell, int32_t* out) {
  return cell.size == 10 && read_date(cell.data, out) ? Mark::good : Mark::malformed;
}

inline bool read_two(const char* at, uint32_t bound, uint32_t* out) {
  auto tens = static_cast<uint32_t>(static_cast<unsigned char>(at[0] - '0'));
  auto ones = static_cast<uint32_t>(static_cast<unsigned char>(at[1] - '0'));
  *out = tens * 10 + ones;
  return tens <= 9 && ones <= 9 && *out < bound;
}

// Behind a '.': one to six digits, as microseconds. Moves `at` behind them.
inline bool read_fraction(const char*& at, const char* end, int64_t* micros) {
  const char* begin = at;
  int64_t value = 0;
  int64_t unit = micros_per_second;
  while (at < end && at - begin < 6 && is_digit(*at)) {
    value = value * 10 + (*at++ - '0');
    unit /= 10;
  }
  *micros = value * unit;
  return at != begin;
}

// "hh:mm:ss" at once. The colons, 0x0A as digit values, are taken out; then each pair of digits is
// folded into its first byte.
//   h h : m m : s s   →   bytes 0, 3 and 6 hold hour, minute and second
inline bool read_whole_clock(const char* at, int64_t* seconds) {
  constexpr uint64_t places = byte_of('\xFF', 2) | byte_of('\xFF', 5);
  uint64_t values = load_word(at) ^ 0x3030303030303030;
  bool colons = (values & places) == (byte_of('\x0A', 2) | byte_of('\x0A', 5));
  values &= ~places;
  bool digits = all_digits(values);
  values = values * 10 + (values >> 8);
  uint64_t hour = values & 0xFF;
  uint64_t minute = values >> 24 & 0xFF;
  uint64_t second = values >> 48 & 0xFF;
  *seconds = static_cast<int64_t>(hour * 3600 + minute * 60 + second);
  return colons & digits & (hour < 24) & (minute < 60) & (second < 60);
}

// hh:mm; the seconds may lack.
inline bool read_short_clock(const char* at, int64_t* seconds) {
  uint32_t hour = 0;
  uint32_t minute = 0;
  if (at[2] != ':' || !read_two(at, 24, &hour) || !read_two(at + 3, 60, &minute)) return false;
  *seconds = int64_t{hour * 3600 + minute * 60};
  return true;
}

// hh:mm[:ss[.ffffff]]; moves `at` behind what it read.
inline bool read_clock(const char*& at, const char* end, int64_t* micros) {
  int64_t seconds = 0;
  int64_t fraction = 0;
  if (end - at >= 8 && read_whole_clock(at, &seconds)) {
    at += 8;
    if (at < end && *at == '.' && !read_fraction(++at, end, &fraction)) return false;
  } else if (end - at >= 5 && read_short_clock(at, &seconds)) {
    at += 5;
  } else {
    return false;
  }
  *micros = seconds * micros_per_second + fraction;
  return true;
}

// Z, +hh:mm, +hhmm or +hh, the whole rest of the cell.
inline bool read_offset(const char* at, const char* end, int64_t* micros) {
  *micros = 0;
  if (*at == 'Z') return end - at == 1;
  auto size = end - at;
  uint32_t hour = 0;
  uint32_t minute = 0;
  if ((*at != '+' && *at != '-') || size < 3 || !read_two(at + 1, 24, &hour)) return false;
  bool good = size == 3 || (size == 5 && read_two(at + 3, 60, &minute)) ||
              (size == 6 && at[3] == ':' && read_two(at + 4, 60, &minute));
  int64_t offset = int64_t{hour * 3600 + minute * 60} * micros_per_second;
  *micros = *at == '-' ? -offset : offset;
  return good;
}

// Days of the last date seen: neighbours in a file often share it.
struct DateMemo {
  uint64_t head = 0;  // "YYYY-MM-", which is never zero bytes in a good date
  uint64_t tail = 0;
  int32_t days = 0;

  bool read(const char* at, int32_t* out) {
    uint64_t now_head = load_word(at);
    uint64_t now_tail = load_word(at + 2);
    if (now_head != head || now_tail != tail) {
      if (!read_date(at, &days)) {
        head = 0;
        return false;
      }
      head = now_head;
      tail = now_tail;
    }
    *out = days;
    return true;
  }
};

constexpr int64_t timestamp_min = int64_t{days_min} * micros_per_day;
constexpr int64_t timestamp_max = (int64_t{days_max} + 1) * micros_per_day - 1;

inline Mark read_timestamp(Text cell, Zone zone, DateMemo& memo, int64_t* out) {
  const char* at = cell.data + 11;
  const char* end = cell.data + cell.size;
  int32_t days = 0;
  int64_t clock = 0;
  if (cell.size < 16 || (at[-1] != 'T' && at[-1] != ' ') || !memo.read(cell.data, &days) ||
      !read_clock(at, end, &clock)) {
    return Mark::malformed;
  }
  int64_t value = int64_t{days} * micros_per_day + clock;
  if (at != end) {
    int64_t offset = 0;
    if (!read_offset(at, end, &offset)) return Mark::malformed;
    if (zone == Zone::none) return Mark::zone_given;
    value -= offset;
    if (value < timestamp_min || value > timestamp_max) return Mark::malformed;
  } else if (zone == Zone::wanted) {
    return Mark::zone_missing;
  }
  *out = value;
  return Mark::good;
}

// The loop of every kernel here; `read` is a local lambda and is inlined.
template <class T, class Read>
inline uint32_t temporal_kernel(std::span<const Text> cells, Mark* marks, T* out, Read read) {
  uint32_t bad = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    T value = 0;
    if (marks[i] == Mark::good) {
      Mark mark = read(cells[i], &value);
      if (mark != Mark::good) {
        marks[i] = mark;
        value = 0;
        ++bad;
      }
    }
    out[i] = value;
  }
  return bad;
}

bool is_iso(const contract::Pattern* pattern) { return pattern == nullptr || pattern->iso; }

Mark read_iso_time(Text cell, int64_t* out) {
  const char* at = cell.data;
  const char* end = at + cell.size;
  return read_clock(at, end, out) && at == end ? Mark::good : Mark::malformed;
}

using contract::PatternItem;
using contract::PatternItemKind;

// The patterns that nearly all contracts name say what the ISO form says, in one of its spellings:
// those go the fast way.
bool begins_like(const std::vector<PatternItem>& items, size_t at, std::string_view spelling) {
  for (char byte : spelling) {
    if (at == items.size()) return false;
    PatternItem wanted{PatternItemKind::literal, byte};
    switch (byte) {
      case 'Y': wanted = {PatternItemKind::year, 0}; break;
      case 'm': wanted = {PatternItemKind::month, 0}; break;
      case 'd': wanted = {PatternItemKind::day, 0}; break;
      case 'H': wanted = {PatternItemKind::hour, 0}; break;
      case 'M': wanted = {PatternItemKind::minute, 0}; break;
      case 'S': wanted = {PatternItemKind::second, 0}; break;
      case 'z': wanted = {PatternItemKind::zone, 0}; break;
      default: break;
    }
    const PatternItem& item = items[at++];
    if (item.kind != wanted.kind) return false;
    if (item.kind == PatternItemKind::literal && item.byte != byte) return false;
  }
  return true;
}

bool is_plain_date(const contract::Pattern& pattern) {
  return pattern.items.size() == 5 && begins_like(pattern.items, 0, "Y-m-d");
}

// %Y-%m-%d, T or a blank, %H:%M:%S, and %z when the column is UTC.
bool is_plain_timestamp(const TimestampForm& form) {
  const std::vector<PatternItem>& items = form.pattern->items;
  std::string_view clock = form.zone == Zone::wanted ? "H:M:Sz" : "H:M:S";
  if (items.size() != 6 + clock.size() || !begins_like(items, 0, "Y-m-d")) return false;
  return (begins_like(items, 5, "T") || begins_like(items, 5, " ")) && begins_like(items, 6, clock);
}

// The ISO form less its choices: the separator is given, seconds stand, a fraction does not.
inline bool has_plain_shape(Text cell, char separator) {
  const char* at = cell.data;
  return cell.size >= 19 && at[10] == separator && at[16] == ':' &&
         (cell.size == 19 || at[19] != '.');
}

Mark read_pattern_timestamp(Text cell, const TimestampForm& form, int64_t* out) {
  WalkedTime walked;
  if (!walk_pattern(*form.pattern, cell, &walked)) return Mark::malformed;
  if (walked.has_zone && form.zone == Zone::none) return Mark::zone_given;
  if (!walked.has_zone && form.zone == Zone::wanted) return Mark::zone_missing;
  int64_t value = int64_t{walked.days} * micros_per_day + walked.clock - walked.offset;
  if (value < timestamp_min || value > timestamp_max) return Mark::malformed;
  *out = value;
  return Mark::good;
}

}  // namespace

[[gnu::noinline]] uint32_t convert_date(std::span<const Text> cells, Mark* marks,
                                        const contract::Pattern* pattern, int32_t* out) {
  if (is_iso(pattern) || is_plain_date(*pattern)) {
    return temporal_kernel(cells, marks, out,
                           [](Text cell, int32_t* value) { return read_date_cell(cell, value); });
  }
  return temporal_kernel(cells, marks, out, [pattern](Text cell, int32_t* value) {
    WalkedTime walked;
    if (!walk_pattern(*pattern, cell, &walked)) return Mark::malformed;
    *value = walked.days;
    return Mark::good;
  });
}

[[gnu::noinline]] uint32_t convert_time(std::span<const Text> cells, Mark* marks,
                                        const contract::Pattern* pattern, int64_t* out) {
  if (is_iso(pattern)) return temporal_kernel(cells, marks, out, read_iso_time);
  return temporal_kernel(cells, marks, out, [pattern](Text cell, int64_t* value) {
    WalkedTime walked;
    if (!walk_pattern(*pattern, cell, &walked)) return Mark::malformed;
    int64_t clock = walked.clock - walked.offset;
    *value = (clock % micros_per_day + micros_per_day) % micros_per_day;
    return Mark::good;
  });
}

[[gnu::noinline]] uint32_t convert_timestamp(std::span<const Text> cells, Mark* marks,
                                             const TimestampForm& form, int64_t* out) {
  DateMemo memo;
  if (!is_iso(form.pattern) && is_plain_timestamp(form)) {
    char separator = form.pattern->items[5].byte;
    auto read = [&memo, separator, zone = form.zone](Text cell, int64_t* value) {
      bool plain = has_plain_shape(cell, separator);
      return plain ? read_timestamp(cell, zone, memo, value) : Mark::malformed;
    };
    return temporal_kernel(cells, marks, out, read);
  }
  if (!is_iso(form.pattern)) {
    return temporal_kernel(cells, marks, out, [&form](Text cell, int64_t* value) {
      return read_pattern_timestamp(cell, form, value);
    });
  }
  return temporal_kernel(cells, marks, out, [&memo, zone = form.zone](Text cell, int64_t* value) {
    return read_timestamp(cell, zone, memo, value);
  });
}

Mark read_iso_date(Text cell, int32_t* out) { return read_date_cell(cell, out); }

Mark read_iso_timestamp(Text cell, Zone zone, int64_t* out) {
  DateMemo memo;
  return read_timestamp(cell, zone, memo, out);
}

}  // namespace silversmith::frame
