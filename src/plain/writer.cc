// SPDX-License-Identifier: Apache-2.0
#include "plain/writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/json.h"
#include "csv/field.h"
#include "frame/civil.h"

namespace silversmith::plain {

namespace {

using frame::Column;
using frame::int128;
using frame::Kind;
using frame::Text;

template <class T>
std::string number_text(T value) {
  std::array<char, 64> digits;
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

std::string double_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-INF" : "INF";
  return number_text(value);
}

int128 decimal_value(const Column& column, uint32_t row) {
  switch (frame::value_bytes(column.type)) {
    case sizeof(int32_t): return column.as<int32_t>()[row];
    case sizeof(int64_t): return column.as<int64_t>()[row];
    default: return column.as<int128>()[row];
  }
}

// 10^38 - 1 is the largest, so that the sign can be taken off.
std::string decimal_text(int128 value, uint32_t scale) {
  bool negative = value < 0;
  if (negative) value = -value;
  size_t least = scale > 0 ? scale + 2 : 1;  // "0.05": a digit stands before the point
  std::string digits;                        // last first
  for (; value > 0 || digits.size() < least; value /= 10) {
    digits.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    if (digits.size() == scale) digits.push_back('.');
  }
  if (negative) digits.push_back('-');
  return {digits.rbegin(), digits.rend()};
}

void append_padded(uint64_t number, size_t width, std::string& out) {
  std::string digits = number_text(number);
  out.append(width > digits.size() ? width - digits.size() : 0, '0');
  out += digits;
}

void append_date(int32_t days, std::string& out) {
  frame::Civil date = frame::civil_from_days(days);
  append_padded(date.year, 4, out);
  out.push_back('-');
  append_padded(date.month, 2, out);
  out.push_back('-');
  append_padded(date.day, 2, out);
}

// hh:mm:ss, and .ffffff where there is a fraction.
void append_clock(int64_t micros, std::string& out) {
  auto seconds = static_cast<uint64_t>(micros / frame::micros_per_second);
  auto fraction = static_cast<uint64_t>(micros % frame::micros_per_second);
  append_padded(seconds / 3600, 2, out);
  out.push_back(':');
  append_padded(seconds / 60 % 60, 2, out);
  out.push_back(':');
  append_padded(seconds % 60, 2, out);
  if (fraction == 0) return;
  out.push_back('.');
  append_padded(fraction, 6, out);
}

std::string timestamp_text(int64_t micros, bool utc) {
  int64_t days = micros / frame::micros_per_day;
  int64_t clock = micros % frame::micros_per_day;
  if (clock < 0) {
    --days;
    clock += frame::micros_per_day;
  }
  if (days < frame::days_min || days > frame::days_max) {
    return number_text(micros) + " us since 1970";  // a foreign file's; ours hold no such year
  }
  std::string text;
  append_date(static_cast<int32_t>(days), text);
  text.push_back('T');
  append_clock(clock, text);
  if (utc) text.push_back('Z');
  return text;
}

std::string date_text(int32_t days) {
  if (days < frame::days_min || days > frame::days_max) {
    return number_text(days) + " days since 1970";
  }
  std::string text;
  append_date(days, text);
  return text;
}

std::string time_text(int64_t micros) {
  if (micros < 0 || micros >= frame::micros_per_day) return number_text(micros) + " us";
  std::string text;
  append_clock(micros, text);
  return text;
}

std::string_view view(const Column& column, uint32_t row) {
  Text text = column.as<Text>()[row];
  return {text.data, text.size};
}

// At the start of a file U+FEFF without quotes would be taken for a byte order mark.
bool begins_like_a_mark(std::string_view text) { return text.starts_with("\xEF\xBB\xBF"); }

bool needs_quotes(std::string_view text, char delimiter) {
  for (char byte : text) {
    if (byte == delimiter || byte == '"' || byte == '\n' || byte == '\r') return true;
  }
  return false;
}

void append_quoted(std::string_view text, std::string& out) {
  out.push_back('"');
  for (char byte : text) {
    if (byte == '"') out.push_back('"');
    out.push_back(byte);
  }
  out.push_back('"');
}

// RFC 4180; what is written is always comma-separated.
constexpr char comma = ',';

void append_cell(std::string_view text, std::string& out) {
  if (needs_quotes(text, comma)) {
    append_quoted(text, out);
  } else {
    out += text;
  }
}

bool is_text(Kind kind) { return kind == Kind::text || kind == Kind::json || kind == Kind::binary; }

// The records of one batch as CSV lines. Text goes out record by record, so that columns are read
// across.
struct CsvRows {
  const frame::Plan& plan;
  const csv::Records& records;
  const frame::Batch& batch;
  csv::TextArena arena = {};

  // Text columns hold their cells' text; of the others it is read again from the record.
  std::string_view cell(size_t index, uint32_t row) {
    const Column& column = batch.columns[index];
    if (is_text(column.type.kind)) return view(column, row);
    auto source = static_cast<uint32_t>(plan.columns[index].source);
    return csv::field_text(records.field(batch.accepted[row], source), plan.dialect, arena).text;
  }

  void append(uint32_t row, std::string& out) {
    size_t begin = out.size();
    for (size_t c = 0; c < batch.columns.size(); ++c) {
      if (c > 0) out.push_back(comma);
      if (batch.columns[c].is_null(row) || plan.columns[c].source < 0) continue;
      std::string_view text = cell(c, row);
      // An empty text that is a value must not read as null.
      text.empty() ? append_quoted(text, out) : append_cell(text, out);
    }
    // A lone null would make a blank line, which readers skip.
    if (batch.columns.size() == 1 && out.size() == begin) append_quoted({}, out);
    out.push_back('\n');
  }
};

}  // namespace

Writer::Writer(Format format, const frame::Plan& plan) : format_(format), plan_(plan) {}

void Writer::header(std::string& out) const {
  if (format_ == Format::jsonl) return;
  for (size_t c = 0; c < plan_.columns.size(); ++c) {
    if (c > 0) out.push_back(comma);
    const std::string& name = plan_.columns[c].name;
    c == 0 && begins_like_a_mark(name) ? append_quoted(name, out) : append_cell(name, out);
  }
  out.push_back('\n');
}

void Writer::rows(const csv::Records& records, const frame::Batch& batch, std::string& out) const {
  if (format_ == Format::csv) {
    CsvRows lines{plan_, records, batch};
    for (uint32_t row = 0; row < batch.rows; ++row) lines.append(row, out);
    return;
  }
  std::vector<std::string> names;
  for (const frame::ColumnPlan& column : plan_.columns) {
    names.push_back((names.empty() ? "{" : ",") + quote_json(column.name) + ":");
  }
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (names.empty()) out.push_back('{');
    for (size_t c = 0; c < batch.columns.size(); ++c) {
      out += names[c];
      out += value_json(batch.columns[c], row);
    }
    out += "}\n";
  }
}

std::string value_text(const Column& column, uint32_t row) {
  if (column.is_null(row)) return {};
  switch (column.type.kind) {
    case Kind::boolean: return column.as<uint8_t>()[row] != 0 ? "true" : "false";
    case Kind::int64: return number_text(column.as<int64_t>()[row]);
    case Kind::float64: return double_text(column.as<double>()[row]);
    case Kind::decimal: return decimal_text(decimal_value(column, row), column.type.scale);
    case Kind::text:
    case Kind::json:
    case Kind::binary: return std::string(view(column, row));
    case Kind::date: return date_text(column.as<int32_t>()[row]);
    case Kind::time: return time_text(column.as<int64_t>()[row]);
    case Kind::timestamp: return timestamp_text(column.as<int64_t>()[row], column.type.utc);
  }
  SMITH_CHECK(false, "no such kind");
}

std::string value_json(const Column& column, uint32_t row) {
  if (column.is_null(row)) return "null";
  switch (column.type.kind) {
    case Kind::boolean:
    case Kind::int64: return value_text(column, row);
    case Kind::float64:
      // JSON has no NaN and no infinities.
      if (!std::isfinite(column.as<double>()[row])) return quote_json(value_text(column, row));
      return value_text(column, row);
    case Kind::json: {
      // Written anew, since a JSON text may hold line ends and a line is a record here.
      Result<Json> json = parse_json(view(column, row));
      return json ? json->dump() : quote_json(view(column, row));
    }
    case Kind::text:
    case Kind::binary: return quote_json(view(column, row));
    case Kind::decimal:
    case Kind::date:
    case Kind::time:
    case Kind::timestamp: return quote_json(value_text(column, row));
  }
  SMITH_CHECK(false, "no such kind");
}

}  // namespace silversmith::plain
