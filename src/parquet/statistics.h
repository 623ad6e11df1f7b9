// SPDX-License-Identifier: Apache-2.0
// Bounds of a page or chunk, as Parquet's Statistics and ColumnIndex hold them (parquet.thrift,
// ColumnOrder TYPE_ORDER): PLAIN-encoded values without lengths, texts cut to 64 bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "frame/columns.h"

namespace silversmith::parquet {

inline constexpr size_t bound_bytes_max = 64;

struct Bounds {
  bool has_min = false;
  bool has_max = false;  // also absent when a long text has no cut that is above it
  bool min_exact = true;
  bool max_exact = true;
  std::string min;
  std::string max;
  bool operator==(const Bounds&) const = default;
};

// -1, 0 or 1 in the column order of `type`, of two encoded bounds. Requires bytes of its width.
int compare_bounds(frame::Type type, std::string_view a, std::string_view b);

// Widens `into` by `more`. A missing bound of `more` that stands for values is the caller's to
// handle: it must drop the merged bound itself.
void merge_bounds(frame::Type type, const Bounds& more, Bounds& into);

// The bounds of a text column whose least and greatest values these are. `utf8` cuts between
// characters, else between bytes.
Bounds text_bounds(std::string_view least, std::string_view greatest, bool utf8);

// Bounds of values; none for an empty span. Doubles: NaN is skipped, a zero minimum is -0.0 and a
// zero maximum +0.0, since readers may not tell them apart.
Bounds bounds_of(std::span<const int32_t> values);
Bounds bounds_of(std::span<const int64_t> values);
Bounds bounds_of(std::span<const double> values);
Bounds bounds_of_booleans(uint64_t trues, uint64_t falses);
Bounds bounds_of_fixed(frame::int128 least, frame::int128 greatest, uint8_t bytes);

// The least `bytes` bytes of `value`, most significant first.
void put_big_endian(frame::int128 value, uint8_t bytes, char* to);
frame::int128 big_endian(std::string_view bytes);

// An encoded bound as people read it: 12.30, 2024-02-29, 2024-02-29T12:00:00.000000Z, text as is.
std::string readable(frame::Type type, std::string_view bound);

}  // namespace silversmith::parquet
