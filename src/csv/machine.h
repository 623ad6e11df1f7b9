// SPDX-License-Identifier: Apache-2.0
// The grammar, byte by byte (docs/formats/csv.md). It decides wherever quote parity cannot: lenient
// chunks, escapes, comments, CR line ends, and records too long to keep. It resumes at any byte.
//
//   field_start --quote--> quoted --quote--> quote_seen --delimiter, line end--> next field, record
//        |                  ^  ^ \--escape--> escaped     |        |
//        |                  |  \------any byte---/        |        `--other byte--> tail (a fault)
//        |                  `----quote (double_quote)-----'
//        `--other byte--> unquoted      unquoted and tail run to the next delimiter or line end;
//                                       quotes in them are ordinary bytes
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/buffer.h"
#include "csv/dialect.h"

namespace silversmith::csv {

// What is known of the record when run() has ended it. Offsets are in the text of that run.
struct MachineRecord {
  size_t content_end = 0;  // without the line end
  uint64_t lines = 0;      // line ends of the record, its own included
  uint32_t fields = 0;
  uint32_t fault_field = 0;  // 1-based field with text behind its closing quote
  size_t fault_at = 0;       // that text's first byte
  bool ended = false;
  bool comment = false;
  bool odd_quote = false;  // a quote where parity is wrong
  bool text_after_quote = false;
  bool open_quote = false;       // the text ended within quotes
  bool open_over_lines = false;  // ... and on another line than the record began
  bool ended_by_cr = false;      // by a CR without LF
};

class Machine {
 public:
  // `dialect` must outlive this.
  Machine(const Dialect& dialect, LineEnd line_end);

  // Forgets everything: the next byte begins a record.
  void start();

  // Runs over `text` from `at` to the end of the record. Returns the offset behind its line end,
  // or of the first byte that it cannot judge without the next (then ended is false: run again
  // from there with more text). Appends the end of each field to `field_ends` unless null.
  // `final`: nothing follows `text`, so its end ends the record. Requires !record().ended.
  enum class More : uint8_t { follows, never };
  size_t run(std::string_view text, size_t at, More more, Buffer<uint32_t>* field_ends);

  const MachineRecord& record() const { return record_; }

 private:
  enum class State : uint8_t {
    record_start,
    field_start,
    unquoted,
    quoted,
    quote_seen,
    escaped,
    tail,
    comment,
  };
  struct Input;
  bool begins(const Input& input, size_t at);
  size_t line_end_at(const Input& input, size_t at) const;
  size_t skip_plain(std::string_view text, size_t at) const;
  void step(size_t at, char byte, Buffer<uint32_t>* field_ends);
  void step_in_quotes(char byte);
  void end_field(size_t at, Buffer<uint32_t>* field_ends);
  void end_record(const Input& input, size_t at);
  bool in_quotes() const { return state_ == State::quoted || state_ == State::escaped; }

  const Dialect& dialect_;
  LineEnd line_end_;
  int quote_;   // -1: none
  int escape_;  // -1: none
  bool doubled_;
  std::array<bool, 256> special_ = {};  // bytes that may end plain text
  State state_ = State::record_start;
  bool after_cr_ = false;    // the last quoted byte was a CR
  bool after_line_ = false;  // the last quoted byte ended a line
  MachineRecord record_;
};

}  // namespace silversmith::csv
