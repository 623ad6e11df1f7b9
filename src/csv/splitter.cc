// SPDX-License-Identifier: Apache-2.0
#include "csv/splitter.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "csv/machine.h"
#include "csv/scan.h"
#include "csv/window.h"

namespace silversmith::csv {

namespace {

// After a record with an odd quote the machine goes on for so many bytes of records without one:
// such quotes come in groups, and each change of hands costs a cut.
constexpr size_t calm_bytes_min = size_t{4} << 10;
// A record that does not fit doubles the window, up to steps of so much.
constexpr size_t read_bytes_max = size_t{4} << 20;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Who decides where records end.
enum class Judge : uint8_t { kernel, machine };

// What is to be done before the scan can go on.
enum class Next : uint8_t {
  go_on,
  cut,    // hand out the pending records
  span,   // the same, and the record at hand opens a span
  piece,  // hand out what there is of a record that is too long
  read,   // the scan has seen every byte of the window
};

}  // namespace

// Places are those of the window:
//
//   |      whole records      |  part of a record  |   not scanned   |
//   0                  record_begin             scanned      window.size()
//   `--- the pending chunk ---'
//
// The kernel scans up to the span's mark, the machine goes record by record. Either may take over
// from the other at record_begin, where nothing of what came before matters.
struct Splitter::State {
  State(const Dialect& declared, ByteSource& source, const Kernel& best, size_t bytes)
      : dialect(declared),
        kernel(best),
        chunk_bytes(std::max<size_t>(bytes, 1)),
        marks(Marks::of(declared)),
        in_lead(declared.header),
        lead_left(declared.header ? declared.header_rows.back() : 0),
        window(source) {}

  Dialect dialect;  // its line_end is decided by open_stream()
  const Kernel& kernel;
  size_t chunk_bytes;
  Marks marks;
  bool in_lead;        // the pending chunk is the lead
  uint32_t lead_left;  // records it lacks

  Window window;
  std::optional<Machine> machine;  // there once the line end is decided
  Judge judge = Judge::machine;
  SplitCarry carry;         // kernel: at `scanned`
  uint64_t tail_lines = 0;  // kernel: line ends in [record_begin, scanned)
  size_t record_begin = 0;
  size_t scanned = 0;
  size_t length = 0;  // of the record that the machine has ended, as record_bytes_max counts it

  // The pending chunk.
  uint64_t records = 0;
  uint64_t lines = 0;
  bool lenient = false;
  bool open_quote = false;
  // Of the window's first byte, and of the record or pending chunk that begins there.
  uint64_t offset = 0;
  uint64_t next_record = 1;
  uint64_t next_line = 1;

  bool wary = false;         // an odd quote was seen not long ago
  size_t calm_bytes = 0;     // of records since then
  bool in_oversize = false;  // pieces of the record at hand were handed out
  uint64_t piece_bytes = 0;  // ... so many bytes
  uint64_t piece_lines = 0;  // ... with so many line ends

  uint64_t span_bytes = 0;  // 0: no spans
  uint64_t span_begin = 0;
  uint64_t span_index = 0;
  bool span_empty = true;
  SplitterTotals totals;

  // More than any record that is kept has with its line end.
  size_t held_max() const { return dialect.record_bytes_max + 2; }
  size_t tail_bytes() const { return window.size() - record_begin; }
  Machine::More more() const {
    return window.ended() ? Machine::More::never : Machine::More::follows;
  }
  bool spans() const { return span_bytes > 0 && !in_lead; }

  Result<> open_stream();
  Result<> read();
  Next step() { return judge == Judge::kernel ? step_kernel() : step_machine(); }
  Next step_kernel();
  Next scan_range(size_t end);
  Next step_machine();
  Next accept();
  Next accept_comment();
  Next before_record(bool too_long) const;
  void begin_span();
  void next_span();
  void choose_judge();
  void to_kernel();
  void to_machine();
  void note_open_quote();
  Chunk place(ChunkKind kind) const;
  Chunk take_pending();
  Chunk take_piece();
};

Result<> Splitter::State::read() {
  size_t held = window.size();
  size_t more = std::min({held, held_max(), read_bytes_max});
  SMITH_TRY(window.fill(std::max({chunk_bytes, held + more, held + 1})));
  return {};
}

// Drops the byte order mark; lets the first record decide the line end, unless it is too long to
// be kept: then LF ends records.
Result<> Splitter::State::open_stream() {
  SMITH_TRY(window.fill(std::max(chunk_bytes, byte_order_mark.size())));
  if (window.text().starts_with(byte_order_mark)) window.drop(byte_order_mark.size());
  if (dialect.line_end == LineEnd::detect) {
    Machine detector(dialect, LineEnd::detect);
    detector.start();
    size_t at = detector.run(window.text(), 0, more(), nullptr);
    while (!detector.record().ended && window.size() < held_max()) {
      SMITH_TRY(read());
      at = detector.run(window.text(), at, more(), nullptr);
    }
    const MachineRecord& first = detector.record();
    bool kept = first.content_end <= dialect.record_bytes_max;
    dialect.line_end = first.ended_by_cr && kept ? LineEnd::any : LineEnd::newline;
  }
  totals.line_end = dialect.line_end;
  machine.emplace(dialect, dialect.line_end);
  choose_judge();
  return {};
}

void Splitter::State::to_kernel() {
  judge = Judge::kernel;
  carry = {};
  tail_lines = 0;
  scanned = record_begin;
}

void Splitter::State::to_machine() {
  judge = Judge::machine;
  machine->start();
  scanned = record_begin;
}

// Requires that nothing behind record_begin is decided.
void Splitter::State::choose_judge() {
  if (dialect.plain() && !in_lead && !wary) {
    to_kernel();
  } else {
    to_machine();
  }
}

void Splitter::State::begin_span() {
  span_begin = offset + record_begin;
  span_empty = true;
}

void Splitter::State::next_span() {
  ++span_index;
  begin_span();
}

Next Splitter::State::step_kernel() {
  uint64_t mark = spans() ? span_begin + span_bytes : UINT64_MAX;
  bool marked = mark < offset + window.size();
  size_t end = window.size();
  if (marked) end = mark > offset ? static_cast<size_t>(mark - offset) : 0;
  if (scanned < end) {
    // No record that begins in a range of this size is too long and ends there: only the one that
    // began before must be looked at.
    return scan_range(scanned + std::min(end - scanned, dialect.record_bytes_max));
  }
  // What the kernel cannot tell, the machine does: which span a record across the mark belongs to,
  // how a record ends that is too long or the last one.
  bool decide = marked || tail_bytes() >= held_max() || window.ended();
  if (!decide || tail_bytes() == 0) return Next::read;
  to_machine();
  return Next::go_on;
}

Next Splitter::State::scan_range(size_t end) {
  SplitScan scan;
  scan.at = scanned;
  scan.carry = carry;
  std::string_view text = window.text();
  kernel.split(text.data(), end, marks, scan);
  if (scan.first_end != SplitScan::none) {
    size_t content = scan.first_end - 1 - record_begin;
    if (content > 0 && text[scan.first_end - 2] == '\r') --content;
    if (content > dialect.record_bytes_max) {
      to_machine();
      return Next::go_on;
    }
    record_begin = scan.last_end;
    records += scan.records;
    lines += tail_lines + scan.lines_at_last;
    tail_lines = 0;
    span_empty = false;
  }
  tail_lines += scan.lines - scan.lines_at_last;
  scanned = scan.at;
  carry = scan.carry;
  if (scan.violated) to_machine();
  return Next::go_on;
}

Next Splitter::State::step_machine() {
  if (!machine->record().ended) {
    // Of a long comment nothing may be left but its end, which is the text's.
    bool ends = machine->record().comment && window.ended();
    if (tail_bytes() == 0 && !in_oversize && !ends) return Next::read;
    scanned = machine->run(window.text(), scanned, more(), nullptr);
    const MachineRecord& record = machine->record();
    if (record.ended) length = (record.open_quote ? scanned : record.content_end) - record_begin;
  }
  const MachineRecord& record = machine->record();
  bool too_long = in_oversize ||
                  (record.ended ? length > dialect.record_bytes_max : tail_bytes() >= held_max());
  if (!record.ended && !too_long) return Next::read;
  if (record.comment) return accept_comment();
  Next before = in_oversize ? Next::go_on : before_record(too_long);
  if (before != Next::go_on) return before;
  if (too_long) return record.ended || scanned > 0 ? Next::piece : Next::read;
  return accept();
}

// A span ends before the first record that would end past its mark; a record that is too long
// counts with record_bytes_max + 1 bytes, which is known before its end is.
Next Splitter::State::before_record(bool too_long) const {
  if (spans() && !span_empty) {
    uint64_t size = too_long ? dialect.record_bytes_max + 1 : scanned - record_begin;
    if (offset + record_begin + size > span_begin + span_bytes) return Next::span;
  }
  if (record_begin == 0) return Next::go_on;
  bool sets_apart = machine->record().odd_quote && !lenient && record_begin > calm_bytes_min;
  return too_long || (sets_apart && !in_lead) ? Next::cut : Next::go_on;
}

Next Splitter::State::accept() {
  const MachineRecord& record = machine->record();
  note_open_quote();
  open_quote = record.open_quote;
  lenient = lenient || record.odd_quote;
  calm_bytes = record.odd_quote ? 0 : calm_bytes + (scanned - record_begin);
  wary = record.odd_quote || (wary && calm_bytes < calm_bytes_min);
  bool leaves = lenient && !wary;
  record_begin = scanned;
  ++records;
  lines += record.lines;
  if (in_lead) {
    machine->start();
    return --lead_left == 0 ? Next::cut : Next::go_on;
  }
  span_empty = false;
  choose_judge();
  return leaves ? Next::cut : Next::go_on;
}

// A comment between records stays in their chunk; one at its beginning is dropped at once, and so
// is what has come of one that is too long to keep.
Next Splitter::State::accept_comment() {
  const MachineRecord& record = machine->record();
  if (!record.ended && record_begin > 0) return Next::cut;
  if (record_begin == 0) {
    offset += scanned;
    window.drop(scanned);
    scanned = 0;
  }
  if (!record.ended) return Next::read;
  if (record_begin == 0) {
    next_line += record.lines;
  } else {
    lines += record.lines;
  }
  record_begin = scanned;
  ++totals.comments;
  machine->start();
  return Next::go_on;
}

void Splitter::State::note_open_quote() {
  if (!machine->record().open_over_lines) return;
  totals.open_quote_record = next_record + records;
  totals.open_quote_line = next_line + lines;
  totals.open_quote_byte = offset + record_begin;
}

Chunk Splitter::State::place(ChunkKind kind) const {
  Chunk chunk;
  chunk.kind = kind;
  chunk.span_index = span_index;
  chunk.byte_offset = offset;
  chunk.first_record = next_record;
  chunk.first_line = next_line;
  return chunk;
}

Chunk Splitter::State::take_pending() {
  Chunk chunk = place(in_lead ? ChunkKind::lead : ChunkKind::records);
  chunk.record_count = records;
  chunk.line_count = lines;
  chunk.lenient = lenient;
  chunk.open_quote = open_quote;
  chunk.buffer = window.take(record_begin);
  offset += record_begin;
  next_record += records;
  next_line += lines;
  scanned -= record_begin;
  record_begin = 0;
  records = 0;
  lines = 0;
  lenient = false;
  open_quote = false;
  if (in_lead) {
    in_lead = false;
    begin_span();
    if (scanned == 0) choose_judge();
  }
  return chunk;
}

Chunk Splitter::State::take_piece() {
  const MachineRecord& record = machine->record();
  Chunk chunk = place(ChunkKind::oversize);
  chunk.byte_offset = offset - piece_bytes;
  chunk.record_count = in_oversize ? 0 : 1;
  chunk.line_count = record.lines - piece_lines;
  chunk.last = record.ended;
  chunk.open_quote = record.open_quote;
  if (record.ended && record.open_over_lines) {
    note_open_quote();
    totals.open_quote_byte = chunk.byte_offset;
  }
  chunk.buffer = window.take(scanned);
  offset += scanned;
  piece_bytes += scanned;
  piece_lines = record.lines;
  scanned = 0;
  in_oversize = !record.ended;
  if (!record.ended) return chunk;
  next_record += 1;
  next_line += record.lines;
  piece_bytes = 0;
  piece_lines = 0;
  span_empty = false;
  if (in_lead) {
    in_lead = false;
    begin_span();
  }
  choose_judge();
  return chunk;
}

namespace {

Error long_header() {
  return {Code::invalid,
          "the header is longer than " + std::to_string(limits::header_bytes_max) +
              " bytes, the most that all its labels may take together",
          "look for a quote that is never closed in the first lines, or shorten the labels",
          "limit-exceeded"};
}

}  // namespace

Splitter::Splitter(std::unique_ptr<State> state) : state_(std::move(state)) {}
Splitter::Splitter(Splitter&&) noexcept = default;
Splitter& Splitter::operator=(Splitter&&) noexcept = default;
Splitter::~Splitter() = default;

Result<Splitter> Splitter::open(const Dialect& dialect, ByteSource& source,
                                SplitterOptions options) {
  SMITH_TRY(dialect.validate());
  const Kernel* kernel = SMITH_TRY(find_kernel(options.kernel));
  return Splitter(std::make_unique<State>(dialect, source, *kernel, options.chunk_bytes));
}

void Splitter::begin_spans(uint64_t span_bytes) { state_->span_bytes = span_bytes; }

Result<std::optional<Chunk>> Splitter::next() {
  State& state = *state_;
  if (!state.machine.has_value()) SMITH_TRY(state.open_stream());
  while (true) {
    Next next = state.step();
    if (next == Next::go_on) continue;
    if (next == Next::piece) return std::optional<Chunk>(state.take_piece());
    bool lacks = next == Next::read && state.in_lead && !state.window.ended();
    bool leads = state.in_lead;
    if (lacks && state.window.size() > limits::header_bytes_max) return long_header();
    std::optional<Chunk> chunk;
    if (state.record_begin > 0 && !lacks) chunk = state.take_pending();
    if (next == Next::span) state.next_span();
    if (chunk.has_value()) {
      if (leads && chunk->text().size() > limits::header_bytes_max) return long_header();
      return chunk;
    }
    if (next != Next::read) continue;
    if (state.window.ended()) break;
    SMITH_TRY(state.read());
  }
  state.totals.records = state.next_record - 1;
  state.totals.bytes = state.offset;
  return std::optional<Chunk>();
}

LineEnd Splitter::line_end() const { return state_->totals.line_end; }

const SplitterTotals& Splitter::totals() const { return state_->totals; }

void Splitter::recycle(Buffer<char> buffer) { state_->window.recycle(std::move(buffer)); }

}  // namespace silversmith::csv
