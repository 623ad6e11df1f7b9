// SPDX-License-Identifier: Apache-2.0
// bytes → chunks of whole records. One exact sequential scan: quote parity by SIMD while every
// quote stands where the dialect allows, the state machine from the first one that does not to the
// next safe point. Cuts also at span marks, so that row groups are a function of the input alone.
//
// Use: 1 Splitter::open · 2 next() yields the lead chunk (when the dialect has a header) · 3
// begin_spans(bytes), once the column count is known · 4 next() until it yields nothing.
// Not thread-safe; chunks are handed over by move.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "base/stream.h"
#include "csv/chunk.h"
#include "csv/dialect.h"

namespace silversmith::csv {

struct SplitterOptions {
  size_t chunk_bytes = limits::chunk_bytes;  // target; results but not cuts are equal for any >= 1
  std::string_view kernel = {};              // "" picks the best the machine has
};

// What is known when the stream ended.
struct SplitterTotals {
  uint64_t bytes = 0;     // decoded bytes, byte order mark excluded
  uint64_t records = 0;   // all, header rows and blank lines included, comments excluded
  uint64_t comments = 0;  // comment lines dropped
  LineEnd line_end = LineEnd::newline;  // as detected
  // A quote that was still open at the end of the file, over more than one line: the file is to be
  // refused. The record's place; record 0: none.
  uint64_t open_quote_record = 0;
  uint64_t open_quote_line = 0;
  uint64_t open_quote_byte = 0;
};

class Splitter {
 public:
  // Reads from `source`, which must outlive this. A UTF-8 byte order mark is dropped. Fails with
  // invalid when the dialect is; with what `source` fails with.
  static Result<Splitter> open(const Dialect& dialect, ByteSource& source, SplitterOptions options);
  Splitter(Splitter&&) noexcept;
  Splitter& operator=(Splitter&&) noexcept;
  ~Splitter();

  // From here on a chunk never crosses a span mark: span i ends before the first record that would
  // end past its start + span_bytes; a longer record is a span alone.
  void begin_spans(uint64_t span_bytes);

  // The next chunk, or nothing at the end of the stream. Fails with what the source fails with;
  // invalid: a lead of more than limits::header_bytes_max.
  Result<std::optional<Chunk>> next();

  // As declared, or as detected so far (newline until a first unquoted line end was seen).
  LineEnd line_end() const;

  // Requires that next() has yielded nothing.
  const SplitterTotals& totals() const;

  // Gives a chunk's memory back for reuse; optional.
  void recycle(Buffer<char> buffer);

 private:
  struct State;
  explicit Splitter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::csv
