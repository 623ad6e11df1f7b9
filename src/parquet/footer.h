// SPDX-License-Identifier: Apache-2.0
// A file's end → what it says: schema, row groups, chunks, key-values, page indexes. Trusts nothing
// that it reads; sizes are checked against the file before anything is allocated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/stream.h"
#include "parquet/file.h"
#include "parquet/page.h"
#include "parquet/schema.h"

namespace silversmith::parquet {

struct ByteRange {
  uint64_t offset = 0;
  uint64_t size = 0;  // 0: none
};

struct ChunkEntry {
  int32_t physical = -1;
  Codec codec = Codec::uncompressed;
  std::vector<int32_t> encodings;
  uint64_t values = 0;
  uint64_t uncompressed_bytes = 0;
  uint64_t compressed_bytes = 0;
  uint64_t data_offset = 0;
  std::optional<uint64_t> dictionary_offset;
  std::optional<uint64_t> null_count;
  Bounds bounds;
  ByteRange column_index;
  ByteRange offset_index;
  // Where its first page stands.
  uint64_t offset() const { return dictionary_offset.value_or(data_offset); }
};

struct RowGroupEntry {
  uint64_t rows = 0;
  uint64_t bytes = 0;  // uncompressed
  std::vector<ChunkEntry> chunks;
};

struct Footer {
  Schema schema;
  uint64_t rows = 0;
  std::vector<RowGroupEntry> row_groups;
  KeyValues key_values;
  std::string created_by;
};

// Fails with corrupt, or with invalid for what is no flat schema of types we know.
Result<Footer> read_footer(RandomAccess& file);

struct PageHeader {
  int32_t kind = -1;  // 0 data page v1, 2 dictionary page
  uint32_t uncompressed_bytes = 0;
  uint32_t compressed_bytes = 0;
  std::optional<uint32_t> crc;
  uint32_t values = 0;
  int32_t encoding = -1;
  uint32_t header_bytes = 0;
};
// Reads the header at the start of `bytes`. Fails with corrupt.
Result<PageHeader> read_page_header(std::string_view bytes);

struct ColumnIndex {
  std::vector<bool> null_pages;
  std::vector<std::string_view> mins;
  std::vector<std::string_view> maxs;
  int32_t order = 0;
  std::vector<int64_t> null_counts;
};
struct PageLocation {
  int64_t offset = 0;
  int32_t bytes = 0;
  int64_t first_row = 0;
};
// Views into `bytes`. Fail with corrupt.
Result<ColumnIndex> read_column_index(std::string_view bytes);
Result<std::vector<PageLocation>> read_offset_index(std::string_view bytes);

}  // namespace silversmith::parquet
