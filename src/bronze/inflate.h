// SPDX-License-Identifier: Apache-2.0
// Compressed bytes → plain bytes, one step at a time: gzip members (RFC 1952) and zstd frames
// (RFC 8878). The one home of both libraries; bronze/reader drives it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"

namespace silversmith::bronze {

// A zstd frame asks for a history window. Levels up to 19 want at most 8 MiB, --ultra -20 32 MiB,
// --long 128 MiB.
inline constexpr uint64_t zstd_window_bytes_default = uint64_t{32} << 20;
// What the decoder holds besides its window: two blocks of 128 KiB, tables, its input.
inline constexpr uint64_t zstd_fixed_bytes = uint64_t{1} << 20;

class Inflater {
 public:
  struct Step {
    size_t consumed = 0;
    size_t produced = 0;
    bool at_end = false;  // a member or frame has just ended and was whole
  };

  virtual ~Inflater() = default;
  // Consumes some of `input` and fills some of `output`. Fails with corrupt, and with denied when a
  // frame asks for a larger window than is allowed; the message says what was found, without a
  // place.
  virtual Result<Step> step(std::string_view input, std::span<char> output) = 0;
  // Whether `rest`, the first bytes behind a whole member, may begin another one.
  virtual bool continues(std::string_view rest) const = 0;
};

std::unique_ptr<Inflater> make_gzip_inflater();
// `window_bytes_max`: a power of two, 1 KiB to 2 GiB; what passes it is held to the nearer end.
std::unique_ptr<Inflater> make_zstd_inflater(uint64_t window_bytes_max);

}  // namespace silversmith::bronze
