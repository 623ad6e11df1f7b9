// SPDX-License-Identifier: Apache-2.0
#include "frame/infer.h"

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "frame/cells.h"
#include "frame/convert_number.h"
#include "frame/convert_temporal.h"
#include "frame/digits.h"

namespace silversmith::frame {

namespace {

// What a column's values have shown so far. Bits are only ever added, so that observing and
// merging commute: the answer is a function of the set of values alone.
enum Seen : uint8_t {
  seen_integer = 1,  // fits int64
  seen_wide = 2,     // an integer beyond ±2^53, which no double column may hold
  seen_number = 4,   // has a point or an exponent
  seen_boolean = 8,
  seen_date = 16,
  seen_local = 32,  // a timestamp without offset
  seen_utc = 64,    // a timestamp with one
  seen_text = 128,
};

constexpr int64_t exact_integer_max = int64_t{1} << 53;

// Whether a number whose nearest double is at or beyond ±2^53 is exactly that.
bool is_exact_bound(Text cell) {
  int128 exact = 0;
  if (read_decimal(cell, {Kind::decimal, 38, 0}, &exact) != Mark::good) return false;
  return exact == exact_integer_max || exact == -int128{exact_integer_max};
}

uint8_t look_at_number(Text cell) {
  uint32_t sign = cell.data[0] == '-' ? 1 : 0;
  const char* digits = cell.data + sign;
  uint32_t count = cell.size - sign;
  // A leading plus or zero is how identifiers are written.
  if (count == 0 || *digits == '+') return seen_text;
  if (count > 1 && digits[0] == '0' && is_digit(digits[1])) return seen_text;
  int64_t integer = 0;
  Mark mark = read_int64(cell, &integer);
  if (mark == Mark::integer_overflow) return seen_text;
  if (mark == Mark::good) {
    bool wide = integer > exact_integer_max || integer < -exact_integer_max;
    return wide ? seen_integer | seen_wide : seen_integer;
  }
  if (is_short_decimal(cell)) return seen_number;
  double number = 0;
  if (read_float64(cell, &number) != Mark::good || !std::isfinite(number)) return seen_text;
  std::string_view text(cell.data, cell.size);
  bool pointless = text.find('.') == std::string_view::npos;
  if (pointless && std::abs(number) >= static_cast<double>(exact_integer_max) &&
      !is_exact_bound(cell)) {
    return seen_text;
  }
  return seen_number;
}

bool is_boolean(std::string_view text) {
  return text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" ||
         text == "FALSE";
}

uint8_t look_at_time(Text cell) {
  int32_t days = 0;
  if (read_iso_date(cell, &days) == Mark::good) return seen_date;
  // A Z at the end tells most of the zoned ones; the other reading is tried where it misleads.
  bool zoned = cell.data[cell.size - 1] == 'Z';
  int64_t micros = 0;
  Mark mark = read_iso_timestamp(cell, zoned ? Zone::wanted : Zone::none, &micros);
  if (mark == Mark::good) return zoned ? seen_utc : seen_local;
  if (mark != Mark::zone_given) return seen_text;
  bool fits = read_iso_timestamp(cell, Zone::wanted, &micros) == Mark::good;
  return fits ? seen_utc : seen_text;
}

// "2024-..." but not "1.5e-00010".
bool begins_with_year(Text cell) {
  return cell.size >= 10 && cell.data[4] == '-' && is_digit(cell.data[0]) &&
         is_digit(cell.data[1]) && is_digit(cell.data[2]) && is_digit(cell.data[3]);
}

// Requires a cell that is not empty.
uint8_t look_at(Text cell) {
  char first = cell.data[0];
  if (begins_with_year(cell)) return look_at_time(cell);
  if (is_digit(first) || first == '-' || first == '.') return look_at_number(cell);
  return is_boolean({cell.data, cell.size}) ? seen_boolean : seen_text;
}

Type type_of(uint8_t seen) {
  switch (seen) {
    case seen_integer:
    case seen_integer | seen_wide: return {Kind::int64};
    case seen_number:
    case seen_integer | seen_number: return {Kind::float64};
    case seen_boolean: return {Kind::boolean};
    case seen_date: return {Kind::date};
    case seen_local: return {Kind::timestamp};
    case seen_utc: return {Kind::timestamp, 0, 0, true};
    default: return {Kind::text};
  }
}

}  // namespace

struct TypeScan::State {
  csv::Dialect dialect;
  std::string null_sequence;
  std::vector<uint8_t> seen;
  CellReader reader;
  Buffer<Text> cells;

  State(const csv::Dialect& given, uint32_t width)
      : dialect(given), null_sequence(given.null_sequence), seen(width, 0), reader(dialect) {}

  bool is_null(Text cell) const {
    return cell.size == 0 ||
           (!null_sequence.empty() && std::string_view(cell.data, cell.size) == null_sequence);
  }

  void observe_field(uint32_t field, uint32_t count) {
    reader.gather(field, Margin::wanted, cells.data());
    uint8_t found = 0;
    for (uint32_t i = 0; i < count && (found & seen_text) == 0; ++i) {
      if (!is_null(cells[i])) found |= look_at(cells[i]);
    }
    if (!reader.quoted_null().empty()) found |= look_at(cells[reader.quoted_null().front()]);
    seen[field] |= found;
  }
};

TypeScan::TypeScan(const csv::Dialect& dialect, uint32_t width)
    : state_(std::make_unique<State>(dialect, width)) {}
TypeScan::TypeScan(TypeScan&&) noexcept = default;
TypeScan& TypeScan::operator=(TypeScan&&) noexcept = default;
TypeScan::~TypeScan() = default;

void TypeScan::observe(const csv::Records& records) {
  State& state = *state_;
  SMITH_CHECK(records.width == state.seen.size(), "records of another width");
  state.cells.resize(records.count);
  state.reader.begin(records);
  for (uint32_t field = 0; field < records.width; ++field) {
    if ((state.seen[field] & seen_text) == 0) state.observe_field(field, records.count);
  }
}

void TypeScan::merge(const TypeScan& other) {
  SMITH_CHECK(other.state_->seen.size() == state_->seen.size(), "scans of different widths");
  for (size_t i = 0; i < state_->seen.size(); ++i) state_->seen[i] |= other.state_->seen[i];
}

std::vector<Type> TypeScan::types() const {
  std::vector<Type> types;
  for (uint8_t seen : state_->seen) types.push_back(type_of(seen));
  return types;
}

std::vector<std::string> mend_labels(const std::vector<std::string>& labels) {
  // A mended name never takes one that the file itself uses, so those are taken from the start.
  std::set<std::string> taken(labels.begin(), labels.end());
  std::set<std::string> used;
  std::map<std::string, size_t> next;  // of a stem: all numbers below are taken
  std::vector<std::string> mended;
  for (size_t i = 0; i < labels.size(); ++i) {
    std::string label = labels[i].empty() ? "column_" + std::to_string(i + 1) : labels[i];
    bool fresh = labels[i].empty() ? taken.insert(label).second : used.insert(label).second;
    std::string stem = label;
    for (size_t& n = next[stem]; !fresh;) {
      label = stem + "." + std::to_string(++n);
      fresh = taken.insert(label).second;
    }
    mended.push_back(std::move(label));
  }
  return mended;
}

}  // namespace silversmith::frame
