// SPDX-License-Identifier: Apache-2.0
// The checksum that S3 verifies an upload by: CRC-64/NVME, as it stands in the header
// x-amz-checksum-crc64nvme. Sums of pieces combine into the sum of the whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace silversmith::wire {

// Pass the sum of what came before to go on.
uint64_t crc64nvme(std::string_view bytes, uint64_t before = 0);
// The sum of two pieces, one after the other; the second one has `second_bytes` bytes.
uint64_t crc64nvme_of_both(uint64_t first, uint64_t second, uint64_t second_bytes);
// Base64 of the eight bytes, highest first.
std::string checksum_text(uint64_t crc);

}  // namespace silversmith::wire
