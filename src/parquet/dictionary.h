// SPDX-License-Identifier: Apache-2.0
// values → ids: the distinct values of a column chunk in the order of their first appearance, found
// by hash. Open addressing with slots of 16-bit ids, at most half full; the hash
// takes top bits of a multiplication, since the low bits of doubles are often zero. A table that
// is full, or in which one value's probing takes too long, says so: the column goes on in PLAIN.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/buffer.h"
#include "frame/columns.h"
#include "parquet/statistics.h"

namespace silversmith::parquet {

inline constexpr uint32_t no_id = 0xFFFF;
inline constexpr size_t dictionary_entries_max = 0xFFFF;

// The slots; knows ids and hashes only.
class IdTable {
 public:
  size_t mask() const { return slots_.size() - 1; }
  uint16_t* slots() { return slots_.data(); }
  uint32_t shift() const { return shift_; }
  // Empties the table and makes it `bits` wide.
  void reset(uint32_t bits);
  // Whether another entry needs a larger table first.
  // While small it stays a quarter full: a mispredicted second probe costs more than the cache.
  bool crowded(size_t entries) const { return entries * (bits() < 12 ? 4 : 2) >= slots_.size(); }
  uint32_t bits() const { return 64 - shift_; }
  void place(uint64_t hash, uint16_t id);

 private:
  Buffer<uint16_t> slots_;
  uint32_t shift_ = 64;
};

// T is int32_t, int64_t, double (by its bits) or int128.
template <class T>
class FixedDictionary {
 public:
  explicit FixedDictionary(size_t bytes_max);
  // The value's id, or no_id when it is new and there is no room.
  uint32_t id_of(T value);
  size_t size() const { return entries_.size(); }
  size_t bytes() const { return entries_.size() * sizeof(T); }
  T operator[](size_t id) const { return entries_[id]; }
  std::span<const T> entries() const { return entries_.span(); }
  void clear();

 private:
  uint32_t add(T value, uint64_t hash);

  size_t entries_max_;
  Buffer<T> entries_;
  IdTable table_;
};

class TextDictionary {
 public:
  explicit TextDictionary(size_t bytes_max) : bytes_max_(bytes_max) { clear(); }
  uint32_t id_of(frame::Text text);
  size_t size() const { return offsets_.size(); }
  size_t bytes() const { return body_.size(); }
  // Valid until the next id_of().
  frame::Text operator[](size_t id) const;
  // The entries as a PLAIN dictionary page holds them: 4 bytes of length and the text, each.
  std::string_view body() const { return {body_.data(), body_.size()}; }
  void clear();

 private:
  uint32_t add(frame::Text text, uint64_t hash);

  size_t bytes_max_;
  Buffer<char> body_;
  Buffer<uint32_t> offsets_;  // of the lengths
  Buffer<uint64_t> hashes_;
  IdTable table_;
};

// Whether a sample of ids promises that a dictionary pays. Integers only, so that every machine
// decides alike.
struct Sample {
  std::span<const uint16_t> ids;
  uint64_t plain_bytes = 0;  // of the sampled values, PLAIN
  uint64_t entries = 0;
  uint64_t entry_bytes = 0;  // of the dictionary page
  uint64_t entry_bytes_max = 0;
  bool complete = false;  // the chunk has no further values
};
bool dictionary_pays(const Sample& sample);

}  // namespace silversmith::parquet
