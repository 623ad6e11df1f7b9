// SPDX-License-Identifier: Apache-2.0
#include "parquet/compress.h"

#include <gtest/gtest.h>

#include <string>

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
  EXPECT_LE(compressor.compress(keys, Grain::words).size(), packed.size() * 17 / 16);
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
