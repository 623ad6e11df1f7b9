// SPDX-License-Identifier: Apache-2.0
// A text as RandomAccess, for tests that read back what was written.
#pragma once

#include <string>
#include <utility>

#include "base/stream.h"

namespace silversmith::test {

class Bytes : public RandomAccess {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  uint64_t size() const override { return bytes_.size(); }
  Result<> read_at(uint64_t offset, std::span<char> into) override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset) {
      return Error{Code::corrupt, "past the end", "", ""};
    }
    bytes_.copy(into.data(), into.size(), offset);
    return {};
  }

 private:
  std::string bytes_;
};

}  // namespace silversmith::test
