// SPDX-License-Identifier: Apache-2.0
// The bytes of an object of the fake S3: pieces in order, each perhaps repeated. A part of a
// multipart upload is a piece, and so is the block of a generated object, so that neither joining
// parts nor an object of 5 GB costs memory. Copies share their bytes.
// The one thing to know: a BlobPool outlives every Content made from it.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace silversmith::test {

class BlobPool;

// A share in bytes that never change; the last share frees them.
class Blob {
 public:
  Blob(const Blob& other);
  Blob(Blob&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
  Blob& operator=(Blob other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
  }
  ~Blob();

  std::string_view bytes() const;  // Valid until the last share goes.

 private:
  friend class BlobPool;
  struct Slot;
  explicit Blob(Slot* slot) : slot_(slot) {}
  Slot* slot_;
};

struct Blob::Slot {
  Slot(BlobPool& owner, std::string held) : pool(owner), bytes(std::move(held)) {}
  BlobPool& pool;
  const std::string bytes;
  std::atomic<size_t> shares = 1;
  std::list<Slot>::iterator self;
};

class BlobPool {
 public:
  Blob keep(std::string bytes);
  size_t count() const;  // blobs that somebody still has a share in

 private:
  friend class Blob;
  void drop(std::list<Blob::Slot>::iterator slot);

  mutable std::mutex mutex_;
  std::list<Blob::Slot> slots_;
};

class Content {
 public:
  void append(Blob blob, uint64_t repeats = 1);
  void append(const Content& other);

  uint64_t size() const { return size_; }
  // The bytes from `offset` to the end of their piece, at most `bytes_max`; empty only at the end.
  // Valid until this Content goes.
  std::string_view from(uint64_t offset, uint64_t bytes_max) const;
  // Requires a range inside.
  std::string copy(uint64_t offset, uint64_t count) const;

 private:
  struct Piece {
    Blob blob;
    uint64_t begin;
    uint64_t end;
  };
  std::vector<Piece> pieces_;
  uint64_t size_ = 0;
};

}  // namespace silversmith::test
