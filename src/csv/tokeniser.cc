// SPDX-License-Identifier: Apache-2.0
#include "csv/tokeniser.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "base/text.h"
#include "csv/field.h"
#include "csv/machine.h"
#include "csv/scan.h"

namespace silversmith::csv {

namespace {

uint32_t u32(size_t value) { return static_cast<uint32_t>(value); }

// A record as its bytes say, before anybody asks whether it is a good one.
struct Found {
  uint32_t begin = 0;
  uint32_t content_end = 0;
  uint32_t end_with_line = 0;
  std::span<const uint32_t> field_ends;
  const MachineRecord* machine = nullptr;  // null: the kernel vouches for the quotes
};

// Which looks at bytes a chunk needs.
struct Suspicion {
  bool null_byte = false;
  bool encoding = false;
};

uint32_t field_at(const Found& found, size_t at) {
  auto behind = std::lower_bound(found.field_ends.begin(), found.field_ends.end(), at);
  return static_cast<uint32_t>(behind - found.field_ends.begin()) + 1;
}

// The first byte of the record that is NUL or not UTF-8.
std::optional<std::pair<FaultCode, size_t>> wrong_byte(std::string_view text, const Found& found,
                                                       const Suspicion& suspicion) {
  std::string_view bytes = text.substr(found.begin, found.content_end - found.begin);
  size_t null_at = suspicion.null_byte ? bytes.find('\0') : std::string_view::npos;
  if (suspicion.encoding) {
    std::optional<size_t> invalid = find_invalid_utf8(bytes);
    if (invalid.has_value() && *invalid < null_at) {
      return std::pair(FaultCode::encoding_error, found.begin + *invalid);
    }
  }
  if (null_at == std::string_view::npos) return std::nullopt;
  return std::pair(FaultCode::null_byte, found.begin + null_at);
}

// The 0-based field that is longer than `bytes_max`, or nullopt.
std::optional<uint32_t> long_field(const Found& found, size_t bytes_max) {
  if (found.content_end - found.begin <= bytes_max) return std::nullopt;
  size_t begin = found.begin;
  for (size_t i = 0; i < found.field_ends.size(); ++i) {
    if (found.field_ends[i] - begin > bytes_max) return static_cast<uint32_t>(i);
    begin = size_t{found.field_ends[i]} + 1;
  }
  return std::nullopt;
}

// The first reason, in the order of docs/formats/csv.md, why the record is none; width 0: any.
std::optional<Fault> judge(std::string_view text, const Found& found, const Suspicion& suspicion,
                           const Dialect& dialect) {
  Fault fault;
  auto set = [&](FaultCode code, size_t at) {
    fault.code = code;
    fault.at = static_cast<uint32_t>(at);
    fault.field = field_at(found, at);
    return fault;
  };
  if (auto wrong = wrong_byte(text, found, suspicion)) return set(wrong->first, wrong->second);
  if (found.machine != nullptr && found.machine->text_after_quote) {
    return set(FaultCode::text_after_quote, found.machine->fault_at);
  }
  if (found.machine != nullptr && found.machine->open_quote) {
    auto last = static_cast<uint32_t>(found.field_ends.size()) - 1;
    return set(FaultCode::unterminated_quote,
               last == 0 ? found.begin : found.field_ends[last - 1] + 1);
  }
  if (auto field = long_field(found, dialect.field_bytes_max)) {
    return set(FaultCode::field_too_long,
               *field == 0 ? found.begin : found.field_ends[*field - 1] + 1);
  }
  return std::nullopt;
}

// What is wrong with the number of fields.
Fault width_fault(const Found& found, uint32_t width) {
  Fault fault;
  auto count = static_cast<uint32_t>(found.field_ends.size());
  bool extra = count > width;
  fault.code = extra ? FaultCode::extra_cell : FaultCode::missing_cell;
  fault.field = extra ? width + 1 : count + 1;
  fault.at = extra ? found.field_ends[width - 1] + 1 : found.content_end;
  return fault;
}

std::string_view lead_fault_text(FaultCode code) {
  switch (code) {
    case FaultCode::null_byte: return "a NUL byte, wanted text";
    case FaultCode::encoding_error: return "bytes that are not UTF-8, wanted UTF-8";
    case FaultCode::text_after_quote: return "text behind a closing quote, wanted a delimiter";
    case FaultCode::unterminated_quote: return "a quote that is never closed";
    case FaultCode::field_too_long: return "a field that is too long (limits.maxFieldBytes)";
    case FaultCode::record_too_long: return "a record that is too long (limits.maxRecordBytes)";
    case FaultCode::missing_cell:
    case FaultCode::extra_cell:
    case FaultCode::blank_row: break;
  }
  return name_of(code);
}

Error lead_error(const Fault& fault, const Chunk& chunk, size_t row) {
  Error error;
  error.type = name_of(fault.code);
  error.message = "found " + std::string(lead_fault_text(fault.code)) + ", in the header: record " +
                  std::to_string(chunk.first_record + row) + ", field " +
                  std::to_string(fault.field) + ", byte " +
                  std::to_string(chunk.byte_offset + fault.at);
  error.hint = fault.code == FaultCode::encoding_error
                   ? "convert the file to UTF-8 first; UTF-16 is not supported yet"
                   : "mend the first lines of the file, or name its dialect";
  return error;
}

std::vector<std::string> lead_cells(std::string_view text, const Found& found,
                                    const Dialect& dialect, TextArena& arena) {
  std::vector<std::string> cells;
  uint32_t begin = found.begin;
  for (uint32_t end : found.field_ends) {
    cells.emplace_back(field_text(text.substr(begin, end - begin), dialect, arena).text);
    begin = end + 1;
  }
  arena.clear();
  return cells;
}

// More are for a record longer than a chunk.
constexpr size_t places_usual = 4 * limits::chunk_bytes;

}  // namespace

struct Tokeniser::State {
  State(const Dialect& d, LineEnd line_end, uint32_t w, const Kernel& best)
      : dialect(d), kernel(best), marks(Marks::of(d)), width(w), machine(dialect, line_end) {
    SMITH_CHECK(width >= 1 && line_end != LineEnd::detect);
    dialect.line_end = line_end;
  }

  Dialect dialect;
  const Kernel& kernel;
  Marks marks;
  uint32_t width;
  Machine machine;

  std::string_view text;
  Buffer<uint32_t> begins;
  Buffer<uint32_t> ends;  // room for every separator; the first count * width are fields
  Buffer<uint32_t> line_ends;
  Buffer<uint32_t> numbers;     // those of this chunk
  Buffer<uint32_t> ascending;   // 0, 1, 2, ...: the numbers of a chunk without a gap
  Buffer<uint32_t> field_ends;  // of one record
  std::vector<Fault> faults;
  uint32_t count = 0;
  uint32_t seen = 0;  // records so far, blank lines and faults included
  uint32_t blank_count = 0;
  BlankLine blank_line = BlankLine::skip;
  Records records;

  void tokenise(const Chunk& chunk);
  bool take_whole(const IndexFound& found);
  void take_carriage_returns();
  void walk(size_t separators, const Suspicion& suspicion);
  void run_machine(const Suspicion& suspicion);
  void settle(const Found& found, const Suspicion& suspicion);
  void keep(const Found& found);
  void publish(std::span<const uint32_t> record_numbers);
};

void Tokeniser::State::tokenise(const Chunk& chunk) {
  SMITH_CHECK(chunk.kind == ChunkKind::records);
  text = chunk.text();
  faults.clear();
  begins.clear();
  line_ends.clear();
  numbers.clear();
  count = 0;
  seen = 0;
  blank_count = 0;
  ends.resize(text.size() + index_slack);
  IndexFound found = kernel.index(text, marks, ends.data());
  records = {};
  records.has_quote = found.quote;
  records.ascii = !found.high;
  Suspicion suspicion;
  suspicion.null_byte = found.null_byte;
  suspicion.encoding = found.high && find_invalid_utf8(text).has_value();
  if (!dialect.plain() || chunk.lenient || chunk.open_quote) {
    run_machine(suspicion);
    return publish(numbers.span());
  }
  // A last record without a line end gets a separator of its own behind the text.
  if (!text.empty() && text.back() != '\n') {
    ends[found.separators++] = u32(text.size());
    ++found.records;
  }
  bool clean = !suspicion.null_byte && !suspicion.encoding;
  if (clean && take_whole(found)) {
    if (found.carriage_return) take_carriage_returns();
    while (ascending.size() < count) ascending.push_back(u32(ascending.size()));
    return publish(ascending.span().first(count));
  }
  begins.clear();
  line_ends.clear();
  count = 0;
  walk(found.separators, suspicion);
  publish(numbers.span());
}

// The way of nearly every chunk: when each width-th separator is a line end, and there are no more
// line ends than records, the others are delimiters: all records are good, and `ends` is right as
// it stands (carriage returns apart). One load a record decides.
bool Tokeniser::State::take_whole(const IndexFound& found) {
  size_t rows = found.separators / width;
  if (rows * width != found.separators || rows != found.records) return false;
  begins.resize(rows);
  line_ends.resize(rows);
  size_t begin = 0;
  size_t longest = 0;
  bool wrong = false;
  for (size_t row = 0; row < rows; ++row) {
    size_t end = ends[row * width + width - 1];
    wrong |= end < text.size() && text.data()[end] != '\n';
    begins[row] = u32(begin);
    longest = std::max(longest, end - begin);
    // Only a record of one field can be blank and have the right number of separators.
    bool blank = end == begin || (end == begin + 1 && text[begin] == '\r');
    wrong |= blank && width == 1;
    begin = std::min(end + 1, text.size());
    line_ends[row] = u32(begin);
  }
  count = u32(rows);
  return !wrong && longest <= dialect.field_bytes_max;
}

// Moves the ends of last fields from before LF to before CR LF.
void Tokeniser::State::take_carriage_returns() {
  for (size_t row = 0; row < count; ++row) {
    uint32_t& end = ends[row * width + width - 1];
    bool pair = end < text.size() && end > begins[row] && text[end - 1] == '\r';
    end -= pair ? 1 : 0;
  }
}

void Tokeniser::State::walk(size_t separators, const Suspicion& suspicion) {
  Found found;
  size_t first = 0;
  for (size_t i = 0; i < separators; ++i) {
    uint32_t end = ends[i];
    if (end < text.size() && text[end] != '\n') continue;
    found.end_with_line = u32(std::min<size_t>(size_t{end} + 1, text.size()));
    bool pair = end < text.size() && end > found.begin && text[end - 1] == '\r';
    found.content_end = end - (pair ? 1 : 0);
    ends[i] = found.content_end;
    found.field_ends = ends.span().subspan(first, i + 1 - first);
    settle(found, suspicion);
    found.begin = found.end_with_line;
    first = i + 1;
  }
}

void Tokeniser::State::run_machine(const Suspicion& suspicion) {
  Found found;
  while (found.begin < text.size()) {
    machine.start();
    field_ends.clear();
    found.end_with_line = u32(machine.run(text, found.begin, Machine::More::never, &field_ends));
    const MachineRecord& record = machine.record();
    if (!record.comment) {
      found.content_end = u32(record.content_end);
      found.field_ends = field_ends.span();
      found.machine = &record;
      settle(found, suspicion);
    }
    found.begin = found.end_with_line;
  }
}

void Tokeniser::State::settle(const Found& found, const Suspicion& suspicion) {
  uint32_t number = seen++;
  bool blank = found.content_end == found.begin;
  if (blank && blank_line == BlankLine::skip) {
    ++blank_count;
    return;
  }
  std::optional<Fault> fault;
  if (blank) {
    fault.emplace();
    fault->code = FaultCode::blank_row;
    fault->at = found.begin;
  } else {
    fault = judge(text, found, suspicion, dialect);
  }
  if (!fault.has_value() && found.field_ends.size() != width) fault = width_fault(found, width);
  if (!fault.has_value()) {
    numbers.push_back(number);
    return keep(found);
  }
  fault->record = number;
  fault->begin = found.begin;
  fault->end = found.content_end;
  fault->end_with_line = found.end_with_line;
  fault->field_count = u32(found.field_ends.size());
  faults.push_back(*fault);
}

void Tokeniser::State::keep(const Found& found) {
  // In a walk the fields move down within `ends`, over the places of faults.
  std::memmove(ends.data() + size_t{count} * width, found.field_ends.data(),
               found.field_ends.size_bytes());
  begins.push_back(found.begin);
  line_ends.push_back(found.end_with_line);
  ++count;
}

void Tokeniser::State::publish(std::span<const uint32_t> record_numbers) {
  records.text = text;
  records.width = width;
  records.count = count;
  records.begins = begins.span();
  records.ends = ends.span().first(size_t{count} * width);
  records.numbers = record_numbers;
  records.line_ends = line_ends.span();
  records.faults = faults;
  records.blank_count = blank_count;
}

Tokeniser::Tokeniser(const Dialect& dialect, LineEnd line_end, uint32_t width,
                     std::string_view kernel) {
  auto found = find_kernel(kernel);
  SMITH_CHECK(found.ok(), "the splitter refuses a kernel that is not there");
  state_ = std::make_unique<State>(dialect, line_end, width, **found);
}
Tokeniser::Tokeniser(Tokeniser&&) noexcept = default;
Tokeniser& Tokeniser::operator=(Tokeniser&&) noexcept = default;
Tokeniser::~Tokeniser() = default;

void Tokeniser::set_blank_line(BlankLine blank_line) { state_->blank_line = blank_line; }

void Tokeniser::trim() {
  state_->ends.clear_above(places_usual);
  state_->field_ends.clear_above(places_usual);
}

const Records& Tokeniser::tokenise(const Chunk& chunk) {
  state_->tokenise(chunk);
  return state_->records;
}

Result<std::vector<std::vector<std::string>>> split_lead(const Dialect& dialect, LineEnd line_end,
                                                         const Chunk& chunk) {
  std::string_view text = chunk.text();
  Machine machine(dialect, line_end);
  Buffer<uint32_t> field_ends;
  TextArena arena;
  std::vector<std::vector<std::string>> rows;
  Found found;
  while (found.begin < text.size()) {
    machine.start();
    field_ends.clear();
    found.end_with_line = u32(machine.run(text, found.begin, Machine::More::never, &field_ends));
    found.content_end = u32(machine.record().content_end);
    found.field_ends = field_ends.span();
    found.machine = &machine.record();
    if (!machine.record().comment) {
      auto fault = judge(text, found, {true, true}, dialect);
      if (fault.has_value()) return lead_error(*fault, chunk, rows.size());
      rows.push_back(lead_cells(text, found, dialect, arena));
    }
    found.begin = found.end_with_line;
  }
  return rows;
}

}  // namespace silversmith::csv
