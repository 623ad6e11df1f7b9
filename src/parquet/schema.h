// SPDX-License-Identifier: Apache-2.0
// What a file of ours looks like: its columns, how their types are stored, and the writer's
// choices. Flat schemas only (Apache Parquet format: LogicalTypes.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frame/columns.h"

namespace silversmith::parquet {

struct ColumnSpec {
  std::string name;
  frame::Type type;
  bool required = false;  // REQUIRED instead of OPTIONAL; a null is then our bug
  bool operator==(const ColumnSpec&) const = default;
};

using Schema = std::vector<ColumnSpec>;

// Parquet's physical types, by their numbers in the format.
enum class Physical : uint8_t {
  boolean = 0,
  int32 = 1,
  int64 = 2,
  float64 = 5,
  byte_array = 6,
  fixed = 7,
};
Physical physical_of(frame::Type type);
// The bytes of one value of a decimal of more than 18 digits: 9 to 16.
uint8_t fixed_bytes_of(uint8_t precision);

enum class Codec : uint8_t { uncompressed, snappy, zstd };
std::string_view name_of(Codec codec);

struct WriterOptions {
  Codec codec = Codec::snappy;
  int zstd_level = 1;
  // Page limits depend on the column count alone, never on memory or threads
  // (docs/decisions/0041-page-cuts-by-values.md).
  uint32_t page_rows_max = 65'536;
  uint32_t page_bytes_max = 1U << 20;
  // A text column of the schema that is not in the row groups that come: it has the same value in
  // every row, known only when they have gone out (FileWriter::fill_late). Its chunks stand behind
  // all others, which the format allows (README "Glossary": only a column chunk is contiguous).
  std::optional<size_t> late_column;
  std::string created_by;  // "silversmith version x.y.z (build h)"
  // Held before they spill, 0: never spill. Compressed pages of a row group; and footer entries, of
  // each of their three kinds (metadata, column indexes, offset indexes).
  uint64_t memory_bytes_max = 0;
  uint64_t footer_bytes_max = 0;

  // A column's dictionary is given up before it grows past this; it too follows from the columns.
  uint32_t dictionary_bytes_max() const { return page_bytes_max; }
  // The page limits for a file of that many columns.
  static WriterOptions for_columns(size_t columns);
};

}  // namespace silversmith::parquet
