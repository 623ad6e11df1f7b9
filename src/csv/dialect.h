// SPDX-License-Identifier: Apache-2.0
// How a CSV text is written: the Data Package "Table Dialect" (v2) as far as it concerns text.
// Plain data; contract/parse and the command line fill it, every file in csv reads it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace silversmith::csv {

// Which bytes end a record (docs/decisions: line ends). `detect`: if the first unquoted line end is
// a CR without LF, then `any`; else `newline`.
enum class LineEnd : uint8_t {
  detect,
  newline,  // LF and CRLF end records, a lone CR is data
  any,      // CR, LF and CRLF all end records
};

struct Dialect {
  char delimiter = ',';             // any byte but NUL, CR, LF and the quote
  char quote = '"';                 // 0: no quoting, every byte stands for itself
  char escape = 0;                  // 0: none; with one, `double_quote` is off
  bool double_quote = true;         // "" inside quotes is one quote
  bool skip_initial_space = false;  // blanks (0x20) after a delimiter or line start are dropped
  LineEnd line_end = LineEnd::detect;
  std::string comment;        // records whose first bytes are these are dropped; "" none
  std::string null_sequence;  // a whole unquoted cell that means null; "" none (contract adds it)
  bool header = true;
  std::vector<uint32_t> header_rows = {1};  // 1-based, ascending; joined by header_join
  std::string header_join = " ";
  size_t record_bytes_max = limits::record_bytes_max;  // longer: reject record-too-long
  size_t field_bytes_max = limits::field_bytes_max;    // longer: reject field-too-long

  // Fails with invalid: says which property and why.
  Result<> validate() const;
  // True when quote parity decides structure: no escape, no comment, line_end newline.
  bool plain() const;
};

}  // namespace silversmith::csv
