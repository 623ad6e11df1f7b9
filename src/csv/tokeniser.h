// SPDX-License-Identifier: Apache-2.0
// chunk → Records: finds fields and sets broken records aside. SIMD when quotes are where parity
// expects them, the state machine for a lenient chunk or a dialect that is not plain(). Owned by
// one worker; reuses its memory from chunk to chunk.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "csv/chunk.h"
#include "csv/dialect.h"
#include "csv/records.h"

namespace silversmith::csv {

// What a blank line is: a record that counts and is skipped, or a Fault.
enum class BlankLine : uint8_t { skip, fault };

class Tokeniser {
 public:
  // Requires width >= 1, a decided `line_end` (not `detect`) and a kernel that find_kernel knows;
  // "" is the best one. `dialect` must outlive this.
  Tokeniser(const Dialect& dialect, LineEnd line_end, uint32_t width, std::string_view kernel = {});
  Tokeniser(Tokeniser&&) noexcept;
  Tokeniser& operator=(Tokeniser&&) noexcept;
  ~Tokeniser();

  // From now on; skip at first.
  void set_blank_line(BlankLine blank_line);
  // Requires kind records. The result is valid until the next call or until `chunk` dies.
  const Records& tokenise(const Chunk& chunk);
  // The records die, and memory that a long record took is given back.
  void trim();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The cells of every record of a lead chunk, unquoted, as they stand: [0] is the file's first
// record; a blank line has one empty cell.
// Fails with invalid (type "encoding-error", "text-after-quote", ...): the message has the place.
Result<std::vector<std::vector<std::string>>> split_lead(const Dialect& dialect, LineEnd line_end,
                                                         const Chunk& chunk);

}  // namespace silversmith::csv
