// SPDX-License-Identifier: Apache-2.0
// CSV text → Records by the real tokeniser, for tests of what comes behind it.
#pragma once

#include <string>
#include <string_view>

#include "csv/chunk.h"
#include "csv/tokeniser.h"

namespace silversmith {

class MadeRecords {
 public:
  MadeRecords(std::string_view text, uint32_t width, csv::Dialect dialect = {},
              csv::LineEnd line_end = csv::LineEnd::newline)
      : dialect_(dialect), tokeniser_(dialect_, line_end, width) {
    chunk_.buffer.append(text.data(), text.size());
    // The state machine judges every quote by itself, so that any text may be given.
    chunk_.lenient = true;
    records_ = &tokeniser_.tokenise(chunk_);
  }
  MadeRecords(const MadeRecords&) = delete;
  MadeRecords& operator=(const MadeRecords&) = delete;

  const csv::Records& operator*() const { return *records_; }
  const csv::Records* operator->() const { return records_; }

 private:
  csv::Dialect dialect_;
  csv::Chunk chunk_;
  csv::Tokeniser tokeniser_;
  const csv::Records* records_ = nullptr;
};

}  // namespace silversmith
