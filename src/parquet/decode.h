// SPDX-License-Identifier: Apache-2.0
// page bytes → values: PLAIN, dictionary ids and levels. The mirror of encode_*; every length comes
// from a file that may lie.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/buffer.h"
#include "base/result.h"
#include "frame/columns.h"

namespace silversmith::parquet {

// Appends `count` values of the RLE/bit-packing hybrid. Fails with corrupt when `bytes` holds
// fewer. Requires bits <= 32.
Result<> decode_hybrid(std::string_view bytes, uint32_t bits, uint32_t count,
                       Buffer<uint32_t>& out);

// Writes `count` PLAIN values of `type` as frame holds them to `values`; texts point into `bytes`.
// Requires room for count * frame::value_bytes(type). Fails with corrupt when the bytes do not end
// with the last value.
Result<> decode_plain(frame::Type type, std::string_view bytes, uint32_t count, char* values);

}  // namespace silversmith::parquet
