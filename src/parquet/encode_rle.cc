// SPDX-License-Identifier: Apache-2.0
#include "parquet/encode_rle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "parquet/integers.h"

namespace silversmith::parquet {

namespace {

void append_varint(uint64_t value, Buffer<char>& out) {
  char bytes[varint_bytes_max];
  out.append(bytes, static_cast<size_t>(put_varint(bytes, value) - bytes));
}

// Packs 32 values of Bits bits, least significant bit first, into 4 * Bits bytes. All shifts are
// known to the compiler, which unrolls this into straight code.
template <uint32_t Bits>
void pack32(const uint16_t* values, char* to) {
  uint64_t word = 0;
  uint32_t filled = 0;
  for (uint32_t i = 0; i < 32; ++i) {
    word |= static_cast<uint64_t>(values[i]) << filled;
    filled += Bits;
    if (filled >= 32) {
      auto half = static_cast<uint32_t>(word);
      std::memcpy(to, &half, 4);
      to += 4;
      word >>= 32;
      filled -= 32;
    }
  }
}

using Pack = void (*)(const uint16_t*, char*);

template <size_t... I>
constexpr std::array<Pack, sizeof...(I)> make_packers(std::index_sequence<I...>) {
  return {pack32<I + 1>...};
}

constexpr auto packers = make_packers(std::make_index_sequence<16>());

// One bit-packed run: a varint of (groups of 8) * 2 + 1, then the groups; the last is padded
// with zeros.
void pack_literals(std::span<const uint16_t> ids, uint32_t bits, Buffer<char>& out) {
  if (ids.empty()) return;
  size_t groups = (ids.size() + 7) / 8;
  append_varint(groups << 1 | 1, out);
  size_t start = out.size();
  out.resize(start + (ids.size() + 31) / 32 * 4 * bits);
  Pack pack = packers[bits - 1];
  char* to = out.data() + start;
  size_t i = 0;
  for (; i + 32 <= ids.size(); i += 32, to += 4 * bits) pack(ids.data() + i, to);
  if (i < ids.size()) {
    uint16_t tail[32] = {};
    std::memcpy(tail, ids.data() + i, (ids.size() - i) * sizeof(uint16_t));
    pack(tail, to);
  }
  out.resize(start + groups * bits);
}

void put_run(uint16_t id, size_t count, uint32_t bits, Buffer<char>& out) {
  append_varint(static_cast<uint64_t>(count) << 1, out);
  out.append(reinterpret_cast<const char*>(&id), bits > 8 ? 2 : 1);
}

bool eight_equal(const uint16_t* ids) {
  uint64_t low;
  uint64_t high;
  std::memcpy(&low, ids, 8);
  std::memcpy(&high, ids + 4, 8);
  return low == high && low == ids[0] * 0x0001'0001'0001'0001ULL;
}

}  // namespace

uint32_t id_bits(size_t count) {
  return count <= 2 ? 1 : static_cast<uint32_t>(std::bit_width(count - 1));
}

void encode_ids(std::span<const uint16_t> ids, uint32_t bits, Buffer<char>& out) {
  SMITH_CHECK(bits >= 1 && bits <= 16, "ids of " + std::to_string(bits) + " bits");
  // A run breaks a bit-packed stretch in two, which costs about four bytes: it pays from 8 values
  // on where values are wide, and only from more where 8 of them are a byte or two.
  const size_t run_min = bits >= 8 ? 8 : (64 / bits + 7) / 8 * 8;
  size_t literals = 0;
  size_t i = 0;
  while (i + 8 <= ids.size()) {
    if (!eight_equal(ids.data() + i)) {
      i += 8;
      continue;
    }
    size_t end = i + 8;
    while (end + 8 <= ids.size() && eight_equal(ids.data() + end) && ids[end] == ids[i]) end += 8;
    while (end < ids.size() && ids[end] == ids[i]) ++end;
    if (end - i < run_min) {
      i = end - (end - i) % 8;
      continue;
    }
    pack_literals(ids.subspan(literals, i - literals), bits, out);
    put_run(ids[i], end - i, bits, out);
    literals = i = end;
  }
  pack_literals(ids.subspan(literals), bits, out);
}

void Levels::append_valid(uint32_t rows) {
  if (nulls_ == 0) {
    rows_ += rows;
    return;
  }
  uint32_t end = rows_ + rows;
  bits_.resize((end + 7) / 8);
  for (; rows_ < end && rows_ % 8 != 0; ++rows_) {
    bits_[rows_ / 8] = static_cast<uint8_t>(bits_[rows_ / 8] | (1U << (rows_ % 8)));
  }
  if (rows_ == end) return;
  std::memset(bits_.data() + rows_ / 8, 0xFF, (end + 7) / 8 - rows_ / 8);
  if (end % 8 != 0) bits_[end / 8] = static_cast<uint8_t>((1U << (end % 8)) - 1);
  rows_ = end;
}

void Levels::materialise() {
  bits_.resize((rows_ + 7) / 8);
  if (rows_ == 0) return;
  std::memset(bits_.data(), 0xFF, bits_.size());
  if (rows_ % 8 != 0) bits_[rows_ / 8] = static_cast<uint8_t>((1U << (rows_ % 8)) - 1);
}

void Levels::append(const uint8_t* valid, uint32_t rows) {
  uint32_t set = 0;
  for (uint32_t i = 0; i < rows; ++i) set += valid[i];
  if (set == rows) return append_valid(rows);
  if (nulls_ == 0) materialise();
  nulls_ += rows - set;
  uint32_t end = rows_ + rows;
  size_t known = bits_.size();
  bits_.resize((end + 7) / 8);
  if (bits_.size() > known) std::memset(bits_.data() + known, 0, bits_.size() - known);
  uint32_t i = 0;
  // Eight bytes of 0 or 1 become a byte of bits: byte j lands on bit 56 + j of the product, and
  // no two of the partial products meet below it.
  //   0x0102040810204080 = the sum of 2^(7 * k + 7), k = 0..7
  for (; i + 8 <= rows; i += 8) {
    uint64_t eight;
    std::memcpy(&eight, valid + i, 8);
    auto bits = static_cast<uint32_t>((eight * 0x0102'0408'1020'4080ULL) >> 56);
    uint32_t at = rows_ + i;
    bits <<= at % 8;
    bits_[at / 8] = static_cast<uint8_t>(bits_[at / 8] | bits);
    if (bits > 0xFF) bits_[at / 8 + 1] = static_cast<uint8_t>(bits_[at / 8 + 1] | bits >> 8);
  }
  for (; i < rows; ++i) {
    uint32_t at = rows_ + i;
    bits_[at / 8] = static_cast<uint8_t>(bits_[at / 8] | (uint32_t{valid[i]} << (at % 8)));
  }
  rows_ = end;
}

void Levels::unpack(Buffer<uint8_t>& valid) const {
  valid.resize(rows_);
  for (uint32_t i = 0; i < rows_; ++i) {
    valid[i] = nulls_ == 0 ? 1 : static_cast<uint8_t>(bits_[i / 8] >> (i % 8) & 1);
  }
}

void Levels::clear() {
  bits_.clear();
  rows_ = 0;
  nulls_ = 0;
}

size_t Levels::encode(char* to) const {
  char* body = to + 4;
  char* end = body;
  if (nulls_ == 0 || nulls_ == rows_) {
    end = put_varint(body, static_cast<uint64_t>(rows_) << 1);
    *end++ = nulls_ == 0 ? 1 : 0;
  } else {
    end = put_varint(body, static_cast<uint64_t>((rows_ + 7) / 8) << 1 | 1);
    std::memcpy(end, bits_.data(), (rows_ + 7) / 8);
    end += (rows_ + 7) / 8;
  }
  auto length = static_cast<uint32_t>(end - body);
  std::memcpy(to, &length, 4);
  return 4 + size_t{length};
}

}  // namespace silversmith::parquet
