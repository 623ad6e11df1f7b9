// SPDX-License-Identifier: Apache-2.0
// What a CSV text means, defined a second time: whole text in memory, one record after the other by
// plain recursive reading, no state, no speed. Everything in src/csv is compared with it. It must
// not ship: nothing in src links it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "csv/dialect.h"
#include "csv/records.h"

namespace silversmith::oracle {

struct OracleRecord {
  uint64_t number = 0;  // 1-based
  uint64_t line = 0;    // 1-based
  size_t begin = 0;
  size_t end = 0;  // without the line end
  size_t end_with_line = 0;
  std::vector<size_t> field_ends;
  bool blank = false;
  bool too_long = false;
  bool open_quote = false;
  bool open_over_lines = false;
  std::optional<csv::FaultCode> fault;  // but width; no field_too_long of a record too long
  size_t fault_at = 0;
  uint32_t fault_field = 0;
};

struct OracleText {
  csv::LineEnd line_end = csv::LineEnd::newline;
  std::vector<OracleRecord> records;
  uint64_t comments = 0;
};

// `text` without a byte order mark.
OracleText read_text(std::string_view text, const csv::Dialect& dialect);

// The index of each record's row group, for the records behind the lead.
std::vector<uint64_t> spans_of(const OracleText& text, const csv::Dialect& dialect,
                               uint64_t span_bytes);

}  // namespace silversmith::oracle
