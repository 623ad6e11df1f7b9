// SPDX-License-Identifier: Apache-2.0
// A file's end → what it says: schema, row groups, chunks, key-values. Trusts nothing that it
// reads; sizes are checked against the file before anything is allocated.
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
  std::string_view foreign_codec;  // the format's name of one that we can't read; "" for ours
  std::vector<int32_t> encodings;
  uint64_t values = 0;
  uint64_t uncompressed_bytes = 0;
  uint64_t compressed_bytes = 0;
  uint64_t data_offset = 0;
  std::optional<uint64_t> dictionary_offset;
  std::optional<uint64_t> null_count;
  Bounds bounds;
  bool names_its_column = false;  // its path in the schema is the column's name
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
  std::vector<uint64_t> value_places;  // where the values of key_values begin in the file
  std::string created_by;

  const std::string* key_value(std::string_view key) const;  // the first; nullptr when absent
  // We wrote it: what of it can't be read is damaged, not of a kind that we don't know.
  bool is_ours() const;
};

// Fails with corrupt, or with invalid for what is not supported: a schema that is not flat, types
// and codecs that we don't know.
Result<Footer> read_footer(RandomAccess& file);

}  // namespace silversmith::parquet
