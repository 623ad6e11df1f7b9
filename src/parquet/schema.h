// SPDX-License-Identifier: Apache-2.0
// What a file of ours looks like: its columns and the writer's choices. Flat schemas only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "frame/columns.h"

namespace silversmith::parquet {

struct ColumnSpec {
  std::string name;
  frame::Type type;
  bool required = false;  // REQUIRED instead of OPTIONAL; a null is then our bug
  bool operator==(const ColumnSpec&) const = default;
};

using Schema = std::vector<ColumnSpec>;

enum class Codec : uint8_t { uncompressed, snappy, zstd };
std::string_view name_of(Codec codec);

struct WriterOptions {
  Codec codec = Codec::snappy;
  int zstd_level = 1;
  // Page limits depend on the column count alone (decisions 24), never on memory or threads.
  uint32_t page_rows_max = 65'536;
  uint32_t page_bytes_max = 1U << 20;
  std::string created_by;            // "silversmith version x.y.z (build h)"
  uint64_t memory_bytes_max = 0;     // compressed pages held before they spill; 0: never spill

  // The page limits for a file of that many columns.
  static WriterOptions for_columns(size_t columns);
};

}  // namespace silversmith::parquet
