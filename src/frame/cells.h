// SPDX-License-Identifier: Apache-2.0
// One field of every record of a chunk, side by side: the first half of the hot path. Cells are
// views of the chunk; only cells that had to be unescaped live in the reader's arena.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "csv/field.h"
#include "csv/records.h"
#include "frame/columns.h"
#include "frame/mark.h"

namespace silversmith::frame {

// Exact cell texts that mean null.
class NullTokens {
 public:
  explicit NullTokens(const std::vector<std::string>& tokens);
  // Sets each mark to null or good and returns how many are null.
  uint32_t mark(std::span<const Text> cells, Mark* marks) const;
  bool contains(Text cell) const {
    uint64_t bit = uint64_t{1} << (cell.size < 63 ? cell.size : 63);
    return (lengths_ & bit) != 0 && is_token(cell);
  }

 private:
  bool is_token(Text cell) const;

  std::vector<std::string> tokens_;
  uint64_t lengths_ = 0;  // bit n: some token has n bytes; bit 63: 63 or more
};

// Whether cells must have 64 readable bytes around them even where they were unescaped.
enum class Margin : uint8_t { none, wanted };

class CellReader {
 public:
  explicit CellReader(const csv::Dialect& dialect) : dialect_(dialect) {}

  // A new chunk: the cells of the one before die.
  void begin(const csv::Records& records);
  void trim() { arena_.clear(); }
  // Fills out[0..count) with the cells of that field. Valid until begin() or until the chunk dies.
  void gather(uint32_t field, Margin margin, Text* out);
  // Records whose cell in the last gather was quoted and empty, ascending.
  const std::vector<uint32_t>& quoted_empty() const { return quoted_empty_; }
  // The same of cells that were quoted and the dialect's nullSequence.
  const std::vector<uint32_t>& quoted_null() const { return quoted_null_; }

 private:
  void gather_quoted(uint32_t field, Margin margin, Text* out);
  Text read(std::string_view span, Margin margin, bool* quoted);

  const csv::Dialect& dialect_;
  const csv::Records* records_ = nullptr;
  csv::TextArena arena_;
  std::vector<uint32_t> quoted_empty_;
  std::vector<uint32_t> quoted_null_;
};

}  // namespace silversmith::frame
