// SPDX-License-Identifier: Apache-2.0
#include "parquet/statistics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "parquet/schema.h"
#include "parquet/text_key.h"

namespace silversmith::parquet {

namespace {

template <class T>
T load(std::string_view bytes) {
  SMITH_CHECK(bytes.size() == sizeof(T), "a bound of the wrong width");
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

template <class T>
int order(T a, T b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

template <class T>
std::string encoded(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <class T>
Bounds exact(T least, T greatest) {
  return {true, true, true, true, encoded(least), encoded(greatest)};
}

template <class T>
Bounds bounds_of_integers(std::span<const T> values) {
  if (values.empty()) return {};
  T least = values[0];
  T greatest = values[0];
  for (T value : values) {
    least = value < least ? value : least;
    greatest = value > greatest ? value : greatest;
  }
  return exact(least, greatest);
}

bool continues(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

// The longest prefix of at most bound_bytes_max bytes that ends between characters.
std::string_view cut(std::string_view text, bool utf8) {
  size_t size = bound_bytes_max;
  while (utf8 && size > 0 && continues(text[size])) --size;
  return text.substr(0, size);
}

// The next character's encoding after the one in `bytes`, of the same length; false at the end of
// that length's range or before the surrogates.
bool increment_character(char* bytes, size_t size) {
  if (size == 1) {
    if (static_cast<uint8_t>(bytes[0]) >= 0x7F) return false;
    ++bytes[0];
    return true;
  }
  for (size_t i = size; i-- > 1;) {
    if (static_cast<uint8_t>(bytes[i]) < 0xBF) {
      ++bytes[i];
      auto lead = static_cast<uint8_t>(bytes[0]);
      auto second = static_cast<uint8_t>(bytes[1]);
      return !(lead == 0xED && second > 0x9F) && !(lead == 0xF4 && second > 0x8F);
    }
    bytes[i] = static_cast<char>(0x80);
  }
  auto lead = static_cast<uint8_t>(bytes[0]);
  if (lead == 0xDF || lead == 0xEF || lead >= 0xF4) return false;
  ++bytes[0];
  return true;
}

// The least short text above every text that begins with `prefix`: increments the last character
// that can be, drops what follows. Empty when there is none.
std::string above(std::string_view prefix, bool utf8) {
  std::string text(prefix);
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (utf8 && start > 0 && continues(text[start])) --start;
    if (utf8 ? increment_character(text.data() + start, text.size() - start)
             : static_cast<uint8_t>(text[start]) != 0xFF) {
      if (!utf8) ++text[start];
      return text;
    }
    text.resize(start);
  }
  return text;
}

std::string padded(int64_t value, size_t width) {
  std::string digits = std::to_string(value);
  return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

std::string double_text(double value) {
  if (std::isinf(value)) return value < 0 ? "-INF" : "INF";
  char text[32];
  auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in eras of 400 years that
// begin on 1 March, so that the leap day is an era's last.
std::string date_text(int64_t days) {
  days += 719'468;
  int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  int64_t day_of_era = days - era * 146'097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month = (5 * day_of_year + 2) / 153;
  int64_t day = day_of_year - (153 * month + 2) / 5 + 1;
  month = month < 10 ? month + 3 : month - 9;
  int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  std::string sign = year < 0 ? "-" : "";
  return sign + padded(std::abs(year), 4) + "-" + padded(month, 2) + "-" + padded(day, 2);
}

std::string time_text(int64_t micros) {
  int64_t seconds = micros / 1'000'000;
  std::string text = padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" +
                     padded(seconds % 60, 2);
  int64_t fraction = micros % 1'000'000;
  return fraction == 0 ? text : text + "." + padded(fraction, 6);
}

std::string timestamp_text(int64_t micros, bool utc) {
  constexpr int64_t day = int64_t{86'400} * 1'000'000;
  int64_t days = micros / day - (micros % day < 0 ? 1 : 0);
  return date_text(days) + "T" + time_text(micros - days * day) + (utc ? "Z" : "");
}

std::string decimal_text(frame::int128 value, uint8_t scale) {
  bool negative = value < 0;
  auto rest = negative ? -static_cast<uint128>(value) : static_cast<uint128>(value);
  std::string digits;
  for (; rest != 0; rest /= 10)
    digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
  while (digits.size() <= scale) digits.push_back('0');
  std::reverse(digits.begin(), digits.end());
  if (scale > 0) digits.insert(digits.size() - scale, ".");
  return negative ? "-" + digits : digits;
}

frame::int128 decimal_value(std::string_view bound) {
  if (bound.size() == 4) return load<int32_t>(bound);
  if (bound.size() == 8) return load<int64_t>(bound);
  return big_endian(bound);
}

}  // namespace

int compare_bounds(frame::Type type, std::string_view a, std::string_view b) {
  switch (physical_of(type)) {
    case Physical::boolean: return order(a[0], b[0]);
    case Physical::int32: return order(load<int32_t>(a), load<int32_t>(b));
    case Physical::int64: return order(load<int64_t>(a), load<int64_t>(b));
    case Physical::float64: return order(load<double>(a), load<double>(b));
    case Physical::fixed: return order(big_endian(a), big_endian(b));
    case Physical::byte_array: break;
  }
  return order(a.compare(b), 0);
}

void merge_bounds(frame::Type type, const Bounds& more, Bounds& into) {
  if (more.has_min) {
    int way = into.has_min ? compare_bounds(type, more.min, into.min) : -1;
    // Of two equal bounds the exact one is a value that is there.
    if (way == 0) into.min_exact = into.min_exact || more.min_exact;
    if (way < 0) {
      into.min = more.min;
      into.min_exact = more.min_exact;
    }
    into.has_min = true;
  }
  if (!more.has_max) return;
  int way = into.has_max ? compare_bounds(type, more.max, into.max) : 1;
  if (way == 0) into.max_exact = into.max_exact || more.max_exact;
  if (way > 0) {
    into.max = more.max;
    into.max_exact = more.max_exact;
  }
  into.has_max = true;
}

Bounds text_bounds(std::string_view least, std::string_view greatest, bool utf8) {
  Bounds bounds;
  bounds.has_min = true;
  bounds.min_exact = least.size() <= bound_bytes_max;
  bounds.min = bounds.min_exact ? least : cut(least, utf8);
  bounds.max_exact = greatest.size() <= bound_bytes_max;
  bounds.max = bounds.max_exact ? std::string(greatest) : above(cut(greatest, utf8), utf8);
  bounds.has_max = bounds.max_exact || !bounds.max.empty();
  return bounds;
}

Bounds bounds_of(std::span<const int32_t> values) { return bounds_of_integers(values); }
Bounds bounds_of(std::span<const int64_t> values) { return bounds_of_integers(values); }

Bounds bounds_of(std::span<const double> values) {
  double least = std::numeric_limits<double>::infinity();
  double greatest = -least;
  bool any = false;
  for (double value : values) {  // Comparisons with NaN are false, so it never becomes a bound.
    least = value < least ? value : least;
    greatest = value > greatest ? value : greatest;
    any |= value == value;
  }
  if (!any) return {};
  if (least == 0) least = -0.0;
  if (greatest == 0) greatest = 0.0;
  return exact(least, greatest);
}

Bounds bounds_of_booleans(uint64_t trues, uint64_t falses) {
  if (trues + falses == 0) return {};
  return exact(static_cast<uint8_t>(falses == 0), static_cast<uint8_t>(trues != 0));
}

Bounds bounds_of_fixed(frame::int128 least, frame::int128 greatest, uint8_t bytes) {
  Bounds bounds{true, true, true, true, std::string(bytes, '\0'), std::string(bytes, '\0')};
  put_big_endian(least, bytes, bounds.min.data());
  put_big_endian(greatest, bytes, bounds.max.data());
  return bounds;
}

void put_big_endian(frame::int128 value, uint8_t bytes, char* to) {
  for (uint32_t i = bytes; i-- > 0; value >>= 8) {
    to[i] = static_cast<char>(static_cast<uint8_t>(value & 0xFF));
  }
}

frame::int128 big_endian(std::string_view bytes) {
  SMITH_CHECK(!bytes.empty() && bytes.size() <= 16, "a decimal of the wrong width");
  uint128 value = static_cast<int8_t>(bytes[0]) < 0 ? ~static_cast<uint128>(0) : 0;
  for (char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return static_cast<frame::int128>(value);
}

std::string readable(frame::Type type, std::string_view bound) {
  switch (type.kind) {
    case frame::Kind::boolean: return bound[0] != 0 ? "true" : "false";
    case frame::Kind::int64: return std::to_string(load<int64_t>(bound));
    case frame::Kind::float64: return double_text(load<double>(bound));
    case frame::Kind::decimal: return decimal_text(decimal_value(bound), type.scale);
    case frame::Kind::date: return date_text(load<int32_t>(bound));
    case frame::Kind::time: return time_text(load<int64_t>(bound));
    case frame::Kind::timestamp: return timestamp_text(load<int64_t>(bound), type.utc);
    case frame::Kind::text:
    case frame::Kind::json:
    case frame::Kind::binary: break;
  }
  return std::string(bound);
}

}  // namespace silversmith::parquet
