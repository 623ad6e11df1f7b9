// SPDX-License-Identifier: Apache-2.0
// Bytes in memory as a ByteSource, handed out in pieces of a chosen size, for tests.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "base/stream.h"

namespace silversmith::test {

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string bytes, size_t piece_max = SIZE_MAX)
      : bytes_(std::move(bytes)), piece_max_(piece_max) {}

  Result<size_t> read(std::span<char> into) override {
    size_t count = std::min({into.size(), piece_max_, bytes_.size() - position_});
    std::copy_n(bytes_.data() + position_, count, into.data());
    position_ += count;
    return count;
  }

 private:
  std::string bytes_;
  size_t piece_max_;
  size_t position_ = 0;
};

}  // namespace silversmith::test
