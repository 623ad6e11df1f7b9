// SPDX-License-Identifier: Apache-2.0
// Short texts as integers: the first eight bytes for ordering, a hash for tables, and a copy that
// costs no call. Loads stay within the text; stores may pass its end by up to 15 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "parquet/integers.h"

namespace silversmith::parquet {

__extension__ using uint128 = unsigned __int128;

// The first eight bytes, the first one lowest, zeros behind a shorter text.
inline uint64_t text_key(const char* data, size_t size) {
  if (size >= 8) return load8(data);
  if (size >= 4) return load4(data) | uint64_t{load4(data + size - 4)} << (8 * (size - 4));
  if (size == 0) return 0;
  // One to three bytes: first, middle and last cover them all, some twice.
  auto byte = [&](size_t i) { return uint64_t{static_cast<uint8_t>(data[i])} << (8 * i); };
  return byte(0) | byte(size / 2) | byte(size - 1);
}

// Orders as the bytes do; equal prefixes leave the rest to compare.
inline uint64_t order_key(const char* data, size_t size) {
  return __builtin_bswap64(text_key(data, size));
}

inline uint64_t fold(uint64_t a, uint64_t b) {
  uint128 product = static_cast<uint128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t hash_text(const char* data, size_t size) {
  constexpr uint64_t k1 = 0x9E37'79B9'7F4A'7C15;
  constexpr uint64_t k2 = 0xD6E8'FEB8'6659'FD93;
  uint64_t hash = size * k2;
  if (size <= 8) return fold(text_key(data, size) ^ k1, hash ^ k2);
  size_t at = 0;
  for (; at + 16 < size; at += 16) {
    hash = fold(load8(data + at) ^ k1 ^ hash, load8(data + at + 8) ^ k2);
  }
  size_t tail = size < 16 ? 0 : size - 16;
  return fold(load8(data + tail) ^ k1 ^ hash, load8(data + size - 8) ^ k2);
}

// Requires 16 writable bytes at to + size - size % 16.
inline void copy_text(const char* from, size_t size, char* to) {
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    std::memcpy(to, from, 16);
    std::memcpy(to + size - 16, from + size - 16, 16);
  } else if (size >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else {
    uint64_t key = text_key(from, size);
    std::memcpy(to, &key, 8);
  }
}

}  // namespace silversmith::parquet
