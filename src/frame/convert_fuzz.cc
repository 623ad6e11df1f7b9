// SPDX-License-Identifier: Apache-2.0
// The bytes are the text of one cell: every converter must agree with the naive one, and must read
// only what belongs to the cell (margins hold digits, so that reading them would show).
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "base/buffer.h"
#include "base/check.h"
#include "base/text.h"
#include "frame/convert_number.h"
#include "frame/convert_temporal.h"
#include "support/unscaled.h"
#include "support/value_oracle.h"

namespace silversmith::frame {
namespace {

constexpr size_t cell_bytes_max = 200;  // the oracle's regular expressions recurse

// What a converter said of a cell: a value, or nothing.
template <class T>
std::optional<T> outcome(Mark mark, T value) {
  if (mark != Mark::good) return std::nullopt;
  return value;
}

template <class T>
void expect(const std::string& text, std::optional<T> got, std::optional<T> wanted) {
  SMITH_CHECK(got == wanted, "a value of " + show(text));
}

// Bits, so that the sign of zero counts; one NaN is as good as another.
uint64_t bits_of(double value) { return std::isnan(value) ? 1 : std::bit_cast<uint64_t>(value); }

void check_numbers(const std::string& text, Text cell) {
  int64_t integer = 0;
  Mark mark = read_int64(cell, &integer);
  expect(text, outcome(mark, integer), oracle::integer(text));
  double number = 0;
  mark = read_float64(cell, &number);
  std::optional<uint64_t> wanted;
  if (std::optional<double> value = oracle::number(text)) wanted = bits_of(*value);
  expect(text, outcome(mark, bits_of(number)), wanted);
  bool finite = mark == Mark::good && std::isfinite(number);
  SMITH_CHECK(!is_short_decimal(cell) || finite, "no finite number: " + show(text));
}

void check_decimal(const std::string& text, Text cell) {
  // The oracle multiplies digit by digit: larger exponents are left to the unit tests.
  size_t exponent = text.find_first_of("eE");
  if (exponent != std::string::npos && text.size() - exponent > 4) return;
  for (Type type :
       {Type{Kind::decimal, 5, 2}, Type{Kind::decimal, 18, 6}, Type{Kind::decimal, 38, 20}}) {
    alignas(16) char bytes[16] = {};
    Mark mark = Mark::good;
    convert_decimal({&cell, 1}, &mark, type, bytes);
    std::optional<std::string> wanted = oracle::decimal(text, type.precision, type.scale);
    if (!wanted.has_value()) wanted = mark == Mark::good ? "refused" : "0";
    SMITH_CHECK(unscaled_text(type, bytes) == *wanted, describe(type) + " of " + show(text));
  }
}

void check_times(const std::string& text, Text cell) {
  int32_t days = 0;
  Mark mark = read_iso_date(cell, &days);
  expect(text, outcome(mark, int64_t{days}), oracle::date(text));
  for (Zone zone : {Zone::none, Zone::wanted}) {
    int64_t micros = 0;
    mark = read_iso_timestamp(cell, zone, &micros);
    auto offset = zone == Zone::none ? oracle::Offset::none : oracle::Offset::wanted;
    expect(text, outcome(mark, micros), oracle::timestamp(text, offset));
  }
}

}  // namespace
}  // namespace silversmith::frame

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace silversmith;
  using namespace silversmith::frame;
  if (size > cell_bytes_max) return 0;
  std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find('\0') != std::string::npos) return 0;  // csv lets none pass
  std::string padded = std::string(64, '1') + text + std::string(64, '1');
  Text cell{padded.data() + 64, static_cast<uint32_t>(size)};
  check_numbers(text, cell);
  check_decimal(text, cell);
  check_times(text, cell);
  return 0;
}
