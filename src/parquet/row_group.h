// SPDX-License-Identifier: Apache-2.0
// columns → pages: encodes and compresses one row group. The bytes depend on the values alone, not
// on how they were cut into batches. One worker owns a writer; memory is the open pages, the
// dictionaries, and the compressed pages (which spill past WriterOptions::memory_bytes_max).
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"
#include "base/stream.h"
#include "frame/columns.h"
#include "parquet/schema.h"

namespace silversmith::parquet {

class RowGroupWriter;

// A finished row group: compressed pages and their metadata, without a place in a file yet.
class RowGroup {
 public:
  RowGroup(RowGroup&&) noexcept;
  RowGroup& operator=(RowGroup&&) noexcept;
  ~RowGroup();
  uint64_t rows() const;
  uint64_t bytes() const;  // compressed, page headers included

  struct State;  // row_group.cc and file.cc know it

 private:
  friend class RowGroupWriter;
  friend class FileWriter;
  explicit RowGroup(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class RowGroupWriter {
 public:
  // `schema` and `options` must outlive this; `spools` may be null when memory_bytes_max is 0.
  RowGroupWriter(const Schema& schema, const WriterOptions& options, SpoolMaker* spools);
  RowGroupWriter(RowGroupWriter&&) noexcept;
  ~RowGroupWriter();

  // Requires columns of the schema's types without options.late_column, all of `rows` rows; their
  // bytes are not kept.
  // Fails with what a spool fails with.
  Result<> append(std::span<const frame::Column> columns, uint32_t rows);
  uint64_t rows() const;
  // Ends the row group and makes the writer ready for the next one, its memory kept.
  Result<RowGroup> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::parquet
