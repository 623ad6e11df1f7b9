// SPDX-License-Identifier: Apache-2.0
#include "parquet/page_store.h"

#include <algorithm>

#include "base/check.h"

namespace silversmith::parquet {

namespace {

constexpr size_t block_bytes = size_t{128} << 10;

}  // namespace

Result<> PageStore::append(std::string_view bytes) {
  bool fits = spools_ == nullptr || bytes_max_ == 0 || held_ + bytes.size() <= bytes_max_;
  if (spool_ != nullptr || !fits) {
    if (spool_ == nullptr) spool_ = spools_->make();
    return spool_->append(bytes);
  }
  while (!bytes.empty()) {
    if (held_ == blocks_.size() * block_bytes) blocks_.emplace_back().reserve(block_bytes);
    size_t room = block_bytes - held_ % block_bytes;
    size_t count = std::min(bytes.size(), room);
    blocks_.back().append(bytes.data(), count);
    held_ += count;
    bytes.remove_prefix(count);
  }
  return {};
}

Result<> PageStore::copy(uint64_t place, uint64_t size, ByteSink& sink) {
  SMITH_CHECK(place <= this->size() && size <= this->size() - place, "no such page");
  while (size > 0 && place < held_) {
    const Buffer<char>& block = blocks_[place / block_bytes];
    size_t at = place % block_bytes;
    size_t count = std::min<uint64_t>(size, block.size() - at);
    SMITH_TRY(sink.write({block.data() + at, count}));
    place += count;
    size -= count;
  }
  return size == 0 ? Result<>() : copy_spooled(place - held_, size, sink);
}

Result<> PageStore::copy_spooled(uint64_t place, uint64_t size, ByteSink& sink) {
  Buffer<char> block;
  block.resize(std::min<uint64_t>(size, block_bytes));
  while (size > 0) {
    size_t count = std::min<uint64_t>(size, block.size());
    SMITH_TRY(spool_->read_at(place, {block.data(), count}));
    SMITH_TRY(sink.write({block.data(), count}));
    place += count;
    size -= count;
  }
  return {};
}

}  // namespace silversmith::parquet
