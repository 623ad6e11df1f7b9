// SPDX-License-Identifier: Apache-2.0
// Hashes, each with its one use: XXH3-128 for content (source versions in a folder, content
// digests), SHA-256 for identities that must not collide by design (contract hash, hashed key
// names), CRC-32 for Parquet pages (gzip's polynomial).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace silversmith {

struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;
  bool operator==(const Hash128&) const = default;
  std::string hex() const;  // 32 lower-case digits, high first
};

// XXH3-128 of bytes that come in pieces.
class ContentHash {
 public:
  ContentHash();
  ~ContentHash();
  ContentHash(ContentHash&&) noexcept;
  ContentHash& operator=(ContentHash&&) noexcept;
  void update(std::string_view bytes);
  Hash128 digest() const;  // of what came so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Hash128 content_hash(std::string_view bytes);
std::array<uint8_t, 32> sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);  // 64 lower-case digits
// CRC-32 (ISO-HDLC) of `bytes`; pass the crc of what came before to go on.
uint32_t crc32(std::string_view bytes, uint32_t before = 0);
std::string to_hex(std::string_view bytes);

}  // namespace silversmith
