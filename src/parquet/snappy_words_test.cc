// SPDX-License-Identifier: Apache-2.0
#include "parquet/snappy_words.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "parquet/compress.h"
#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

std::string words_of(const std::vector<uint64_t>& values) {
  std::string bytes(values.size() * 8, '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// The compressed size, which keeps what is promised; the library must give the same bytes back.
size_t compressed(const std::string& bytes) {
  constexpr size_t guard_bytes = 64;
  const std::string guard(guard_bytes, '\xA5');
  size_t size_max = snappy_words_bytes_max(bytes.size());
  std::string packed = std::string(size_max, '\0') + guard;
  size_t size = snappy_words(bytes, packed.data());
  EXPECT_LE(size, size_max) << "for " << bytes.size() << " bytes";
  EXPECT_EQ(packed.substr(size_max), guard) << "written behind the bound";
  Buffer<char> back;
  std::string_view whole = std::string_view(packed).substr(0, size);
  EXPECT_TRUE(decompress(Codec::snappy, whole, bytes.size(), back).ok());
  EXPECT_EQ(std::string_view(back.data(), back.size()), bytes);
  return size;
}

std::vector<uint64_t> random_values(size_t count, uint64_t below, uint64_t factor, uint64_t seed) {
  test::Numbers numbers(seed);
  std::vector<uint64_t> values(count);
  for (uint64_t& value : values) value = numbers.below(below) * factor;
  return values;
}

TEST(SnappyWords, gives_back_short_inputs) {
  std::string bytes;
  for (size_t size = 0; size < 200; ++size) {
    compressed(bytes);
    compressed(std::string(size, 'x'));
    bytes.push_back(static_cast<char>(size * 37));
  }
}

TEST(SnappyWords, gives_back_values_of_every_spread_and_alignment) {
  for (uint64_t bits = 1; bits < 64; bits += 3) {
    for (uint64_t factor : {uint64_t{1}, uint64_t{1'000'000}, uint64_t{1} << 40}) {
      std::string bytes = words_of(random_values(3'000, uint64_t{1} << bits, factor, bits));
      for (size_t lead = 0; lead < 9; ++lead) compressed(std::string(lead, 'l') + bytes);
    }
  }
}

TEST(SnappyWords, gives_back_literals_and_copies_of_every_length) {
  test::Numbers numbers(5);
  for (size_t literals : {1U, 7U, 8U, 30U, 32U, 40U, 8'191U, 8'192U, 8'193U, 100'000U}) {
    for (size_t repeats = 0; repeats < 20; ++repeats) {
      std::vector<uint64_t> values = random_values(literals, UINT64_MAX, 1, literals);
      values.insert(values.end(), repeats, values.back());
      values.push_back(numbers.below(UINT64_MAX));
      compressed(words_of(values));
    }
  }
}

TEST(SnappyWords, gives_back_values_repeated_at_every_distance) {
  // Past 8,191 values a copy can't reach.
  for (size_t distance : {1U, 2U, 255U, 256U, 257U, 8'190U, 8'191U, 8'192U, 9'000U}) {
    std::vector<uint64_t> values = random_values(distance, UINT64_MAX, 1, distance);
    for (size_t i = 0; i < 100; ++i) values.push_back(values[i % distance]);
    compressed(words_of(values));
  }
}

TEST(SnappyWords, gives_back_literals_around_every_length_of_header) {
  for (size_t literal : {60U, 61U, 256U, 257U, 65'536U, 65'537U}) {
    // The first word behind the literal repeats the upper half of its last, so that a literal of
    // `lead` and whole words, and the 4 bytes that differ, ends there; the rest is a copy.
    for (size_t differing : {0U, 1U, 2U, 3U, 4U}) {
      size_t words = (literal - differing) / 8;
      std::vector<uint64_t> values = random_values(words, UINT64_MAX, 1, literal);
      values.push_back(values.back() ^ (uint64_t{1} << (8 * differing) >> 1));
      std::string bytes = std::string((literal - differing) % 8, 'l') + words_of(values);
      // Size, literal with its header, and a copy of at most 8 bytes.
      size_t header = literal <= 60 ? 1 : literal <= 256 ? 2 : literal <= 65'536 ? 3 : 4;
      size_t varint = bytes.size() < 128 ? 1 : bytes.size() < 16'384 ? 2 : 3;
      EXPECT_EQ(compressed(bytes), varint + header + literal + 2) << literal << " " << differing;
    }
  }
}

TEST(SnappyWords, keeps_what_it_promises_where_nothing_matches) {
  for (size_t count : {1U, 100U, 10'000U, 131'072U}) {
    compressed(words_of(random_values(count, UINT64_MAX, 1, count)));
  }
}

// The dearest page that there can be: literals just long enough for a header of three bytes, and
// copies of four bytes for two.
TEST(SnappyWords, keeps_what_it_promises_where_every_copy_costs_a_byte) {
  test::Numbers numbers(7);
  std::vector<uint64_t> values;
  while (values.size() < (size_t{1} << 20) / 8) {
    for (int i = 0; i < 32; ++i) values.push_back(numbers.next());
    values.push_back(values.back() ^ (numbers.next() >> 32 | uint64_t{1} << 31));
  }
  std::string bytes = words_of(values);
  EXPECT_GT(compressed(bytes), bytes.size() + bytes.size() / 265) << "not the dearest any more";
}

TEST(SnappyWords, is_about_as_small_as_the_library_on_keys_and_amounts) {
  std::vector<uint64_t> keys(50'000);
  for (size_t i = 0; i < keys.size(); ++i) keys[i] = 1'000'000 + i;
  for (const std::vector<uint64_t>& values : {keys, random_values(50'000, 2'000'000, 1, 1)}) {
    std::string bytes = words_of(values);
    Compressor library(Codec::snappy, 0);
    EXPECT_LE(compressed(bytes), library.compress(bytes, Grain::bytes).size() * 17 / 16);
  }
}

}  // namespace
}  // namespace silversmith::parquet
