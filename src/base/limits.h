// SPDX-License-Identifier: Apache-2.0
// Every bound that is not a user's to choose, in one place. A bound that a contract may change
// stands in csv/dialect.h or contract/contract.h with its default.
#pragma once

#include <cstddef>
#include <cstdint>

namespace silversmith::limits {

inline constexpr size_t chunk_bytes = size_t{256} << 10;      // one unit of scan work; fits L2
inline constexpr size_t columns_max = 10'000;                 // of one file; more is refused
inline constexpr size_t record_bytes_max = size_t{16} << 20;  // default of limits.maxRecordBytes
inline constexpr size_t field_bytes_max = size_t{16} << 20;   // default of limits.maxFieldBytes
// Of the header's rows together: a label is held a dozen times over, in plan, footer and indexes.
inline constexpr size_t header_bytes_max = size_t{1} << 20;
inline constexpr size_t lead_records_max = 64;              // header rows a dialect may name
inline constexpr size_t span_bytes_min = size_t{32} << 20;  // decoded text of a row group
inline constexpr size_t span_bytes_per_column = size_t{64} << 10;
inline constexpr size_t errors_per_record_max = 32;
inline constexpr size_t threads_max = 64;
inline constexpr size_t key_bytes_max = 1024;         // S3's own bound on a key
inline constexpr size_t key_segment_bytes_max = 255;  // a file system's bound on a name

}  // namespace silversmith::limits
