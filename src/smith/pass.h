// SPDX-License-Identifier: Apache-2.0
// One pass over an object's bytes, opened: raw source, decoder, splitter, and the header read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bronze/reader.h"
#include "csv/splitter.h"
#include "csv/tokeniser.h"
#include "smith/converter.h"
#include "smith/options.h"
#include "smith/pipeline.h"

namespace silversmith::smith {

// A source that reports progress and ends the run when asked to stop.
class WatchedSource : public ByteSource {
 public:
  WatchedSource(ByteSource& source, Progress* progress) : source_(source), progress_(progress) {}
  Result<size_t> read(std::span<char> into) override;

 private:
  ByteSource& source_;
  Progress* progress_;
};

struct Pass {
  std::unique_ptr<ByteSource> raw;
  std::unique_ptr<WatchedSource> watched;
  std::unique_ptr<bronze::Reader> reader;
  std::optional<csv::Splitter> splitter;
  std::vector<std::vector<std::string>> header_rows;  // empty without a header
  std::string header_text;                            // the header rows' own bytes
  std::optional<csv::Chunk> first;                    // the first chunk of records, if any
  csv::LineEnd line_end = csv::LineEnd::newline;      // decided
};

struct PassOptions {
  csv::Dialect dialect;
  size_t chunk_bytes = limits::chunk_bytes;
  std::string kernel;
  uint64_t span_bytes_min = limits::span_bytes_min;
  Progress* progress = nullptr;
  uint64_t inflate_window_bytes_max = bronze::zstd_window_bytes_default;
};

// The type of the error for a source without a byte.
inline constexpr std::string_view empty_source_type = "source-error";

// Opens and reads the header. `first` stays empty: spans are not begun yet.
// Fails with invalid, type empty_source_type, when there are no bytes; with what the bytes fail
// with.
Result<Pass> open_pass(const Converter::OpenSource& open, const PassOptions& options);

// Begins the spans for that many columns and reads the first chunk of records.
Result<> begin_records(Pass& pass, const PassOptions& options, size_t columns);

// The number of fields of the first record that is neither blank nor broken (of the first broken
// one where all are), for files without a header and a contract. Reads no further than it must.
Result<size_t> probe_width(const Converter::OpenSource& open, const PassOptions& options);

}  // namespace silversmith::smith
