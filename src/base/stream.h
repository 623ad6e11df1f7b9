// SPDX-License-Identifier: Apache-2.0
// The seams through which bytes flow. base owns no file and no socket: store, bronze and tests
// implement these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace silversmith {

// Bytes in order, once.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Reads up to into.size() bytes and returns how many; 0 only at the end (or for an empty span).
  // Short reads are allowed. Fails with whatever the origin of the bytes fails with.
  virtual Result<size_t> read(std::span<char> into) = 0;
};

// Bytes at any place.
class RandomAccess {
 public:
  virtual ~RandomAccess() = default;
  virtual uint64_t size() const = 0;
  // Fills `into` from `offset`. Fails with corrupt when the range passes the end.
  virtual Result<> read_at(uint64_t offset, std::span<char> into) = 0;
};

// A place for bytes that go out in order.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual Result<> write(std::string_view bytes) = 0;
};

// Scratch space that nobody else sees: append, then read back. Bytes past the budget of its maker
// go to an unlinked file, so a Spool never fails for want of memory, only for want of disk.
class Spool {
 public:
  virtual ~Spool() = default;
  virtual Result<> append(std::string_view bytes) = 0;
  virtual uint64_t size() const = 0;
  // Fills `into` from `offset`; the range must have been appended.
  virtual Result<> read_at(uint64_t offset, std::span<char> into) = 0;
};

// Makes spools. One per run; its implementations share one memory budget between their spools and
// may be used from several threads (each Spool itself has one owner at a time).
class SpoolMaker {
 public:
  virtual ~SpoolMaker() = default;
  virtual std::unique_ptr<Spool> make() = 0;
};

}  // namespace silversmith
