// SPDX-License-Identifier: Apache-2.0
// Any bytes as a page of words: the library must decompress what we compressed to the same bytes,
// and nothing is read or written outside of what the contract grants.
#include "parquet/snappy_words.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "parquet/compress.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace silversmith;
  constexpr size_t guard_bytes = 64;
  constexpr char guard = '\xA5';
  // In an array of exactly that size, so that the sanitizer sees a byte read past the end; a string
  // has one more.
  std::vector<char> bytes(data, data + size);
  std::string_view page(bytes.data(), size);
  size_t size_max = parquet::snappy_words_bytes_max(size);
  std::vector<char> packed(size_max + guard_bytes, guard);
  size_t packed_size = parquet::snappy_words(page, packed.data());
  SMITH_CHECK(packed_size <= size_max, "larger than promised");
  SMITH_CHECK(std::count(packed.end() - guard_bytes, packed.end(), guard) == guard_bytes,
              "written behind the bound");
  Buffer<char> back;
  Result<> decompressed =
      parquet::decompress(parquet::Codec::snappy, {packed.data(), packed_size}, size, back);
  SMITH_CHECK(decompressed.ok(), "damaged");
  SMITH_CHECK(std::string_view(back.data(), back.size()) == page, "other bytes");
  return 0;
}
