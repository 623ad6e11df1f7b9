// SPDX-License-Identifier: Apache-2.0
#include "parquet/schema.h"

#include <algorithm>

#include "base/check.h"

namespace silversmith::parquet {

Physical physical_of(frame::Type type) {
  switch (type.kind) {
    case frame::Kind::boolean: return Physical::boolean;
    case frame::Kind::int64:
    case frame::Kind::time:
    case frame::Kind::timestamp: return Physical::int64;
    case frame::Kind::float64: return Physical::float64;
    case frame::Kind::decimal:
      if (type.precision <= 9) return Physical::int32;
      return type.precision <= 18 ? Physical::int64 : Physical::fixed;
    case frame::Kind::text:
    case frame::Kind::json:
    case frame::Kind::binary: return Physical::byte_array;
    case frame::Kind::date: return Physical::int32;
  }
  SMITH_CHECK(false, "unknown kind of type");
}

uint8_t fixed_bytes_of(uint8_t precision) {
  SMITH_CHECK(precision >= 19 && precision <= 38, "a short decimal is no fixed array");
  // 10^precision - 1 needs ceil(precision * log2(10)) bits and one for the sign.
  constexpr double bits_per_digit = 3.3219280948873626;
  auto bits = static_cast<uint32_t>(static_cast<double>(precision) * bits_per_digit) + 2;
  return static_cast<uint8_t>((bits + 7) / 8);
}

std::string_view name_of(Codec codec) {
  switch (codec) {
    case Codec::uncompressed: return "uncompressed";
    case Codec::snappy: return "snappy";
    case Codec::zstd: return "zstd";
  }
  SMITH_CHECK(false, "unknown codec");
}

WriterOptions WriterOptions::for_columns(size_t columns) {
  // The open pages of a worker together take at most about 8 MiB while columns are few, and
  // 16 KiB a column where they are many: a thousand columns on two threads stay under 128 MiB.
  constexpr size_t open_bytes = size_t{8} << 20;
  WriterOptions options;
  size_t bytes = open_bytes / std::max<size_t>(columns, 1);
  options.page_bytes_max =
      static_cast<uint32_t>(std::clamp<size_t>(bytes, size_t{16} << 10, size_t{1} << 20));
  options.page_rows_max = std::min<uint32_t>(65'536, options.page_bytes_max);
  return options;
}

}  // namespace silversmith::parquet
