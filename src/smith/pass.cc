// SPDX-License-Identifier: Apache-2.0
#include "smith/pass.h"

#include <algorithm>

namespace silversmith::smith {

namespace {

Error empty_source() {
  return {Code::invalid, "the file is empty: found 0 bytes, wanted at least a header",
          "upload the file again; a header alone is enough for an empty table",
          std::string(empty_source_type)};
}

Error short_header(size_t found, size_t wanted) {
  return {Code::invalid,
          "the file ends inside its header: found " + std::to_string(found) +
              " rows, wanted header row " + std::to_string(wanted),
          "check dialect.headerRows", "blank-header"};
}

// The line end that the first chunk shows; a file of one record without a line end has none.
csv::LineEnd decided(const csv::Dialect& dialect, const csv::Splitter& splitter) {
  return dialect.line_end == csv::LineEnd::detect ? splitter.line_end() : dialect.line_end;
}

}  // namespace

Result<size_t> WatchedSource::read(std::span<char> into) {
  if (progress_ != nullptr && progress_->stop.load(std::memory_order_relaxed)) {
    return Error{Code::stopped, "asked to stop", "", ""};
  }
  size_t got = SMITH_TRY(source_.read(into));
  if (progress_ != nullptr) progress_->raw_bytes.fetch_add(got, std::memory_order_relaxed);
  return got;
}

Result<Pass> open_pass(const Converter::OpenSource& open, const PassOptions& options) {
  Pass pass;
  pass.raw = SMITH_TRY(open());
  pass.watched = std::make_unique<WatchedSource>(*pass.raw, options.progress);
  pass.reader = std::make_unique<bronze::Reader>(*pass.watched, options.inflate_window_bytes_max);
  pass.splitter = SMITH_TRY(
      csv::Splitter::open(options.dialect, *pass.reader, {options.chunk_bytes, options.kernel}));
  if (!options.dialect.header) return pass;
  auto lead = SMITH_TRY(pass.splitter->next());
  if (!lead.has_value()) return empty_source();
  if (lead->kind == csv::ChunkKind::oversize) {
    return Error{Code::invalid,
                 "the header is longer than " + std::to_string(options.dialect.record_bytes_max) +
                     " bytes (limits.maxRecordBytes)",
                 "look for a quote that is never closed in the first lines", "limit-exceeded"};
  }
  pass.line_end = decided(options.dialect, *pass.splitter);
  pass.header_rows = SMITH_TRY(csv::split_lead(options.dialect, pass.line_end, *lead));
  size_t wanted = options.dialect.header_rows.back();
  if (pass.header_rows.size() < wanted) return short_header(pass.header_rows.size(), wanted);
  pass.header_text = lead->text();
  if (!pass.header_text.ends_with('\n') && !pass.header_text.ends_with('\r')) {
    pass.header_text += '\n';
  }
  return pass;
}

Result<> begin_records(Pass& pass, const PassOptions& options, size_t columns) {
  // Both bounds shrink together, so that tests see many row groups in small files.
  constexpr uint64_t columns_at_min = limits::span_bytes_min / limits::span_bytes_per_column;
  static_assert(columns_at_min * limits::span_bytes_per_column == limits::span_bytes_min);
  pass.splitter->begin_spans(
      std::max(options.span_bytes_min, options.span_bytes_min / columns_at_min * columns));
  pass.first = SMITH_TRY(pass.splitter->next());
  if (!options.dialect.header && !pass.first.has_value()) return empty_source();
  pass.line_end = decided(options.dialect, *pass.splitter);
  return {};
}

Result<size_t> probe_width(const Converter::OpenSource& open, const PassOptions& options) {
  Pass pass = SMITH_TRY(open_pass(open, options));
  SMITH_TRY(begin_records(pass, options, 1));
  // To a tokeniser that wants one field, any other record is one of the wrong width.
  csv::Tokeniser tokeniser(options.dialect, pass.line_end, 1, options.kernel);
  size_t of_broken = 0;
  std::optional<csv::Chunk> chunk = std::move(pass.first);
  while (chunk.has_value()) {
    if (chunk->kind == csv::ChunkKind::records) {
      const csv::Records& records = tokeniser.tokenise(*chunk);
      for (const csv::Fault& fault : records.faults) {
        if (records.count > 0 && fault.record > records.numbers[0]) break;
        bool whole =
            fault.code == csv::FaultCode::extra_cell || fault.code == csv::FaultCode::missing_cell;
        if (whole) return fault.field_count;
        if (of_broken == 0) of_broken = fault.field_count;
      }
      if (records.count > 0) return size_t{1};
    }
    pass.splitter->recycle(std::move(chunk->buffer));
    chunk = SMITH_TRY(pass.splitter->next());
  }
  return std::max<size_t>(of_broken, 1);
}

}  // namespace silversmith::smith
