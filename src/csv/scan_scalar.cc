// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "csv/scan.h"

namespace silversmith::csv {

namespace {

struct Block {
  const char* bytes;
  static Block load(const char* at) { return {at}; }
  uint64_t eq(char byte) const {
    uint64_t bits = 0;
    for (size_t i = 0; i < 64; ++i) bits |= uint64_t{bytes[i] == byte} << i;
    return bits;
  }
};

struct Seen {
  bool null_byte = false;
  bool high = false;
  bool carriage_return = false;
  void add(const Block& block) {
    for (size_t i = 0; i < 64; ++i) {
      null_byte |= block.bytes[i] == 0;
      high |= static_cast<unsigned char>(block.bytes[i]) > 0x7F;
      carriage_return |= block.bytes[i] == '\r';
    }
  }
  bool has_null() const { return null_byte; }
  bool has_high() const { return high; }
  bool has_cr() const { return carriage_return; }
};

// Each step doubles the reach: after the last one, bit i is the parity of bits 0..i.
uint64_t prefix_xor(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

int trailing_zeros(uint64_t bits) { return bits == 0 ? 0 : __builtin_ctzll(bits); }

#include "csv/scan_body.inl"

bool supported() { return true; }

}  // namespace

const Kernel kernel_scalar = {"scalar", supported, split_text, index_text};

}  // namespace silversmith::csv
