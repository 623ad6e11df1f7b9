// SPDX-License-Identifier: Apache-2.0
// The kernels: quote parity over 64 bytes at a time. Each instruction set has one file that defines
// a Block and includes scan_body.inl, the algorithm. All give the same answers; scalar is the one
// the others are measured against. One indirect call a range or chunk, never one a record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "csv/dialect.h"

namespace silversmith::csv {

// The bytes that make structure, of a dialect that is plain().
struct Marks {
  char delimiter = ',';
  char quote = '"';
  uint64_t quoting = ~uint64_t{0};   // 0: no quoting
  uint64_t doubling = ~uint64_t{0};  // 0: "" inside quotes is not one quote
  bool skip_initial_space = false;

  static Marks of(const Dialect& dialect);
};

// What one block must know of the bytes before it; each is a bit 0 but `inside`, all ones or none.
// The initial value is that of the beginning of a record.
struct SplitCarry {
  uint64_t inside = 0;
  uint64_t separator = 1;  // the byte before ends a field or record
  uint64_t close = 0;      // ... is a closing quote, or the first half of a doubled one
  uint64_t close_cr = 0;   // ... is a CR behind a closing quote: LF must follow
  uint64_t spaces = 0;     // ... is an initial space that is skipped
};

// A sweep over text for record ends. `at` moves, counts add up.
struct SplitScan {
  static constexpr size_t none = SIZE_MAX;
  size_t at = 0;            // in: where to begin; out: `end`, or the byte that violates the guard
  SplitCarry carry;         // out: of `at`; meaningless after a violation
  bool violated = false;    // a quote stands where parity is wrong
  size_t first_end = none;  // behind the first record's line end
  size_t last_end = none;   // behind the last one's
  uint64_t records = 0;     // record ends
  uint64_t lines = 0;       // line ends, quoted ones included
  uint64_t lines_at_last = 0;  // ... up to last_end
};

// What a whole chunk contains, besides the places of its separators.
struct IndexFound {
  size_t separators = 0;  // delimiters and line ends outside quotes
  size_t records = 0;     // the line ends among them
  bool quote = false;
  bool null_byte = false;
  bool high = false;  // a byte above 0x7F
  bool carriage_return = false;
};

struct Kernel {
  std::string_view name;
  bool (*supported)();
  // Sweeps [scan.at, end) of `text`. 64 bytes around `text` must be readable.
  void (*split)(const char* text, size_t end, const Marks& marks, SplitScan& scan);
  // Requires room for text.size() + index_slack offsets at `out`.
  IndexFound (*index)(std::string_view text, const Marks& marks, uint32_t* out);
};

inline constexpr size_t index_slack = 64;

// Those that this machine supports, best first; the last one is "scalar".
std::span<const Kernel* const> kernels();

// "" is the best one. Fails with invalid: unknown here; the message lists those there are.
Result<const Kernel*> find_kernel(std::string_view name);

extern const Kernel kernel_scalar;
#if defined(__x86_64__)
extern const Kernel kernel_avx2;
#endif

}  // namespace silversmith::csv
