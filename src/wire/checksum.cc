// SPDX-License-Identifier: Apache-2.0
#include "wire/checksum.h"

#include <aws/checksums/crc.h>

#include <array>

namespace silversmith::wire {

uint64_t crc64nvme(std::string_view bytes, uint64_t before) {
  return aws_checksums_crc64nvme_ex(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
                                    before);
}

uint64_t crc64nvme_of_both(uint64_t first, uint64_t second, uint64_t second_bytes) {
  return aws_checksums_crc64nvme_combine(first, second, second_bytes);
}

std::string checksum_text(uint64_t crc) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  // 64 bits are ten digits of six and one of four; two zero bits and "=" fill it up.
  for (int shift = 58; shift >= 4; shift -= 6) text += digits[crc >> shift & 63];
  text += digits[crc << 2 & 63];
  return text + "=";
}

}  // namespace silversmith::wire
