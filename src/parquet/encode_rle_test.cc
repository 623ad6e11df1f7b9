// SPDX-License-Identifier: Apache-2.0
#include "parquet/encode_rle.h"

#include <gtest/gtest.h>

#include "parquet/decode.h"
#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

std::vector<uint32_t> decoded(const Buffer<char>& bytes, uint32_t bits, size_t count) {
  Buffer<uint32_t> out;
  decode_hybrid({bytes.data(), bytes.size()}, bits, static_cast<uint32_t>(count), out).value();
  return {out.begin(), out.end()};
}

TEST(EncodeRle, round_trips_every_width_and_many_run_lengths) {
  test::Numbers numbers(1);
  for (uint32_t bits = 1; bits <= 16; ++bits) {
    for (int round = 0; round < 50; ++round) {
      std::vector<uint16_t> ids;
      while (ids.size() < 300) {
        auto id = static_cast<uint16_t>(numbers.below(uint64_t{1} << bits));
        ids.insert(ids.end(), 1 + (numbers.below(3) == 0 ? numbers.below(100) : 0), id);
      }
      ids.resize(numbers.below(300));
      Buffer<char> out;
      encode_ids(ids, bits, out);
      std::vector<uint32_t> want(ids.begin(), ids.end());
      ASSERT_EQ(decoded(out, bits, ids.size()), want) << bits << " bits";
    }
  }
}

TEST(EncodeRle, writes_one_run_for_equal_values) {
  std::vector<uint16_t> ids(1000, 3);
  Buffer<char> out;
  encode_ids(ids, 2, out);
  EXPECT_EQ(std::string(out.data(), out.size()), std::string("\xD0\x0F\x03", 3));
}

// A single entry would need no bits; width 0 makes some readers fail.
TEST(EncodeRle, gives_a_dictionary_of_one_entry_ids_of_one_bit) {
  EXPECT_EQ(id_bits(1), 1U);
  EXPECT_EQ(id_bits(2), 1U);
  EXPECT_EQ(id_bits(3), 2U);
  EXPECT_EQ(id_bits(256), 8U);
  EXPECT_EQ(id_bits(257), 9U);
  EXPECT_EQ(id_bits(65'535), 16U);
}

TEST(Levels, are_the_same_however_rows_arrive) {
  test::Numbers numbers(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<uint8_t> valid(1 + numbers.below(200));
    for (auto& v : valid) v = numbers.below(4) != 0 ? 1 : 0;
    Levels whole;
    whole.append(valid.data(), static_cast<uint32_t>(valid.size()));
    Levels pieces;
    for (size_t at = 0; at < valid.size();) {
      auto count = static_cast<uint32_t>(1 + numbers.below(valid.size() - at));
      bool all = std::count(valid.begin() + static_cast<ptrdiff_t>(at),
                            valid.begin() + static_cast<ptrdiff_t>(at + count), 1) == count;
      if (all)
        pieces.append_valid(count);
      else
        pieces.append(valid.data() + at, count);
      at += count;
    }
    std::vector<char> a(level_bytes_max(200));
    std::vector<char> b(level_bytes_max(200));
    a.resize(whole.encode(a.data()));
    b.resize(pieces.encode(b.data()));
    ASSERT_EQ(a, b);
    Buffer<uint8_t> back;
    pieces.unpack(back);
    ASSERT_EQ(std::vector<uint8_t>(back.begin(), back.end()), valid);
    Buffer<uint32_t> levels;
    ASSERT_TRUE(
        decode_hybrid({a.data() + 4, a.size() - 4}, 1, static_cast<uint32_t>(valid.size()), levels)
            .ok());
    for (size_t i = 0; i < valid.size(); ++i) ASSERT_EQ(levels[i], valid[i]);
  }
}

TEST(Levels, without_nulls_are_one_run) {
  Levels levels;
  levels.append_valid(100'000);
  char bytes[32];
  EXPECT_EQ(levels.encode(bytes), 8U);
}

}  // namespace
}  // namespace silversmith::parquet
