// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <gtest/gtest.h>

#include <utility>

namespace silversmith {
namespace {

std::string bytes_of(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 131 % 251);
  return bytes;
}

TEST(Sha256, gives_the_published_examples) {
  // FIPS 180-4, examples of the standard.
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Crc32, gives_the_check_value_of_its_polynomial) {
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
  EXPECT_EQ(crc32(""), 0U);
}

TEST(Crc32, goes_on_from_what_came_before) {
  std::string bytes = bytes_of(1000);
  for (size_t cut : {size_t{0}, size_t{1}, size_t{500}, size_t{1000}}) {
    uint32_t first = crc32(std::string_view(bytes).substr(0, cut));
    EXPECT_EQ(crc32(std::string_view(bytes).substr(cut), first), crc32(bytes)) << cut;
  }
  EXPECT_EQ(crc32({}, 7), 7U);
}

TEST(ContentHash, is_the_published_xxh3_of_nothing) {
  // The value that xxhsum -H2 prints for an empty file.
  EXPECT_EQ(content_hash("").hex(), "99aa06d3014798d86001c324468d497f");
}

TEST(ContentHash, does_not_see_how_the_bytes_were_cut) {
  for (size_t size : {1, 16, 240, 241, 1024, 70'000}) {
    std::string bytes = bytes_of(size);
    for (size_t step : {size_t{1}, size_t{67}, size_t{4096}}) {
      ContentHash hash;
      for (size_t at = 0; at < size; at += step) {
        hash.update(std::string_view(bytes).substr(at, step));
      }
      EXPECT_EQ(hash.digest(), content_hash(bytes)) << size << " by " << step;
    }
  }
}

TEST(ContentHash, goes_on_after_a_digest_and_a_move) {
  ContentHash hash;
  hash.update("ab");
  EXPECT_EQ(hash.digest(), content_hash("ab"));
  ContentHash moved = std::move(hash);
  moved.update("");
  moved.update("c");
  EXPECT_EQ(moved.digest(), content_hash("abc"));
  EXPECT_NE(content_hash("abc"), content_hash("abd"));
}

TEST(Hex, writes_two_lower_case_digits_a_byte) {
  EXPECT_EQ(to_hex(std::string_view("\x00\x0f\xff", 3)), "000fff");
  EXPECT_EQ((Hash128{1, 0xab}).hex(), "000000000000000100000000000000ab");
}

}  // namespace
}  // namespace silversmith
