// SPDX-License-Identifier: Apache-2.0
#include "parquet/compress.h"

#include <gtest/gtest.h>

#include <string>

#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

TEST(Compressor, gives_back_its_input) {
  for (Codec codec : {Codec::uncompressed, Codec::snappy, Codec::zstd}) {
    Compressor compressor(codec, 1);
    for (size_t size : {0U, 1U, 1000U, 300'000U}) {
      std::string text(size, 'x');
      for (size_t i = 0; i < size; i += 7) text[i] = static_cast<char>(i);
      std::string packed(compressor.compress(text));
      Buffer<char> back;
      ASSERT_TRUE(decompress(codec, packed, size, back).ok()) << name_of(codec) << size;
      EXPECT_EQ(std::string(back.data(), back.size()), text);
    }
  }
}

// Where whole values repeat, the library finds matches over several of them.
TEST(Compressor, takes_words_only_where_they_get_about_as_small) {
  Compressor compressor(Codec::snappy, 1);
  std::string few;
  std::string keys;
  for (uint64_t i = 0; i < 20'000; ++i) {
    uint64_t one_of_few = i * i % 7;
    few.append(reinterpret_cast<const char*>(&one_of_few), sizeof one_of_few);
    keys.append(reinterpret_cast<const char*>(&i), sizeof i);
  }
  std::string packed(compressor.compress(few, Grain::bytes));
  EXPECT_EQ(compressor.compress(few, Grain::words), packed);
  packed = compressor.compress(keys, Grain::bytes);
  EXPECT_NE(compressor.compress(keys, Grain::words), packed);
  std::string by_words(compressor.compress(keys, Grain::words));
  EXPECT_LE(by_words.size(), packed.size() * 17 / 16);
  Buffer<char> back;
  ASSERT_TRUE(decompress(Codec::snappy, by_words, keys.size(), back).ok());
  EXPECT_EQ(std::string_view(back.data(), back.size()), keys);
}

TEST(Compressor, leaves_small_pages_to_the_library) {
  Compressor compressor(Codec::snappy, 1);
  std::string keys;
  for (uint64_t i = 0; i < 1'023; ++i) keys.append(reinterpret_cast<const char*>(&i), sizeof i);
  std::string packed(compressor.compress(keys, Grain::bytes));
  EXPECT_EQ(compressor.compress(keys, Grain::words), packed);
  keys += keys.substr(0, sizeof(uint64_t));
  packed = compressor.compress(keys, Grain::bytes);
  EXPECT_NE(compressor.compress(keys, Grain::words), packed);
}

// Thirty-one million seconds: no two words of a short sample are alike, many of a page are.
TEST(Compressor, leaves_to_the_library_what_words_do_not_make_smaller) {
  Compressor compressor(Codec::snappy, 1);
  test::Numbers numbers(7);
  for (size_t page_bytes : {size_t{16} << 10, size_t{512} << 10}) {
    std::string times;
    while (times.size() < page_bytes) {
      times += test::bytes_of(1'700'000'000'000'000 + numbers.below(31'536'000) * 1'000'000);
    }
    std::string packed(compressor.compress(times, Grain::bytes));
    EXPECT_EQ(compressor.compress(times, Grain::words), packed) << page_bytes;
  }
}

TEST(Compressor, refuses_another_size_and_other_bytes) {
  for (Codec codec : {Codec::uncompressed, Codec::snappy, Codec::zstd}) {
    Compressor compressor(codec, 1);
    std::string packed(compressor.compress("some text, some text, some text"));
    Buffer<char> back;
    Result<> other = decompress(codec, packed, 30, back);
    ASSERT_FALSE(other.ok());
    EXPECT_EQ(other.error().code, Code::corrupt);
    EXPECT_FALSE(decompress(codec, packed.substr(0, packed.size() - 3), 31, back).ok());
  }
}

}  // namespace
}  // namespace silversmith::parquet
