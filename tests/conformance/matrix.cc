// SPDX-License-Identifier: Apache-2.0
#include "conformance/matrix.h"

#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "base/hash.h"

namespace silversmith::conformance {

namespace {

using frame::Kind;
using frame::Type;
__extension__ using uint128 = unsigned __int128;

// SplitMix64: a good mix of a counter.
uint64_t mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

uint64_t seed_of(Pattern pattern, uint32_t row) {
  switch (pattern) {
    case Pattern::varied: return mix(row);
    case Pattern::repeated: return mix(mix(row) % 7);
    case Pattern::sorted: return row;
    case Pattern::turning: return row < 30'000 ? mix(row % 11) : mix(row);
    case Pattern::constant: return 1;
  }
  return 0;
}

frame::int128 power_of_ten(int exponent) {
  frame::int128 value = 1;
  for (int i = 0; i < exponent; ++i) value *= 10;
  return value;
}

frame::int128 decimal(Type type, Pattern pattern, uint32_t row) {
  frame::int128 bound = power_of_ten(type.precision) - 1;
  if (row == 0) return bound;
  if (row == 1) return -bound;
  uint64_t seed = seed_of(pattern, row);
  if (pattern == Pattern::sorted) return static_cast<frame::int128>(seed) % bound;
  auto wide = static_cast<uint128>(mix(seed)) << 63 | mix(seed + 1) >> 1;
  auto value = static_cast<frame::int128>(wide % static_cast<uint128>(bound + 1));
  return (seed & 1) != 0 ? -value : value;
}

int64_t integer(Pattern pattern, uint32_t row, int64_t least, int64_t greatest) {
  if (pattern == Pattern::sorted) return least / 2 + static_cast<int64_t>(row);
  if (row == 0) return least;
  if (row == 1) return greatest;
  uint64_t range = static_cast<uint64_t>(greatest) - static_cast<uint64_t>(least);
  uint64_t seed = seed_of(pattern, row);
  uint64_t offset = range == ~uint64_t{0} ? seed : seed % (range + 1);
  return static_cast<int64_t>(static_cast<uint64_t>(least) + offset);
}

double real(Pattern pattern, uint32_t row) {
  static constexpr std::array<double, 10> special = {0.0,
                                                     -0.0,
                                                     std::numeric_limits<double>::infinity(),
                                                     -std::numeric_limits<double>::infinity(),
                                                     std::numeric_limits<double>::quiet_NaN(),
                                                     std::numeric_limits<double>::max(),
                                                     std::numeric_limits<double>::lowest(),
                                                     std::numeric_limits<double>::denorm_min(),
                                                     0.1,
                                                     -1e-300};
  if (pattern == Pattern::sorted) return static_cast<double>(row) / 8;
  if (row < special.size()) return special[row];
  return static_cast<double>(static_cast<int64_t>(seed_of(pattern, row))) / 1024;
}

std::string text(const MatrixFile& file, Kind kind, Pattern pattern, uint32_t row) {
  static const std::array<std::string, 6> words = {
      "", "a", "plain text", "Grüße, 世界", "😀", "line\nbreak \"quoted\""};
  if (pattern == Pattern::constant) return "the same everywhere";
  uint64_t seed = seed_of(pattern, row);
  if (kind == Kind::json) return "{\"id\":" + std::to_string(seed % 100'000) + "}";
  if (kind == Kind::binary) {
    std::string bytes(seed % 13, '\0');
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(mix(seed + i));
    return bytes;
  }
  if (file.text_bytes > 0) {
    std::string long_text = std::to_string(seed);
    long_text.resize(file.text_bytes - row % 5, static_cast<char>('a' + row % 26));
    return long_text;
  }
  if (pattern == Pattern::sorted) {
    std::string digits = std::to_string(seed);
    return "key-" + std::string(9 - digits.size(), '0') + digits;
  }
  if (row < words.size() || pattern == Pattern::repeated) return words[seed % words.size()];
  return words[seed % words.size()] + std::to_string(seed);
}

bool is_null(Nulls nulls, uint32_t row) {
  switch (nulls) {
    case Nulls::none: return false;
    case Nulls::all: return true;
    case Nulls::some: return mix(row * 31 + 7) % 4 == 0;
    case Nulls::first_half: return row % 1000 < 500;
  }
  return false;
}

template <class T>
void put(frame::Column& column, uint32_t row, T value) {
  column.data<T>()[row] = value;
}

constexpr int64_t int64_least = std::numeric_limits<int64_t>::min();
constexpr int64_t int64_greatest = std::numeric_limits<int64_t>::max();
constexpr int64_t day_micros = int64_t{86'400} * 1'000'000;

// Puts the value of the matrix's `row` at `at` of the column.
struct Target {
  frame::Column& column;
  std::vector<std::string>& held;
  uint32_t at = 0;
};

void put_value(const MatrixFile& file, const MatrixColumn& from, uint32_t row, Target target) {
  auto& [column, held, at] = target;
  Type type = from.spec.type;
  Pattern pattern = from.pattern;
  switch (type.kind) {
    case Kind::boolean: put<uint8_t>(column, at, seed_of(pattern, row) & 1); return;
    case Kind::int64: put(column, at, integer(pattern, row, int64_least, int64_greatest)); return;
    case Kind::float64: put(column, at, real(pattern, row)); return;
    case Kind::decimal: {
      frame::int128 value = decimal(type, pattern, row);
      if (type.precision <= 9)
        put(column, at, static_cast<int32_t>(value));
      else if (type.precision <= 18)
        put(column, at, static_cast<int64_t>(value));
      else
        put(column, at, value);
      return;
    }
    case Kind::date:  // 0001-01-01 to 9999-12-31, which every reader can show
      put(column, at, static_cast<int32_t>(integer(pattern, row, -719'162, 2'932'896)));
      return;
    case Kind::time: put(column, at, integer(pattern, row, 0, day_micros - 1) % day_micros); return;
    case Kind::timestamp:  // years 1678 to 2261, which nanoseconds hold too
      put(column, at, integer(pattern, row, -9'214'560'000'000'000, 9'214'646'399'999'999));
      return;
    case Kind::text:
    case Kind::json:
    case Kind::binary: break;
  }
  held.push_back(text(file, type.kind, pattern, row));
  put(column, at, frame::Text{held.back().data(), static_cast<uint32_t>(held.back().size())});
}

const std::vector<Type>& all_types() {
  static const std::vector<Type> types = {
      {Kind::boolean, 0, 0, false},   {Kind::int64, 0, 0, false},    {Kind::float64, 0, 0, false},
      {Kind::decimal, 5, 2, false},   {Kind::decimal, 9, 0, false},  {Kind::decimal, 10, 3, false},
      {Kind::decimal, 18, 18, false}, {Kind::decimal, 19, 4, false}, {Kind::decimal, 38, 10, false},
      {Kind::text, 0, 0, false},      {Kind::json, 0, 0, false},     {Kind::binary, 0, 0, false},
      {Kind::date, 0, 0, false},      {Kind::time, 0, 0, false},     {Kind::timestamp, 0, 0, false},
      {Kind::timestamp, 0, 0, true},
  };
  return types;
}

std::vector<MatrixColumn> columns_of(Pattern pattern, Nulls nulls, bool required = false) {
  std::vector<MatrixColumn> columns;
  for (Type type : all_types()) {
    std::string name = "c" + std::to_string(columns.size());
    columns.push_back({{name, type, required}, pattern, nulls});
  }
  return columns;
}

std::vector<MatrixColumn> decimals() {
  std::vector<MatrixColumn> columns;
  for (uint8_t precision = 1; precision <= 38; ++precision) {
    auto scale = static_cast<uint8_t>(precision / 3);
    Type type{Kind::decimal, precision, scale, false};
    columns.push_back(
        {{"d" + std::to_string(precision), type, false}, Pattern::varied, Nulls::some});
  }
  return columns;
}

std::vector<MatrixColumn> wide(size_t count) {
  std::vector<MatrixColumn> columns;
  for (size_t i = 0; i < count; ++i) {
    Type type = all_types()[i % all_types().size()];
    Pattern pattern = i % 3 == 0 ? Pattern::repeated : Pattern::varied;
    columns.push_back({{"column_" + std::to_string(i), type, false}, pattern, Nulls::some});
  }
  return columns;
}

}  // namespace

std::vector<MatrixFile> matrix() {
  using parquet::Codec;
  std::vector<MatrixFile> files;
  auto add = [&](MatrixFile file) { files.push_back(std::move(file)); };
  add({"empty", columns_of(Pattern::varied, Nulls::none), {}, Codec::snappy});
  add({"one-row", columns_of(Pattern::varied, Nulls::none), {1}, Codec::snappy});
  add({"one-null-row", columns_of(Pattern::varied, Nulls::all), {1}, Codec::snappy});
  add({"all-null", columns_of(Pattern::varied, Nulls::all), {1000, 1}, Codec::snappy, 300});
  add({"required", columns_of(Pattern::varied, Nulls::none, true), {2000}, Codec::zstd, 700});
  for (Codec codec : {Codec::uncompressed, Codec::snappy, Codec::zstd}) {
    std::string end = "-" + std::string(parquet::name_of(codec));
    add({"varied" + end, columns_of(Pattern::varied, Nulls::some), {3000, 7, 1}, codec, 1000});
    add({"repeated" + end, columns_of(Pattern::repeated, Nulls::some), {3000, 500}, codec});
  }
  add({"no-nulls", columns_of(Pattern::varied, Nulls::none), {2500}, Codec::snappy, 0, 4096});
  add({"null-stretches",
       columns_of(Pattern::repeated, Nulls::first_half),
       {4000},
       Codec::snappy,
       500});
  add({"sorted", columns_of(Pattern::sorted, Nulls::none), {5000, 5000}, Codec::snappy, 1000});
  add({"turning", columns_of(Pattern::turning, Nulls::some), {60'000}, Codec::snappy, 20'000});
  add({"decimals", decimals(), {500}, Codec::snappy});
  Type text_type{Kind::text, 0, 0, false};
  Type integer_type{Kind::int64, 0, 0, false};
  for (Nulls nulls : {Nulls::none, Nulls::all}) {
    add({nulls == Nulls::none ? "late" : "late-null",
         {{{"n", integer_type, false}, Pattern::varied, Nulls::some},
          {{"late", text_type, false}, Pattern::constant, nulls},
          {{"t", text_type, false}, Pattern::repeated, Nulls::some}},
         {3000, 1, 70'000},
         Codec::snappy});
  }
  add({"long-texts",
       {{{"t", text_type, false}, Pattern::varied, Nulls::some}},
       {12},
       Codec::snappy,
       0,
       0,
       1U << 20});
  add({"cut-bounds",
       {{{"t", text_type, false}, Pattern::varied, Nulls::none}},
       {200},
       Codec::zstd,
       50,
       0,
       100});
  add({"wide", wide(1000), {50, 20}, Codec::snappy});
  return files;
}

frame::Column make_column(const MatrixFile& file, const MatrixColumn& column, RowRange rows,
                          std::vector<std::string>& held) {
  frame::Column made;
  made.type = column.spec.type;
  made.rows = rows.count;
  made.values.resize(rows.count * frame::value_bytes(made.type));
  if (!made.values.empty()) std::memset(made.values.data(), 0, made.values.size());
  made.valid.resize(rows.count);
  held.reserve(held.size() +
               rows.count);  // Short texts live inside the strings: these must not move.
  for (uint32_t i = 0; i < rows.count; ++i) {
    bool null = is_null(column.nulls, rows.first + i);
    made.valid[i] = null ? 0 : 1;
    made.null_count += null ? 1 : 0;
    if (!null) put_value(file, column, rows.first + i, {made, held, i});
  }
  return made;
}

Json value_json(const frame::Column& column, uint32_t row) {
  if (column.is_null(row)) return {};
  switch (column.type.kind) {
    case Kind::boolean: return column.as<uint8_t>()[row] != 0;
    case Kind::float64: {  // Exactly, NaN and -0.0 included.
      return std::to_string(std::bit_cast<int64_t>(column.as<double>()[row]));
    }
    case Kind::date: return std::to_string(column.as<int32_t>()[row]);
    case Kind::int64:
    case Kind::time:
    case Kind::timestamp: return std::to_string(column.as<int64_t>()[row]);
    case Kind::decimal: break;
    case Kind::text:
    case Kind::json:
    case Kind::binary: {
      frame::Text value = column.as<frame::Text>()[row];
      std::string_view bytes(value.data, value.size);
      if (column.type.kind == Kind::binary) return to_hex(bytes);
      if (bytes.size() > 4096) return "sha256:" + sha256_hex(bytes);
      return bytes;
    }
  }
  if (column.type.precision <= 9) return std::to_string(column.as<int32_t>()[row]);
  if (column.type.precision <= 18) return std::to_string(column.as<int64_t>()[row]);
  auto value = column.as<frame::int128>()[row];
  auto rest = value < 0 ? -static_cast<uint128>(value) : static_cast<uint128>(value);
  std::string digits;
  do digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  while ((rest /= 10) != 0);
  return value < 0 ? "-" + digits : digits;
}

}  // namespace silversmith::conformance
