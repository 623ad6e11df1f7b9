// SPDX-License-Identifier: Apache-2.0
// One column of one row group: rows → pages, in a dictionary while that pays, else PLAIN. Where a
// page ends follows from the values alone, never from how append() was cut. A virtual call a batch.
//
//   sampling ──pays──▶ dictionary ──full──▶ plain      pages already written stay as they are
//      └────────────────does not───────────▶ plain      the sample is replayed
#pragma once

#include <memory>

#include "base/result.h"
#include "frame/columns.h"
#include "parquet/page.h"
#include "parquet/schema.h"

namespace silversmith::parquet {

class ColumnWriter {
 public:
  virtual ~ColumnWriter() = default;
  // Requires a column of the spec's type. Fails with what PageWriter fails with.
  virtual Result<> append(const frame::Column& column) = 0;
  // Ends the chunk and makes the writer ready for the next row group.
  virtual Result<ColumnChunk> finish() = 0;
};

// `options` and `pages` must outlive the writer.
std::unique_ptr<ColumnWriter> make_column_writer(const ColumnSpec& spec,
                                                 const WriterOptions& options, PageWriter& pages);

}  // namespace silversmith::parquet
