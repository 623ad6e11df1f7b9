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
