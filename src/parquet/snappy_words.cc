// SPDX-License-Identifier: Apache-2.0
#include "parquet/snappy_words.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace silversmith::parquet {

namespace {

constexpr size_t word_bytes = 8;
// A copy's offset has 16 bits.
constexpr size_t offset_max = 65'528;
// The shortest match that one byte of tag and one of offset can tell; longer ones pay as well.
constexpr size_t copy_bytes_min = 4;
constexpr size_t copy_bytes_max = 64;

uint64_t word_at(const char* from) {
  uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

char* put_varint(char* to, uint64_t number) {
  for (; number >= 128; number >>= 7) *to++ = static_cast<char>(number | 128);
  *to++ = static_cast<char>(number);
  return to;
}

// Stores the low `bytes` of `value`; up to four bytes are written.
char* put_low(char* to, uint32_t value, size_t bytes) {
  std::memcpy(to, &value, sizeof value);
  return to + bytes;
}

// Literals of up to 60 bytes have their length in the tag, others in one to four bytes behind it.
char* put_literal(char* to, const char* from, size_t size) {
  auto length = static_cast<uint32_t>(size - 1);
  if (length < 60) {
    *to++ = static_cast<char>(length << 2);
  } else {
    size_t bytes = (static_cast<size_t>(std::bit_width(length)) + 7) / 8;
    *to++ = static_cast<char>((59 + bytes) << 2);
    to = put_low(to, length, bytes);
  }
  std::memcpy(to, from, size);
  return to + size;
}

// The same for the usual case, a few bytes of one value: a word is copied whatever the size, which
// the compiler does without a call. Both sides have a word of room.
char* put_few(char* to, const char* from, size_t size) {
  *to++ = static_cast<char>((size - 1) << 2);
  std::memcpy(to, from, word_bytes);
  return to + size;
}

char* put_copy(char* to, size_t offset, size_t size) {
  while (size > copy_bytes_max) {
    // What remains is never shorter than a copy can be.
    size_t now =
        size < copy_bytes_max + copy_bytes_min ? copy_bytes_max - copy_bytes_min : copy_bytes_max;
    to = put_low(to, static_cast<uint32_t>(2 | (now - 1) << 2 | offset << 8), 3);
    size -= now;
  }
  if (size < 12 && offset < 2048) {
    size_t tag = 1 | (size - copy_bytes_min) << 2 | offset >> 8 << 5;
    return put_low(to, static_cast<uint32_t>(tag | (offset & 255) << 8), 2);
  }
  return put_low(to, static_cast<uint32_t>(2 | (size - 1) << 2 | offset << 8), 3);
}

// The latest place of a value, by its upper six bytes.
class Places {
 public:
  // The place noted last for values like `word`, which is now at `place`; 0 when there is none.
  uint32_t exchange(uint64_t word, uint32_t place) {
    constexpr uint64_t golden_ratio = 0x9E3779B97F4A7C15;
    uint32_t& slot = slots_[(word >> 16) * golden_ratio >> (64 - slot_bits)];
    uint32_t before = slot;
    slot = place;
    return before;
  }

 private:
  static constexpr int slot_bits = 12;
  std::array<uint32_t, size_t{1} << slot_bits> slots_{};
};

}  // namespace

// A match saves at least a byte more than its copy takes, which pays for the tag of the literal in
// front of it; only lengths past 256 and 65,536 take a byte more, once in so many.
size_t snappy_words_bytes_max(size_t bytes) { return bytes + bytes / 128 + 32; }

size_t snappy_words(std::string_view bytes, char* to) {
  const char* end = bytes.data() + bytes.size();
  const char* literal = bytes.data();
  const char* first = literal + bytes.size() % word_bytes;
  char* out = put_varint(to, bytes.size());
  Places places;
  uint64_t before = bytes.size() < word_bytes ? 0 : word_at(first);
  for (const char* at = first + word_bytes; at < end;) {
    uint64_t word = word_at(at);
    auto place = static_cast<uint32_t>(at - first);
    // Two candidates: the latest value with the same upper six bytes, and the value before.
    uint32_t like = places.exchange(word, place);
    size_t offset = place - like;
    uint64_t differs = word ^ word_at(first + like);
    uint64_t differs_before = word ^ before;
    before = word;
    if (differs_before < differs || differs >> 16 != 0 || offset > offset_max) {
      differs = differs_before;
      offset = word_bytes;
    }
    if (differs >> 32 != 0) {
      at += word_bytes;
      continue;
    }
    const char* match = at + (static_cast<size_t>(std::bit_width(differs)) + 7) / 8;
    at += word_bytes;
    auto gap = static_cast<size_t>(match - literal);
    if (gap != 0) {
      bool few = gap <= word_bytes && literal + word_bytes <= end;
      out = few ? put_few(out, literal, gap) : put_literal(out, literal, gap);
    }
    while (at < end && word_at(at) == word_at(at - offset)) at += word_bytes;
    out = put_copy(out, offset, static_cast<size_t>(at - match));
    literal = at;
    before = word_at(at - word_bytes);
  }
  if (literal < end) out = put_literal(out, literal, static_cast<size_t>(end - literal));
  return static_cast<size_t>(out - to);
}

}  // namespace silversmith::parquet
