// SPDX-License-Identifier: Apache-2.0
// values → PLAIN bytes of an open page (Apache Parquet format: Encodings.md, "Plain"). Each Plain
// type takes rows until the page is full by its own rule, leaves nulls out, and knows the bounds of
// what it holds. In front of the values is room for the page's levels, so that a page needs no
// copy.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/buffer.h"
#include "frame/columns.h"
#include "parquet/statistics.h"

namespace silversmith::parquet {

struct PlainLimits {
  uint32_t bytes_max = 0;   // of a page's values
  uint32_t level_room = 0;  // in front of them
};

// Rows of one column, as frame has them; `valid` is null when none is null.
template <class T>
struct Rows {
  const T* values = nullptr;
  const uint8_t* valid = nullptr;
  uint32_t count = 0;
};

// T is int32_t, int64_t or double, stored as they are.
template <class T>
class PlainFixed {
 public:
  using Value = T;
  PlainFixed(frame::Type type, PlainLimits limits);
  // Takes leading rows of `rows` until the page is full; returns how many.
  uint32_t take(Rows<T> rows);
  bool full() const { return count_ == count_max_; }
  // Levels and values; the last `levels` bytes of the level room are the levels.
  char* levels_end() { return image_.data() + level_room_; }
  std::string_view image(size_t levels) const;
  Bounds bounds() const;
  void clear();

 private:
  size_t level_room_;
  uint32_t count_max_;
  uint32_t count_ = 0;
  Buffer<char> image_;
};

// Decimals of more than 18 digits: FIXED_LEN_BYTE_ARRAY, two's complement, big-endian.
class PlainDecimal {
 public:
  using Value = frame::int128;
  PlainDecimal(frame::Type type, PlainLimits limits);
  uint32_t take(Rows<Value> rows);
  bool full() const { return count_ == count_max_; }
  char* levels_end() { return image_.data() + level_room_; }
  std::string_view image(size_t levels) const;
  Bounds bounds() const;
  void clear();

 private:
  size_t level_room_;
  uint8_t width_;
  uint32_t count_max_;
  uint32_t count_ = 0;
  frame::int128 least_ = 0;
  frame::int128 greatest_ = 0;
  Buffer<char> image_;
};

// Bits, eight to a byte, the first one lowest. Never RLE: some readers misread that in v1 pages.
class PlainBoolean {
 public:
  using Value = uint8_t;
  PlainBoolean(frame::Type type, PlainLimits limits);
  uint32_t take(Rows<Value> rows);
  bool full() const { return count_ == count_max_; }
  char* levels_end() { return image_.data() + level_room_; }
  std::string_view image(size_t levels) const;
  Bounds bounds() const { return bounds_of_booleans(trues_, count_ - trues_); }
  void clear();

 private:
  size_t level_room_;
  uint32_t count_max_;
  uint32_t count_ = 0;
  uint32_t trues_ = 0;
  Buffer<char> image_;
};

// Four bytes of length, then the text. A page ends before the text that would pass its limit; a
// longer text is alone on its page.
class PlainText {
 public:
  using Value = frame::Text;
  PlainText(frame::Type type, PlainLimits limits);
  uint32_t take(Rows<Value> rows);
  bool full() const { return full_; }
  char* levels_end() { return image_.data() + level_room_; }
  std::string_view image(size_t levels) const;
  Bounds bounds() const;
  void clear();

 private:
  struct Extreme {
    uint64_t key = 0;   // order_key of the text
    size_t offset = 0;  // of the text in image_
    uint32_t size = 0;
  };
  std::string_view text(const Extreme& extreme) const;
  void put(frame::Text text);
  void see(frame::Text text, size_t offset);

  size_t level_room_;
  size_t bytes_max_;
  bool utf8_;
  bool full_ = false;
  bool any_ = false;
  Extreme least_;
  Extreme greatest_;
  Buffer<char> image_;
};

}  // namespace silversmith::parquet
