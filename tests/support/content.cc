// SPDX-License-Identifier: Apache-2.0
#include "support/content.h"

#include <algorithm>

#include "base/check.h"

namespace silversmith::test {

Blob::Blob(const Blob& other) : slot_(other.slot_) {
  if (slot_ != nullptr) slot_->shares.fetch_add(1, std::memory_order_relaxed);
}

Blob::~Blob() {
  if (slot_ == nullptr) return;
  if (slot_->shares.fetch_sub(1, std::memory_order_acq_rel) == 1) slot_->pool.drop(slot_->self);
}

std::string_view Blob::bytes() const { return slot_->bytes; }

Blob BlobPool::keep(std::string bytes) {
  std::lock_guard lock(mutex_);
  auto slot = slots_.emplace(slots_.end(), *this, std::move(bytes));
  slot->self = slot;
  return Blob(&*slot);
}

size_t BlobPool::count() const {
  std::lock_guard lock(mutex_);
  return slots_.size();
}

void BlobPool::drop(std::list<Blob::Slot>::iterator slot) {
  std::list<Blob::Slot> gone;  // Freed outside of the lock: it may be a gigabyte.
  std::lock_guard lock(mutex_);
  gone.splice(gone.end(), slots_, slot);
}

void Content::append(Blob blob, uint64_t repeats) {
  uint64_t bytes = blob.bytes().size() * repeats;
  if (bytes == 0) return;
  pieces_.push_back({std::move(blob), size_, size_ + bytes});
  size_ += bytes;
}

void Content::append(const Content& other) {
  for (const Piece& piece : other.pieces_) {
    append(piece.blob, (piece.end - piece.begin) / piece.blob.bytes().size());
  }
}

std::string_view Content::from(uint64_t offset, uint64_t bytes_max) const {
  if (offset >= size_) return {};
  auto piece = std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                                [](uint64_t at, const Piece& p) { return at < p.end; });
  std::string_view bytes = piece->blob.bytes();
  return bytes.substr((offset - piece->begin) % bytes.size(), bytes_max);
}

std::string Content::copy(uint64_t offset, uint64_t count) const {
  SMITH_CHECK(offset <= size_ && count <= size_ - offset, "a range passes the end of a content");
  std::string out;
  out.reserve(count);
  while (out.size() < count) out += from(offset + out.size(), count - out.size());
  return out;
}

}  // namespace silversmith::test
