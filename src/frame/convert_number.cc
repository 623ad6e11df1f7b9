// SPDX-License-Identifier: Apache-2.0
#include "frame/convert_number.h"

#include <fast_float/fast_float.h>

#include <array>
#include <cmath>

#include "frame/digits.h"

namespace silversmith::frame {

namespace {

__extension__ typedef unsigned __int128 uint128;

constexpr std::array<uint64_t, 19> make_integer_powers() {
  std::array<uint64_t, 19> powers{};
  uint64_t power = 1;
  for (uint64_t& each : powers) {
    each = power;
    power *= 10;
  }
  return powers;
}
constexpr std::array<uint64_t, 19> powers_of_ten = make_integer_powers();

// Exactly representable up to 10^22, which is what makes one division correctly rounded.
constexpr std::array<double, 23> exact_powers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr uint64_t exact_mantissa_max = uint64_t{1} << 53;

struct Sign {
  const char* digits;
  uint32_t count;
  bool negative;
};

inline Sign take_sign(Text cell) {
  char first = cell.size == 0 ? '\0' : cell.data[0];
  uint32_t sign = first == '-' || first == '+' ? 1 : 0;
  return {cell.data + sign, cell.size - sign, first == '-'};
}

// Reads 1 to 16 digits. False when any byte is no digit.
inline bool read_digits(const char* digits, uint32_t count, uint64_t* out) {
  const char* end = digits + count;
  if (count <= 8) {
    uint64_t low = keep_last(load_word(end - 8), count);
    *out = fold_eight(low);
    return all_digits(low);
  }
  uint64_t low = load_word(end - 8) ^ 0x3030303030303030;
  uint64_t high = keep_last(load_word(end - 16), count - 8);
  *out = fold_eight(high) * 100'000'000 + fold_eight(low);
  return all_digits(low) && all_digits(high);
}

// Any length: leading zeros do not count against int64.
Mark read_long_integer(const Sign& sign, int64_t* out) {
  if (sign.count == 0) return Mark::malformed;
  uint64_t limit = uint64_t{1} << 63;
  limit -= sign.negative ? 0 : 1;
  uint64_t value = 0;
  bool overflow = false;
  for (uint32_t i = 0; i < sign.count; ++i) {
    if (!is_digit(sign.digits[i])) return Mark::malformed;
    auto digit = static_cast<uint64_t>(sign.digits[i] - '0');
    overflow = overflow || value > (limit - digit) / 10;
    value = overflow ? 0 : value * 10 + digit;
  }
  if (overflow) return Mark::integer_overflow;
  *out = static_cast<int64_t>(sign.negative ? 0 - value : value);
  return Mark::good;
}

inline Mark read_integer(Text cell, int64_t* out) {
  Sign sign = take_sign(cell);
  if (sign.count - 1 >= 16) return read_long_integer(sign, out);
  uint64_t value = 0;
  bool good = read_digits(sign.digits, sign.count, &value);
  *out = static_cast<int64_t>(sign.negative ? 0 - value : value);
  return good ? Mark::good : Mark::malformed;
}

// Digits with at most one point: mantissa / 10^fraction.
struct Fixed {
  uint64_t mantissa = 0;
  uint32_t fraction = 0;
  bool has_point = false;
};

// The bytes equal to '.' as 0x80 in each; exact for the lowest one, which is the only one used:
// a second point is then no digit.
inline uint64_t find_points(uint64_t word) {
  uint64_t rest = word ^ 0x2E2E2E2E2E2E2E2E;
  return (rest - 0x0101010101010101) & ~rest & 0x8080808080808080;
}

// Up to 8 bytes, of which one may be the point.
//   '1' '2' '.' '5'  →  00 '1' '2' '5'  : what is before the point moves up over it
inline bool read_fixed_short(const char* digits, uint32_t count, Fixed* out) {
  uint32_t drop = 64 - 8 * count;
  uint64_t word = (load_word(digits + count - 8) >> drop) << drop;
  uint64_t points = find_points(word);
  uint32_t kept = count;
  uint32_t fraction = 0;
  if (points != 0) {
    auto at = static_cast<uint32_t>(std::countr_zero(points)) / 8;
    uint64_t before = (uint64_t{1} << (8 * at)) - 1;
    word = ((word & before) << 8) | (word & ~before & ~(uint64_t{0xFF} << (8 * at)));
    fraction = 7 - at;
    if (--kept == 0) return false;
  }
  uint64_t values = keep_last(word, kept);
  out->mantissa = fold_eight(values);
  out->fraction = fraction;
  out->has_point = points != 0;
  return all_digits(values);
}

// 9 to 16 bytes, the same in two words.
inline bool read_fixed_long(const char* digits, uint32_t count, Fixed* out) {
  const char* end = digits + count;
  uint32_t drop = 128 - 8 * count;
  uint64_t low = load_word(end - 8);
  uint64_t high = (load_word(end - 16) >> drop) << drop;
  uint64_t low_points = find_points(low);
  uint64_t high_points = find_points(high);
  uint32_t kept = count;
  out->fraction = 0;
  out->has_point = (low_points | high_points) != 0;
  if (out->has_point) {
    uint32_t at = high_points != 0 ? static_cast<uint32_t>(std::countr_zero(high_points)) / 8
                                   : 8 + static_cast<uint32_t>(std::countr_zero(low_points)) / 8;
    uint128 word = (uint128{low} << 64) | high;
    uint128 before = (uint128{1} << (8 * at)) - 1;
    word = ((word & before) << 8) | (word & ~before & ~(uint128{0xFF} << (8 * at)));
    low = static_cast<uint64_t>(word >> 64);
    high = static_cast<uint64_t>(word);
    out->fraction = 15 - at;
    --kept;
  }
  uint64_t low_values = low ^ 0x3030303030303030;
  uint64_t high_values = kept > 8 ? keep_last(high, kept - 8) : 0;
  out->mantissa = fold_eight(high_values) * 100'000'000 + fold_eight(low_values);
  return all_digits(low_values) && all_digits(high_values);
}

// Requires 1 <= count <= 16.
inline bool read_fixed(const char* digits, uint32_t count, Fixed* out) {
  return count <= 8 ? read_fixed_short(digits, count, out) : read_fixed_long(digits, count, out);
}

// The parts of an XSD decimal with an optional exponent.
struct Shape {
  const char* digits = nullptr;  // integer and fraction digits with the point between them
  uint32_t integer_count = 0;
  uint32_t fraction_count = 0;
  int64_t exponent = 0;  // clamped far outside of what any type holds
  bool has_point = false;

  char digit(uint32_t index) const { return digits[index < integer_count ? index : index + 1]; }
};

constexpr int64_t exponent_clamp = int64_t{1} << 40;

bool read_exponent(const char* at, const char* end, int64_t* out) {
  bool negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) ++at;
  if (at == end) return false;
  int64_t value = 0;
  for (; at < end; ++at) {
    if (!is_digit(*at)) return false;
    value = value * 10 + (*at - '0');
    if (value > exponent_clamp) value = exponent_clamp;
  }
  *out = negative ? -value : value;
  return true;
}

bool read_shape(const Sign& sign, Shape* out) {
  const char* at = sign.digits;
  const char* end = at + sign.count;
  out->digits = at;
  while (at < end && is_digit(*at)) ++at;
  out->integer_count = static_cast<uint32_t>(at - sign.digits);
  if (at < end && *at == '.') {
    out->has_point = true;
    const char* begin = ++at;
    while (at < end && is_digit(*at)) ++at;
    out->fraction_count = static_cast<uint32_t>(at - begin);
  }
  if (out->integer_count + out->fraction_count == 0) return false;
  if (at == end) return true;
  if (*at != 'e' && *at != 'E') return false;
  return read_exponent(at + 1, end, &out->exponent);
}

bool equals_word(const Sign& sign, std::string_view word) {
  if (sign.count != word.size()) return false;
  for (uint32_t i = 0; i < sign.count; ++i) {
    if ((sign.digits[i] & ~0x20) != word[i]) return false;
  }
  return true;
}

Mark read_special(Text cell, double* out) {
  Sign sign = take_sign(cell);
  bool signed_cell = sign.count != cell.size;
  if (equals_word(sign, "INF") && (!signed_cell || sign.negative)) {
    *out = sign.negative ? -HUGE_VAL : HUGE_VAL;
    return Mark::good;
  }
  if (equals_word(sign, "NAN") && !signed_cell) {
    *out = std::nan("");
    return Mark::good;
  }
  return Mark::malformed;
}

// Everything that the exact path leaves: exponents, long mantissas, NaN and infinities.
[[gnu::noinline]] Mark read_float64_slow(Text cell, double* out) {
  Sign sign = take_sign(cell);
  Shape shape;
  if (!read_shape(sign, &shape)) return read_special(cell, out);
  const char* end = cell.data + cell.size;
  double value = 0;
  auto answer = fast_float::from_chars(sign.digits, end, value);
  if (answer.ptr != end) return Mark::malformed;
  if (std::isinf(value)) return Mark::number_overflow;
  *out = sign.negative ? -value : value;
  return Mark::good;
}

inline Mark read_double(Text cell, double* out) {
  Sign sign = take_sign(cell);
  Fixed fixed;
  if (sign.count - 1 >= 16 || !read_fixed(sign.digits, sign.count, &fixed) ||
      fixed.mantissa > exact_mantissa_max) {
    return read_float64_slow(cell, out);
  }
  // By way of a signed integer, which one instruction converts.
  auto mantissa = static_cast<double>(static_cast<int64_t>(fixed.mantissa));
  double value = mantissa / exact_powers[fixed.fraction];
  *out = sign.negative ? -value : value;
  return Mark::good;
}

// Any shape, by counting digits: exact or refused.
[[gnu::noinline]] Mark read_decimal_slow(Text cell, Type type, int128* out) {
  Sign sign = take_sign(cell);
  Shape shape;
  if (!read_shape(sign, &shape)) return Mark::malformed;
  uint32_t first = 0;
  uint32_t last = shape.integer_count + shape.fraction_count;
  int64_t exponent = shape.exponent - int64_t{shape.fraction_count};
  while (first < last && shape.digit(first) == '0') ++first;
  for (; first < last && shape.digit(last - 1) == '0'; --last) ++exponent;
  *out = 0;
  if (first == last) return Mark::good;
  int64_t zeros = exponent + int64_t{type.scale};
  if (int64_t{last - first} + zeros > int64_t{type.precision}) return Mark::excess_digits;
  if (zeros < 0) return Mark::excess_fraction;
  int128 value = 0;
  for (uint32_t i = first; i < last; ++i) value = value * 10 + (shape.digit(i) - '0');
  for (int64_t i = 0; i < zeros; ++i) value *= 10;
  *out = sign.negative ? -value : value;
  return Mark::good;
}

// For each number of fraction digits that a cell may have: what to multiply by, and the largest
// mantissa that fits the precision then. A limit of 0 sends all but zero the slow way.
struct DecimalScale {
  std::array<uint64_t, 16> multiplier{};
  std::array<uint64_t, 16> mantissa_max{};

  explicit DecimalScale(Type type) {
    uint32_t precision = type.precision > 18 ? 18 : type.precision;
    for (uint32_t fraction = 0; fraction < 16; ++fraction) {
      multiplier[fraction] = 1;
      if (fraction > type.scale) continue;
      uint32_t shift = type.scale - fraction;
      if (shift > precision) continue;
      multiplier[fraction] = powers_of_ten[shift];
      mantissa_max[fraction] = (powers_of_ten[precision] - 1) / powers_of_ten[shift];
    }
  }
};

template <class T>
[[gnu::noinline]] uint32_t decimal_kernel(std::span<const Text> cells, Mark* marks, Type type,
                                          T* out) {
  const DecimalScale scale(type);
  uint32_t bad = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    out[i] = 0;
    if (marks[i] != Mark::good) continue;
    Sign sign = take_sign(cells[i]);
    Fixed fixed;
    if (sign.count - 1 < 16 && read_fixed(sign.digits, sign.count, &fixed) &&
        fixed.mantissa <= scale.mantissa_max[fixed.fraction]) {
      auto value = static_cast<int64_t>(fixed.mantissa * scale.multiplier[fixed.fraction]);
      out[i] = static_cast<T>(sign.negative ? -value : value);
      continue;
    }
    int128 value = 0;
    Mark mark = read_decimal_slow(cells[i], type, &value);
    if (mark == Mark::good) {
      out[i] = static_cast<T>(value);
    } else {
      marks[i] = mark;
      ++bad;
    }
  }
  return bad;
}

// The loop of the two simple types; Read is inlined.
template <class T, Mark (*Read)(Text, T*)>
inline uint32_t number_kernel(std::span<const Text> cells, Mark* marks, T* out) {
  uint32_t bad = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    T value = 0;
    if (marks[i] == Mark::good) {
      Mark mark = Read(cells[i], &value);
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

}  // namespace

[[gnu::noinline]] uint32_t convert_int64(std::span<const Text> cells, Mark* marks, int64_t* out) {
  return number_kernel<int64_t, read_integer>(cells, marks, out);
}

[[gnu::noinline]] uint32_t convert_float64(std::span<const Text> cells, Mark* marks, double* out) {
  return number_kernel<double, read_double>(cells, marks, out);
}

uint32_t convert_decimal(std::span<const Text> cells, Mark* marks, Type type, char* out) {
  if (type.precision <= 9) {
    return decimal_kernel(cells, marks, type, reinterpret_cast<int32_t*>(out));
  }
  if (type.precision <= 18) {
    return decimal_kernel(cells, marks, type, reinterpret_cast<int64_t*>(out));
  }
  return decimal_kernel(cells, marks, type, reinterpret_cast<int128*>(out));
}

bool is_short_decimal(Text cell) {
  Sign sign = take_sign(cell);
  Fixed fixed;
  return sign.count - 1 < 16 && read_fixed(sign.digits, sign.count, &fixed) && fixed.has_point;
}

Mark read_int64(Text cell, int64_t* out) { return read_integer(cell, out); }
Mark read_float64(Text cell, double* out) { return read_double(cell, out); }
Mark read_decimal(Text cell, Type type, int128* out) { return read_decimal_slow(cell, type, out); }

}  // namespace silversmith::frame
