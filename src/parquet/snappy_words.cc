// SPDX-License-Identifier: Apache-2.0
#include "parquet/snappy_words.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "parquet/integers.h"

namespace silversmith::parquet {

namespace {

static_assert(std::endian::native == std::endian::little,
              "the first bytes of a word are its lowest, and are the ones that differ");

// What follows the varint of the whole length, until all bytes are told; a tag is one byte, its
// highest bit first:
//
//   llllll00  [length - 1]  literal     l: length - 1 up to 59, or 59 + the bytes of what follows
//   ooolll01  oooooooo                  a copy of l + 4 bytes, from up to 2,047 bytes before
//   llllll10  oooooooo oooooooo         a copy of l + 1 bytes, from up to 65,535 bytes before

constexpr size_t word_bytes = 8;
constexpr size_t offset_max = 65'528;
static_assert(offset_max % word_bytes == 0 && offset_max + word_bytes > 65'535,
              "the farthest word that a copy reaches");
// The shortest copy that two bytes can tell.
constexpr size_t copy_bytes_min = 4;
constexpr size_t copy_bytes_max = 64;

// Stores the low `bytes` of `value`; four bytes are written.
char* put_low(char* to, uint32_t value, size_t bytes) {
  std::memcpy(to, &value, sizeof value);
  return to + bytes;
}

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

// The same for the usual case, some bytes of one word: all of it is copied whatever the size, which
// the compiler does without a call. Both sides have room for that.
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

// The latest place of a word, by its upper six bytes.
class Places {
 public:
  // The place noted last for words like `word`, which is now at `place`; 0 when there is none.
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

// A copy from the word before matches 4 bytes or more, and takes 2 bytes up to 11 of them: it saves
// 2 or more. A copy from elsewhere matches 6 or more and takes at most 3: it saves 3 or more.
// Longer copies save more. A literal's header takes 1, 2, 3, 4 or 5 bytes for up to 60, 256,
// 65,536, 2^24 and more bytes. So a literal with the copy behind it makes nothing longer up to 256
// bytes of literal, and one byte longer from 257 on, which are 261 with the copy; two from 65,537
// on and three past 2^24 are fewer still in so many. With the varint and the last literal's header,
// of 5 bytes each, that is at most n + n / 261 + 10; what put_few() and put_low() write behind the
// end needs 7 more.
size_t snappy_words_bytes_max(size_t bytes) { return bytes + bytes / 128 + 32; }

size_t snappy_words(std::string_view bytes, char* to) {
  SMITH_DCHECK(bytes.size() <= size_t{1} << 31);
  char* out = put_varint(to, bytes.size());
  if (bytes.size() < 2 * word_bytes) {
    if (!bytes.empty()) out = put_literal(out, bytes.data(), bytes.size());
    return static_cast<size_t>(out - to);
  }
  const char* end = bytes.data() + bytes.size();
  const char* literal = bytes.data();
  const char* first = literal + bytes.size() % word_bytes;
  Places places;
  uint64_t before = load8(first);
  for (const char* at = first + word_bytes; at < end;) {
    uint64_t word = load8(at);
    auto place = static_cast<uint32_t>(at - first);
    // Two candidates: the latest word with the same upper six bytes, and the word before.
    uint32_t like = places.exchange(word, place);
    size_t offset = place - like;
    uint64_t differs = word ^ load8(first + like);
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
      SMITH_DCHECK(literal + word_bytes <= end);
      out = gap <= word_bytes ? put_few(out, literal, gap) : put_literal(out, literal, gap);
    }
    while (at < end && load8(at) == load8(at - offset)) at += word_bytes;
    out = put_copy(out, offset, static_cast<size_t>(at - match));
    literal = at;
    before = load8(at - word_bytes);
  }
  if (literal < end) out = put_literal(out, literal, static_cast<size_t>(end - literal));
  return static_cast<size_t>(out - to);
}

}  // namespace silversmith::parquet
