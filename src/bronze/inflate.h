// SPDX-License-Identifier: Apache-2.0
// Compressed bytes → plain bytes, one step at a time: gzip members (RFC 1952) and zstd frames
// (RFC 8878). The one home of both libraries; bronze/reader drives it.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"

namespace silversmith::bronze {

// zstd frames may ask for a history window; a larger one than this is refused, so that memory
// stays bounded. Levels up to 19 need 8 MiB, --ultra -20 32 MiB.
inline constexpr int zstd_window_log_max = 25;

class Inflater {
 public:
  struct Step {
    size_t consumed = 0;
    size_t produced = 0;
    bool at_end = false;  // a member or frame has just ended and was whole
  };

  virtual ~Inflater() = default;
  // Consumes some of `input` and fills some of `output`. Fails with corrupt; the message says what
  // the library found, without a place.
  virtual Result<Step> step(std::string_view input, std::span<char> output) = 0;
  // Whether `rest`, the first bytes behind a whole member, may begin another one.
  virtual bool continues(std::string_view rest) const = 0;
};

std::unique_ptr<Inflater> make_gzip_inflater();
std::unique_ptr<Inflater> make_zstd_inflater();

}  // namespace silversmith::bronze
