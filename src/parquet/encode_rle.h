// SPDX-License-Identifier: Apache-2.0
// The RLE/bit-packing hybrid (Apache Parquet format: Encodings.md, "RLE"): dictionary ids and
// definition levels. Pure functions from values to bytes; the bytes follow from the values alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/buffer.h"

namespace silversmith::parquet {

// Bits that hold every id below `count`; at least 1, since readers trip over width 0.
uint32_t id_bits(size_t count);

// Appends the hybrid runs of `ids`, each below 2^bits. Requires 1 <= bits <= 16.
void encode_ids(std::span<const uint16_t> ids, uint32_t bits, Buffer<char>& out);

// The most bytes that encode_levels() writes for that many rows.
constexpr size_t level_bytes_max(size_t rows) { return 4 + 5 + (rows + 7) / 8; }

// Validity bits of one page as they arrive: row r is bit r % 8 of byte r / 8, which is already
// the bit-packed form of definition levels of width 1.
class Levels {
 public:
  void append_valid(uint32_t rows);
  // One byte a row, 1 or 0.
  void append(const uint8_t* valid, uint32_t rows);
  void clear();
  // Replaces `valid` by one byte a row, 1 or 0.
  void unpack(Buffer<uint8_t>& valid) const;

  uint32_t rows() const { return rows_; }
  uint32_t nulls() const { return nulls_; }
  // Writes the levels of a v1 data page, their 4-byte length in front; returns the bytes written.
  // Requires level_bytes_max(rows()) bytes at `to`.
  size_t encode(char* to) const;

 private:
  void materialise();

  Buffer<uint8_t> bits_;  // holds rows_ bits once a null has come; empty before
  uint32_t rows_ = 0;
  uint32_t nulls_ = 0;
};

}  // namespace silversmith::parquet
