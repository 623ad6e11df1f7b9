// SPDX-License-Identifier: Apache-2.0
// The digests that S3's wire speaks and the product's own base/hash.h does not: MD5 (ETags,
// Content-MD5), CRC-32C and CRC-64/NVME (x-amz-checksum-*), HMAC-SHA256 (SigV4), base64.
// For the fake S3 of the tests: written from their definitions, shared with no library that a
// client under test uses, so that both can't be wrong in the same way.
// RFC 1321, RFC 2104, RFC 3720 B.4, NVM Express NVM Command Set 5.2.1.3.4.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace silversmith::test {

// MD5 of bytes that come in pieces.
class Md5 {
 public:
  void update(std::string_view bytes);
  std::string digest() const;  // 16 raw bytes, of what came so far

 private:
  void block(const char* at);

  std::array<uint32_t, 4> state_ = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::string rest_;
  uint64_t bytes_ = 0;
};

std::string md5(std::string_view bytes);  // 16 raw bytes
std::string md5_hex(std::string_view bytes);

// Pass the value of what came before to go on.
uint32_t crc32c(std::string_view bytes, uint32_t before = 0);
uint64_t crc64nvme(std::string_view bytes, uint64_t before = 0);

std::string hmac_sha256(std::string_view key, std::string_view bytes);  // 32 raw bytes

std::string base64(std::string_view bytes);
std::optional<std::string> parse_base64(std::string_view text);  // with its padding

// The `bytes` lowest bytes of `value`, high first: as checksums go into base64.
std::string big_endian(uint64_t value, size_t bytes);

// The algorithms of x-amz-checksum-*.
enum class Checksum : uint8_t { crc32, crc32c, crc64nvme, sha256 };
inline constexpr std::array all_checksums = {Checksum::crc32, Checksum::crc32c, Checksum::crc64nvme,
                                             Checksum::sha256};
std::string_view name_of(Checksum checksum);      // "crc64nvme", as in the header
std::string_view xml_name_of(Checksum checksum);  // "CRC64NVME", as in elements and options
std::optional<Checksum> checksum_named(std::string_view xml_name);
// In base64, as in the header.
std::string checksum_of(Checksum checksum, std::string_view bytes);

}  // namespace silversmith::test
