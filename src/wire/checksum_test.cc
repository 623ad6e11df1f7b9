// SPDX-License-Identifier: Apache-2.0
#include "wire/checksum.h"

#include <gtest/gtest.h>

#include <string>

namespace silversmith::wire {
namespace {

// Bit by bit, from the parameters of the CRC RevEng catalogue (CRC-64/NVME).
uint64_t slow_crc(std::string_view bytes) {
  uint64_t crc = ~uint64_t{0};
  for (char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x9A6C9329AC4BC9B5 : 0);
  }
  return ~crc;
}

TEST(Checksum, is_crc_64_nvme) {
  EXPECT_EQ(slow_crc("123456789"), 0xAE8B14860A799888);  // the catalogue's check value
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    if (i % 97 == 0) {
      EXPECT_EQ(crc64nvme(text), slow_crc(text)) << i;
    }
    text += static_cast<char>(i * 31);
  }
}

TEST(Checksum, goes_on_and_combines) {
  std::string one(1234, 'a');
  std::string other(777, 'b');
  uint64_t whole = crc64nvme(one + other);
  EXPECT_EQ(crc64nvme(other, crc64nvme(one)), whole);
  EXPECT_EQ(crc64nvme_of_both(crc64nvme(one), crc64nvme(other), other.size()), whole);
  EXPECT_EQ(crc64nvme_of_both(crc64nvme(""), crc64nvme(other), other.size()), crc64nvme(other));
  EXPECT_EQ(crc64nvme(""), 0U);
}

// Base64 of AE 8B 14 86 0A 79 98 88.
TEST(Checksum, stands_in_headers_as_base64) {
  EXPECT_EQ(checksum_text(0xAE8B14860A799888), "rosUhgp5mIg=");
  EXPECT_EQ(checksum_text(0), "AAAAAAAAAAA=");
}

}  // namespace
}  // namespace silversmith::wire
