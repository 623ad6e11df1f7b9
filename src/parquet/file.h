// SPDX-License-Identifier: Apache-2.0
// row groups → file bytes, in order, then indexes and footer (Apache Parquet format,
// README "File format", PageIndex.md). Pure bytes into a ByteSink.
//
// Use: 1 FileWriter(schema, options, sink) · 2 append() each row group in order · 3 fill_late()
// when a column was left for later · 4 summary() for what the account needs · 5 finish(key_values).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/stream.h"
#include "parquet/row_group.h"
#include "parquet/schema.h"

namespace silversmith::parquet {

// The longest footer that is written or read: most readers count its bytes in signed 32 bits.
inline constexpr uint64_t file_footer_bytes_max = (uint64_t{1} << 31) - 1;

// Keys that a file writer adds by itself (docs/formats/parquet.md).
inline constexpr std::string_view digest_key = "silversmith.digest";
inline constexpr std::string_view checksum_key = "silversmith.checksum";

using KeyValues = std::vector<std::pair<std::string, std::string>>;

struct ColumnSummary {
  std::string name;
  frame::Type type;
  uint64_t null_count = 0;
  bool has_min_max = false;
  std::string min;  // as people read it (plain::value_text's wording); text cut at 64 bytes
  std::string max;
};

struct FileSummary {
  uint64_t rows = 0;
  uint64_t bytes = 0;  // written so far
  uint64_t row_groups = 0;
  // Content digest: XXH3-128 over the schema and every page's uncompressed bytes in file order,
  // without key-value metadata, codec and page headers (docs/formats/parquet.md).
  Hash128 digest;
  std::vector<ColumnSummary> columns;
};

class FileWriter {
 public:
  // `sink` and `spools` must outlive this. Nothing is written before the first append() or
  // finish(). Footer entries past options.footer_bytes_max wait in a spool, if `spools` are given.
  FileWriter(Schema schema, WriterOptions options, ByteSink& sink, SpoolMaker* spools = nullptr);
  FileWriter(FileWriter&&) noexcept;
  ~FileWriter();

  // A row group without rows is dropped. Fails with what the sink fails with.
  Result<> append(RowGroup row_group);
  // Gives the late column its value; none is null. Requires that there is one; once, behind the
  // last append(). Fails with what the sink or a spool fails with.
  Result<> fill_late(std::optional<std::string_view> value);
  FileSummary summary() const;
  // Page indexes, footer, magic. The key-values of digest_key and checksum_key are added. Returns
  // the summary with the final byte count.
  Result<FileSummary> finish(const KeyValues& key_values);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::parquet
