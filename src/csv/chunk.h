// SPDX-License-Identifier: Apache-2.0
// A Chunk: whole records, as the splitter hands them to a worker, with their exact place in the
// file. Numbers never depend on block sizes or threads.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/buffer.h"

namespace silversmith::csv {

enum class ChunkKind : uint8_t {
  lead,      // the header rows (only the first chunk, only when the dialect has a header)
  records,   // whole records; the last one of the file may lack its line end
  oversize,  // a piece of ONE record longer than record_bytes_max; pieces come in order, `last`
             // on the final one; its record number, line and offset are those of the record
};

struct Chunk {
  ChunkKind kind = ChunkKind::records;
  Buffer<char> buffer;        // exactly the chunk's bytes; 64 readable bytes around them
  uint64_t span_index = 0;    // which row group these records belong to
  uint64_t byte_offset = 0;   // of text()[0] in the decoded stream (after a byte order mark)
  uint64_t first_record = 1;  // number of the first record in the file, header rows included
  uint64_t first_line = 1;    // physical line of text()[0]
  uint64_t record_count = 0;  // records that begin in this chunk, blank lines included
  uint64_t line_count = 0;    // line ends in this chunk, quoted ones included
  bool lenient = false;       // a quote stands where parity is wrong: use the state machine
  bool open_quote = false;    // the last record's quote is still open at the end of the file
  bool last = false;          // oversize: its final piece
  std::string_view text() const { return {buffer.data(), buffer.size()}; }
};

}  // namespace silversmith::csv
