// SPDX-License-Identifier: Apache-2.0
// Integers in bytes, as Parquet, thrift and Snappy have them: little-endian, or as varints of seven
// bits a byte with the lowest first and the top bit set on all but the last.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace silversmith::parquet {

static_assert(std::endian::native == std::endian::little, "integers are stored as they are");

inline uint64_t load8(const char* from) {
  uint64_t value;
  std::memcpy(&value, from, 8);
  return value;
}

inline uint32_t load4(const char* from) {
  uint32_t value;
  std::memcpy(&value, from, 4);
  return value;
}

inline constexpr size_t varint_bytes_max = 10;

// Writes at most varint_bytes_max and returns where they end.
inline char* put_varint(char* to, uint64_t value) {
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>((value & 0x7F) | 0x80);
  *to++ = static_cast<char>(value);
  return to;
}

}  // namespace silversmith::parquet
