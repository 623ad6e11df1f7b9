// SPDX-License-Identifier: Apache-2.0
// A small reader of flat Parquet files, for `silversmith parquet ...`, for lineage in the footer,
// and for tests. It reads what our writer writes (PLAIN, RLE_DICTIONARY, v1 pages, snappy, zstd,
// uncompressed) and refuses the rest by name. Hostile bytes give errors, never crashes: fuzzed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/result.h"
#include "base/stream.h"
#include "frame/columns.h"
#include "parquet/file.h"
#include "parquet/schema.h"

namespace silversmith::parquet {

// One column of one row group, decoded. Texts point into `held`.
struct DecodedColumn {
  frame::Column column;
  Buffer<char> held;
};

class Reader {
 public:
  // `file` must outlive this. Fails with corrupt ("not a Parquet file: ...").
  static Result<Reader> open(RandomAccess& file);
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  const Schema& schema() const;
  uint64_t rows() const;
  size_t row_groups() const;
  uint64_t row_group_rows(size_t row_group) const;
  const std::string& created_by() const;
  const KeyValues& key_values() const;
  const std::string* key_value(std::string_view key) const;  // nullptr when absent

  // Decodes every page of the chunk; checks CRCs where present.
  Result<DecodedColumn> read(size_t row_group, size_t column);
  // What `parquet meta` prints: row groups, chunks, encodings, sizes, statistics.
  Json metadata_json() const;
  // The content digest, recomputed from the pages.
  Result<Hash128> digest();
  // Reads everything: CRCs, counts, statistics against values, page index against pages; of a file
  // of ours the content digest, and last the checksum, which every bit of the file is in. Fails
  // with corrupt, saying where.
  Result<> verify();

 private:
  struct State;
  explicit Reader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::parquet
