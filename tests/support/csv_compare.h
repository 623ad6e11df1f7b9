// SPDX-License-Identifier: Apache-2.0
// Runs a text through the splitter and the tokeniser and compares every number with the oracle's.
// Shared by the tests and fuzz targets of src/csv.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.h"
#include "csv/chunk.h"
#include "csv/dialect.h"

namespace silversmith::oracle {

// Bytes from memory, at most `step` at a time.
class TextSource : public ByteSource {
 public:
  TextSource(std::string_view text, size_t step) : text_(text), step_(step) {}
  Result<size_t> read(std::span<char> into) override;

 private:
  std::string_view text_;
  size_t step_;
};

struct CompareOptions {
  size_t chunk_bytes = 64;
  size_t read_bytes = SIZE_MAX;
  uint64_t span_bytes = 0;  // 0: no spans
  uint32_t width = 2;
  std::string_view kernel = {};
};

// "" when equal, else what differs.
std::string compare(std::string_view text, const csv::Dialect& dialect,
                    const CompareOptions& options);

// A dialect, options and the text behind them, all chosen by the bytes: for fuzzing.
std::string compare_bytes(std::string_view bytes);

}  // namespace silversmith::oracle
