// SPDX-License-Identifier: Apache-2.0
#include "support/csv_compare.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <sstream>

#include "csv/scan.h"
#include "csv/splitter.h"
#include "csv/tokeniser.h"
#include "support/csv_oracle.h"

namespace silversmith::oracle {

namespace {

using csv::Chunk;
using csv::ChunkKind;
using csv::Dialect;
using csv::Fault;
using csv::Records;

// What was wanted and what was found, gathered as text that is compared as a whole.
struct Account {
  std::ostringstream text;

  void line(std::initializer_list<uint64_t> numbers, std::string_view what) {
    text << what;
    for (uint64_t number : numbers) text << ' ' << number;
    text << '\n';
  }
};

struct Comparison {
  std::string_view text;  // without the byte order mark: places count from behind it
  const Dialect& dialect;
  const CompareOptions& options;
  OracleText oracle;
  std::vector<uint64_t> spans;
  Account wanted;
  Account found;
  std::string trouble;
  std::string_view raw = text;  // what the splitter reads

  size_t lead() const { return dialect.header ? dialect.header_rows.back() : 0; }

  void want();
  void want_record(const OracleRecord& record, uint64_t span);
  void want_end();
  void find();
  void find_chunk(const Chunk& chunk, csv::Tokeniser& tokeniser);
  void find_records(const Chunk& chunk, const Records& records);
  void find_good(const Chunk& chunk, const Records& records, uint32_t row);
  void find_fault(const Chunk& chunk, const Fault& fault);
  void find_piece(const Chunk& chunk);
  void check_place(const Chunk& chunk);
  Chunk piece;  // the first one of the record at hand
  std::string piece_text;
};

uint64_t line_of(const OracleText& oracle, uint64_t number) {
  return number <= oracle.records.size() ? oracle.records[number - 1].line : 0;
}

void Comparison::want_record(const OracleRecord& record, uint64_t span) {
  Account& out = wanted;
  if (record.too_long) {
    out.line({record.number, record.line, record.begin, record.end_with_line, span}, "oversize");
    return;
  }
  if (record.blank) return;
  auto fields = static_cast<uint32_t>(record.field_ends.size());
  std::optional<csv::FaultCode> code = record.fault;
  size_t at = record.fault_at;
  uint32_t field = record.fault_field;
  if (!code.has_value() && fields != options.width) {
    bool extra = fields > options.width;
    code = extra ? csv::FaultCode::extra_cell : csv::FaultCode::missing_cell;
    at = extra ? record.field_ends[options.width - 1] + 1 : record.end;
    field = extra ? options.width + 1 : fields + 1;
  }
  if (code.has_value()) {
    out.line(
        {record.number, record.begin, record.end, record.end_with_line, field, fields, at, span},
        csv::name_of(*code));
    return;
  }
  out.line({record.number, record.begin, record.end_with_line, span}, "record");
  for (size_t end : record.field_ends) out.line({end}, " field");
}

void Comparison::want() {
  oracle = read_text(text, dialect);
  spans = spans_of(oracle, dialect, options.span_bytes == 0 ? UINT64_MAX / 2 : options.span_bytes);
  for (size_t i = 0; i < oracle.records.size(); ++i) {
    if (i < lead() && !oracle.records[i].too_long) continue;
    uint64_t span = i < lead() ? 0 : spans[i - lead()];
    want_record(oracle.records[i], span);
  }
  want_end();
}

void Comparison::want_end() {
  uint64_t blanks = 0;
  for (size_t i = lead(); i < oracle.records.size(); ++i) {
    blanks += oracle.records[i].blank && !oracle.records[i].too_long ? 1 : 0;
  }
  wanted.line({oracle.records.size(), oracle.comments, blanks, text.size()}, "totals");
  wanted.line({static_cast<uint64_t>(oracle.line_end)}, "line end");
  OracleRecord open;
  if (!oracle.records.empty() && oracle.records.back().open_over_lines) {
    open = oracle.records.back();
  }
  wanted.line({open.number, open.line, open.begin}, "open");
}

void Comparison::find_good(const Chunk& chunk, const Records& records, uint32_t row) {
  found.line({chunk.first_record + records.numbers[row], chunk.byte_offset + records.begins[row],
              chunk.byte_offset + records.line_ends[row], chunk.span_index},
             "record");
  for (uint32_t i = 0; i < records.width; ++i) {
    found.line({chunk.byte_offset + records.ends[size_t{row} * records.width + i]}, " field");
  }
}

void Comparison::find_fault(const Chunk& chunk, const Fault& fault) {
  uint64_t base = chunk.byte_offset;
  found.line({chunk.first_record + fault.record, base + fault.begin, base + fault.end,
              base + fault.end_with_line, fault.field, fault.field_count, base + fault.at,
              chunk.span_index},
             csv::name_of(fault.code));
}

void Comparison::find_records(const Chunk& chunk, const Records& records) {
  size_t next = 0;
  for (uint32_t row = 0; row < records.count; ++row) {
    while (next < records.faults.size() && records.faults[next].record < records.numbers[row]) {
      find_fault(chunk, records.faults[next++]);
    }
    find_good(chunk, records, row);
  }
  while (next < records.faults.size()) find_fault(chunk, records.faults[next++]);
  bool all = records.count + records.faults.size() + records.blank_count == chunk.record_count;
  if (!all) trouble = "a chunk's record_count is not what the tokeniser finds";
}

void Comparison::find_piece(const Chunk& chunk) {
  if (chunk.record_count == 1) {
    piece.first_record = chunk.first_record;
    piece.first_line = chunk.first_line;
    piece.byte_offset = chunk.byte_offset;
    piece_text.clear();
  }
  bool same = piece.first_record == chunk.first_record && piece.first_line == chunk.first_line &&
              piece.byte_offset == chunk.byte_offset;
  if (!same) trouble = "a piece has another place than its record";
  piece_text += chunk.text();
  if (!chunk.last) return;
  if (text.substr(piece.byte_offset, piece_text.size()) != piece_text) {
    trouble = "the pieces are not the record's bytes";
  }
  found.line({piece.first_record, piece.first_line, piece.byte_offset,
              piece.byte_offset + piece_text.size(), chunk.span_index},
             "oversize");
}

void Comparison::check_place(const Chunk& chunk) {
  if (text.substr(chunk.byte_offset, chunk.text().size()) != chunk.text()) {
    trouble = "a chunk's bytes are not those at its offset";
  }
  // The line of the chunk's first record; comments may stand before it only behind another one.
  if (chunk.record_count > 0 && line_of(oracle, chunk.first_record) != chunk.first_line) {
    trouble = "a chunk's first line is not its first record's";
  }
}

void Comparison::find() {
  TextSource source(raw, options.read_bytes);
  auto opened = csv::Splitter::open(dialect, source, {options.chunk_bytes, options.kernel});
  if (!opened) {
    trouble = opened.error().message;
    return;
  }
  csv::Splitter& splitter = *opened;
  if (options.span_bytes > 0) splitter.begin_spans(options.span_bytes);
  std::optional<csv::Tokeniser> tokeniser;
  uint64_t blanks = 0;
  while (true) {
    auto next = splitter.next();
    if (!next || !next->has_value()) break;
    Chunk chunk = std::move(**next);
    if (!tokeniser) {
      tokeniser.emplace(dialect, splitter.line_end(), options.width, options.kernel);
    }
    if (chunk.kind == ChunkKind::oversize) {
      find_piece(chunk);
    } else {
      check_place(chunk);
    }
    if (chunk.kind == ChunkKind::records) {
      const Records& records = tokeniser->tokenise(chunk);
      blanks += records.blank_count;
      find_records(chunk, records);
    }
    splitter.recycle(std::move(chunk.buffer));
  }
  const csv::SplitterTotals& totals = splitter.totals();
  found.line({totals.records, totals.comments, blanks, totals.bytes}, "totals");
  found.line({static_cast<uint64_t>(totals.line_end)}, "line end");
  found.line({totals.open_quote_record, totals.open_quote_line, totals.open_quote_byte}, "open");
}

struct Choice {
  std::string_view bytes;
  unsigned take() {
    if (bytes.empty()) return 0;
    auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    return byte;
  }
};

}  // namespace

Result<size_t> TextSource::read(std::span<char> into) {
  size_t size = std::min({into.size(), text_.size(), step_});
  std::memcpy(into.data(), text_.data(), size);
  text_.remove_prefix(size);
  return size;
}

std::string compare(std::string_view text, const Dialect& dialect, const CompareOptions& options) {
  std::string_view decoded = text.substr(text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  Comparison comparison{decoded, dialect, options, {}, {}, {}, {}, {}, text, {}, {}};
  comparison.want();
  comparison.find();
  if (!comparison.trouble.empty()) return comparison.trouble;
  std::string wanted = comparison.wanted.text.str();
  std::string found = comparison.found.text.str();
  return wanted == found ? "" : "wanted\n" + wanted + "found\n" + found;
}

std::string compare_bytes(std::string_view bytes) {
  Choice choice{bytes};
  Dialect dialect;
  unsigned flags = choice.take();
  dialect.header = (flags & 1) != 0;
  dialect.double_quote = (flags & 2) == 0;
  dialect.skip_initial_space = (flags & 4) != 0;
  if ((flags & 8) != 0) dialect.escape = '\\';
  if ((flags & 16) != 0) dialect.comment = (flags & 32) != 0 ? "#a" : "#";
  if ((flags & 0xC0) == 0xC0) dialect.quote = 0;
  unsigned more = choice.take();
  constexpr csv::LineEnd ends[] = {csv::LineEnd::detect, csv::LineEnd::newline, csv::LineEnd::any,
                                   csv::LineEnd::newline};
  dialect.line_end = ends[more & 3];
  if ((more & 4) != 0) dialect.record_bytes_max = 3 + (more >> 3);
  if ((more & 0x18) == 0x18) dialect.field_bytes_max = 1 + (more >> 5);
  CompareOptions options;
  options.chunk_bytes = 1 + choice.take();
  options.read_bytes = 1 + choice.take();
  unsigned shape = choice.take();
  options.width = 1 + (shape & 3);
  options.span_bytes = shape >> 2;
  for (const csv::Kernel* kernel : csv::kernels()) {
    options.kernel = kernel->name;
    std::string difference = compare(choice.bytes, dialect, options);
    if (!difference.empty()) return std::string(kernel->name) + ": " + difference;
  }
  return "";
}

}  // namespace silversmith::oracle
