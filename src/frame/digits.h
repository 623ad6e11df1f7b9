// SPDX-License-Identifier: Apache-2.0
// Digits, eight at a time, in general registers: the ground on which every numeric and temporal
// conversion stands. Loads may read up to 16 bytes around a cell; chunks and arenas allow it.
//
//   "  1234" ends at `end`:   load(end - 8) = xx xx xx xx '1' '2' '3' '4'   (last digit on top)
//   keep_last(word, 4)                      = 00 00 00 00  1   2   3   4
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace silversmith::frame {

static_assert(std::endian::native == std::endian::little, "byte order of the loads below");

inline uint64_t load_word(const char* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// The top `count` bytes as digit values, the rest zero. Requires 1 <= count <= 8.
inline uint64_t keep_last(uint64_t word, uint32_t count) {
  uint32_t drop = 64 - 8 * count;
  return ((word ^ 0x3030303030303030) >> drop) << drop;
}

// True when each byte is 0..9. A byte of 10 or more reaches 0x80 by adding 0x76, or has it set; a
// carry out of a byte only comes from one that is itself too large.
inline bool all_digits(uint64_t values) {
  return (((values + 0x7676767676767676) | values) & 0x8080808080808080) == 0;
}

// Two four-digit numbers: the first four digits in the low half, the last four in the high half.
inline uint64_t fold_fours(uint64_t values) {
  values = (values * 10 + (values >> 8)) & 0x00FF00FF00FF00FF;
  return (values * 100 + (values >> 16)) & 0x0000FFFF0000FFFF;
}

// The number that eight digit values spell.
inline uint64_t fold_eight(uint64_t values) {
  values = fold_fours(values);
  return (values * 10000 + (values >> 32)) & 0xFFFFFFFF;
}

inline bool is_digit(char byte) { return static_cast<unsigned char>(byte - '0') <= 9; }

}  // namespace silversmith::frame
