// SPDX-License-Identifier: Apache-2.0
// The product of csv: where the fields of whole records stand in a chunk's text, and which records
// are structurally broken. No byte is copied and no value is interpreted.
//
//   text     a,b,"x,y"\n1,,3\n          width 3
//   begins   0         10
//   ends     1 3 9     11 12 14         field f of record r: [f == 0 ? begins[r]
//                                                            : ends[r*width+f-1] + 1,
//                                                            ends[r*width+f])
// The last field of a record excludes its line end, a CR before LF included. Quotes are part of a
// field's span: see field.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace silversmith::csv {

// Structural reasons, in the order of the public names in name_of().
enum class FaultCode : uint8_t {
  blank_row,           // nothing but its line end; only where BlankLine::fault is asked for
  missing_cell,        // fewer fields than the width
  extra_cell,          // more fields than the width
  text_after_quote,    // "x"y
  unterminated_quote,  // open at the end of the file, on one line
  null_byte,           // a NUL inside the record
  encoding_error,      // not UTF-8
  field_too_long,
  record_too_long,
};
std::string_view name_of(FaultCode code);  // "missing-cell"

// A record that is no part of Records, whole: `begin`..`end` in the chunk's text, its line end
// excluded (`end_with_line` includes it).
struct Fault {
  FaultCode code = FaultCode::missing_cell;
  uint32_t record = 0;  // index from the chunk's first record
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t end_with_line = 0;
  uint32_t field = 0;        // 1-based field where it shows; 0: the record as a whole
  uint32_t field_count = 0;  // fields found
  uint32_t at = 0;           // offset in the text of the byte that shows it
};

// Valid until the tokeniser is used again, or the chunk dies.
struct Records {
  std::string_view text;                // the chunk's; 64 bytes around it are readable
  uint32_t width = 0;                   // fields per record
  uint32_t count = 0;                   // good records
  std::span<const uint32_t> begins;     // count
  std::span<const uint32_t> ends;       // count * width
  std::span<const uint32_t> numbers;    // count; index from the chunk's first record, ascending
  std::span<const uint32_t> line_ends;  // count; offset behind the record's line end
  std::span<const Fault> faults;        // ascending by record
  uint32_t blank_count = 0;             // blank lines that are in no list, but counted as records
  bool has_quote = false;               // any quote byte in the text
  bool ascii = true;                    // no byte above 0x7F

  std::string_view field(uint32_t record, uint32_t index) const {
    uint32_t begin = index == 0 ? begins[record] : ends[size_t{record} * width + index - 1] + 1;
    return text.substr(begin, ends[size_t{record} * width + index] - begin);
  }
};

}  // namespace silversmith::csv
