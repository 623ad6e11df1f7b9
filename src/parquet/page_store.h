// SPDX-License-Identifier: Apache-2.0
// Where finished pages wait for their place in the file: blocks of memory up to a budget, then a
// spool. Addresses do not say which; bytes come out as they went in.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/result.h"
#include "base/stream.h"

namespace silversmith::parquet {

class PageStore {
 public:
  PageStore() = default;
  // With bytes_max 0 or without `spools` everything stays in memory. `spools` must outlive this.
  PageStore(SpoolMaker* spools, uint64_t bytes_max) : spools_(spools), bytes_max_(bytes_max) {}

  uint64_t size() const { return held_ + (spool_ == nullptr ? 0 : spool_->size()); }
  // Once a piece has gone to the spool all later ones do. Fails with what the spool fails with.
  Result<> append(std::string_view bytes);
  // Writes `size` bytes from `place` on. Fails with what the spool or the sink fails with.
  Result<> copy(uint64_t place, uint64_t size, ByteSink& sink);

 private:
  Result<> copy_spooled(uint64_t place, uint64_t size, ByteSink& sink);

  SpoolMaker* spools_ = nullptr;
  uint64_t bytes_max_ = 0;
  std::vector<Buffer<char>> blocks_;
  uint64_t held_ = 0;
  std::unique_ptr<Spool> spool_;
};

}  // namespace silversmith::parquet
