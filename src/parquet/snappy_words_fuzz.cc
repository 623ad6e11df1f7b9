// SPDX-License-Identifier: Apache-2.0
// Any bytes as a page of values: the library must decompress what we compressed to the same bytes,
// within the size promised.
#include "parquet/snappy_words.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "parquet/compress.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace silversmith;
  // Copied to the byte, so that reading past the end is seen.
  std::string bytes(reinterpret_cast<const char*>(data), size);
  std::string packed(parquet::snappy_words_bytes_max(size), '\0');
  packed.resize(parquet::snappy_words(bytes, packed.data()));
  Buffer<char> back;
  SMITH_CHECK(parquet::decompress(parquet::Codec::snappy, packed, size, back).ok(), "damaged");
  SMITH_CHECK(std::string_view(back.data(), back.size()) == bytes, "other bytes");
  return 0;
}
