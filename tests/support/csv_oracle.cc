// SPDX-License-Identifier: Apache-2.0
#include "support/csv_oracle.h"

#include <algorithm>

namespace silversmith::oracle {

namespace {

using csv::Dialect;
using csv::FaultCode;
using csv::LineEnd;

struct Reader {
  std::string_view text;
  const Dialect& dialect;
  LineEnd mode;

  bool is(size_t at, char byte) const { return at < text.size() && text[at] == byte; }

  // Bytes of the line end at `at`; 0: none.
  size_t line_end(size_t at) const {
    if (is(at, '\n')) return 1;
    if (is(at, '\r') && is(at + 1, '\n')) return 2;
    return is(at, '\r') && mode != LineEnd::newline ? 1 : 0;
  }

  bool ends_field(size_t at) const {
    return at >= text.size() || text[at] == dialect.delimiter || line_end(at) > 0;
  }

  size_t plain_end(size_t at) const {
    while (!ends_field(at)) ++at;
    return at;
  }

  // Behind the closing quote, for the opening one at `at`; nullopt: there is none.
  std::optional<size_t> quoted_end(size_t at) const {
    for (++at; at < text.size(); ++at) {
      if (dialect.escape != 0 && text[at] == dialect.escape) {
        ++at;
      } else if (text[at] == dialect.quote) {
        bool doubling = dialect.double_quote && dialect.escape == 0;
        if (!doubling || !is(at + 1, dialect.quote)) return at + 1;
        ++at;
      }
    }
    return std::nullopt;
  }

  uint64_t lines_between(size_t begin, size_t end) const {
    uint64_t lines = 0;
    while (begin < end) {
      size_t length = line_end(begin);
      lines += length > 0 ? 1 : 0;
      begin += std::max<size_t>(length, 1);
    }
    return lines;
  }

  // Where the field ends; notes what is wrong with it.
  size_t read_field(size_t at, OracleRecord& record) const {
    size_t begin = at;
    while (dialect.skip_initial_space && is(at, ' ')) ++at;
    if (dialect.quote == 0 || !is(at, dialect.quote)) return plain_end(at);
    std::optional<size_t> closed = quoted_end(at);
    auto note = [&](FaultCode code, size_t where) {
      if (record.fault.has_value()) return;
      record.fault = code;
      record.fault_at = where;
      record.fault_field = static_cast<uint32_t>(record.field_ends.size()) + 1;
    };
    if (!closed.has_value()) {
      note(FaultCode::unterminated_quote, begin);
      record.open_quote = true;
      return text.size();
    }
    if (!ends_field(*closed)) note(FaultCode::text_after_quote, *closed);
    return plain_end(*closed);
  }

  void close_open_quote(OracleRecord& record) const {
    size_t end = text.size();
    if (is(end - 1, '\n'))
      end -= end - record.begin > 1 && is(end - 2, '\r') ? 2 : 1;
    else if (is(end - 1, '\r') && mode != LineEnd::newline)
      end -= 1;
    record.open_over_lines = lines_between(record.begin, end) > 0;
    if (!record.open_over_lines) record.end = record.field_ends.back() = end;
  }

  OracleRecord read_record(size_t at) const {
    OracleRecord record;
    record.begin = at;
    while (true) {
      at = read_field(at, record);
      record.field_ends.push_back(at);
      if (!is(at, dialect.delimiter) || at >= text.size()) break;
      ++at;
    }
    record.end = at;
    record.end_with_line = at + line_end(at);
    size_t length = at - record.begin;
    if (record.open_quote) close_open_quote(record);
    record.blank = record.end == record.begin;
    record.too_long = length > dialect.record_bytes_max;
    return record;
  }
};

// Bytes of the UTF-8 character at the start of `text`; 0: none (RFC 3629, section 4).
size_t character(std::string_view text) {
  auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  auto among = [&](size_t i, unsigned low, unsigned high) {
    return byte(i) >= low && byte(i) <= high;
  };
  if (byte(0) < 0x80) return 1;
  if (among(0, 0xC2, 0xDF)) return among(1, 0x80, 0xBF) ? 2 : 0;
  if (among(0, 0xE0, 0xEF)) {
    unsigned low = byte(0) == 0xE0 ? 0xA0 : 0x80;
    unsigned high = byte(0) == 0xED ? 0x9F : 0xBF;
    return among(1, low, high) && among(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (!among(0, 0xF0, 0xF4)) return 0;
  unsigned low = byte(0) == 0xF0 ? 0x90 : 0x80;
  unsigned high = byte(0) == 0xF4 ? 0x8F : 0xBF;
  bool whole = among(1, low, high) && among(2, 0x80, 0xBF) && among(3, 0x80, 0xBF);
  return whole ? 4 : 0;
}

// Bytes that no record may hold go before what is wrong with its quotes.
void look_at_bytes(std::string_view text, OracleRecord& record) {
  for (size_t at = record.begin; at < record.end;) {
    size_t length = character(text.substr(at, record.end - at));
    if (length == 0 || text[at] == 0) {
      record.fault = length == 0 ? FaultCode::encoding_error : FaultCode::null_byte;
      record.fault_at = at;
      record.fault_field = 1;
      for (size_t end : record.field_ends) record.fault_field += end < at ? 1 : 0;
      return;
    }
    at += length;
  }
}

void look_at_fields(const Dialect& dialect, OracleRecord& record) {
  size_t begin = record.begin;
  uint32_t field = 1;
  for (size_t end : record.field_ends) {
    if (!record.fault.has_value() && end - begin > dialect.field_bytes_max) {
      record.fault = FaultCode::field_too_long;
      record.fault_at = begin;
      record.fault_field = field;
    }
    begin = end + 1;
    ++field;
  }
}

LineEnd detect(std::string_view text, const Dialect& dialect) {
  if (dialect.line_end != LineEnd::detect) return dialect.line_end;
  Reader reader{text, dialect, LineEnd::any};
  bool comment = !dialect.comment.empty() && text.starts_with(dialect.comment);
  size_t at = 0;
  if (comment) {
    while (at < text.size() && reader.line_end(at) == 0) ++at;
  } else {
    at = text.empty() ? 0 : reader.read_record(0).end;
    OracleRecord record;
    if (!text.empty()) record = reader.read_record(0);
    if (record.open_quote) return LineEnd::newline;
  }
  bool alone = reader.is(at, '\r') && reader.line_end(at) == 1;
  return alone && at <= dialect.record_bytes_max ? LineEnd::any : LineEnd::newline;
}

}  // namespace

OracleText read_text(std::string_view text, const Dialect& dialect) {
  OracleText result;
  result.line_end = detect(text, dialect);
  Reader reader{text, dialect, result.line_end};
  uint64_t line = 1;
  for (size_t at = 0; at < text.size();) {
    size_t begin = at;
    if (!dialect.comment.empty() && text.substr(at).starts_with(dialect.comment)) {
      while (at < text.size() && reader.line_end(at) == 0) ++at;
      at += reader.line_end(at);
      ++result.comments;
    } else {
      OracleRecord record = reader.read_record(at);
      at = std::max(record.end_with_line, at + 1);
      record.end_with_line = at;
      record.number = result.records.size() + 1;
      record.line = line;
      look_at_bytes(text, record);
      look_at_fields(dialect, record);
      result.records.push_back(record);
    }
    line += reader.lines_between(begin, at);
  }
  return result;
}

std::vector<uint64_t> spans_of(const OracleText& text, const Dialect& dialect,
                               uint64_t span_bytes) {
  std::vector<uint64_t> spans;
  size_t lead = dialect.header ? dialect.header_rows.back() : 0;
  uint64_t index = 0;
  size_t begin = 0;
  bool empty = true;
  for (size_t i = 0; i < text.records.size(); ++i) {
    const OracleRecord& record = text.records[i];
    if (i < lead) {
      begin = record.end_with_line;
      continue;
    }
    size_t counted =
        record.too_long ? record.begin + dialect.record_bytes_max + 1 : record.end_with_line;
    if (!empty && counted > begin + span_bytes) {
      ++index;
      begin = record.begin;
    }
    empty = false;
    spans.push_back(index);
  }
  return spans;
}

}  // namespace silversmith::oracle
