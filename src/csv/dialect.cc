// SPDX-License-Identifier: Apache-2.0
#include "csv/dialect.h"

#include "base/text.h"

namespace silversmith::csv {

namespace {

Error wrong(std::string_view property, std::string_view why) {
  Error error;
  error.code = Code::invalid;
  error.message = std::string("dialect: ") + std::string(property) + " " + std::string(why);
  return error;
}

bool ends_line(char byte) { return byte == '\n' || byte == '\r'; }

// A mark inside a multi-byte character would tear characters apart, so marks are ASCII.
bool may_mark(char byte) {
  return byte != 0 && !ends_line(byte) && static_cast<unsigned char>(byte) < 0x80;
}

}  // namespace

Result<> Dialect::validate() const {
  if (!may_mark(delimiter)) {
    return wrong("delimiter",
                 show({&delimiter, 1}) + " is not an ASCII byte other than NUL, CR, LF");
  }
  if (quote != 0 && !may_mark(quote)) {
    return wrong("quoteChar", show({&quote, 1}) + " is not an ASCII byte other than CR, LF");
  }
  if (quote == delimiter) return wrong("quoteChar", "equals the delimiter");
  if (escape != 0 && !may_mark(escape)) {
    return wrong("escapeChar", show({&escape, 1}) + " is not an ASCII byte other than CR, LF");
  }
  if (escape != 0 && (escape == quote || escape == delimiter)) {
    return wrong("escapeChar", "equals the quoteChar or the delimiter");
  }
  if (skip_initial_space && (delimiter == ' ' || quote == ' ')) {
    return wrong("skipInitialSpace", "cannot be used when a space is the delimiter or quoteChar");
  }
  for (char byte : comment) {
    if (byte == 0 || ends_line(byte)) return wrong("commentChar", "contains NUL, CR or LF");
  }
  if (!comment.empty() && (comment[0] == quote || comment[0] == delimiter)) {
    return wrong("commentChar", "begins with the quoteChar or the delimiter");
  }
  if (header && header_rows.empty()) return wrong("headerRows", "is empty");
  uint32_t before = 0;
  for (uint32_t row : header_rows) {
    if (row <= before) return wrong("headerRows", "is not ascending from 1");
    if (row > limits::lead_records_max) {
      return wrong("headerRows", "passes " + std::to_string(limits::lead_records_max));
    }
    before = row;
  }
  // Positions in a chunk are 32 bits wide, and a chunk may hold twice the longest record.
  if (record_bytes_max == 0 || record_bytes_max > (size_t{1} << 30)) {
    return wrong("maxRecordBytes", "is not between 1 and 1073741824");
  }
  if (field_bytes_max == 0) return wrong("maxFieldBytes", "is 0");
  return {};
}

bool Dialect::plain() const {
  return escape == 0 && comment.empty() && line_end == LineEnd::newline;
}

}  // namespace silversmith::csv
