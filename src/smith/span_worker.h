// SPDX-License-Identifier: Apache-2.0
// One span of records → one row group and its rejects: the unit of work of a thread. A worker
// owns its tokeniser, builder and writers and reuses their memory from span to span.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/stream.h"
#include "csv/chunk.h"
#include "csv/tokeniser.h"
#include "frame/builder.h"
#include "parquet/row_group.h"
#include "plain/writer.h"
#include "silver/account.h"
#include "smith/options.h"

namespace silversmith::smith {

inline constexpr size_t first_rejects_max = 100;  // kept as JSON for reports

// What every worker of a run shares, unchanged while it runs.
struct SpanSetup {
  const frame::Plan& plan;
  csv::LineEnd line_end = csv::LineEnd::newline;
  uint32_t width = 0;  // fields of a record
  bool blank_is_reject = false;
  Target target = Target::parquet;
  parquet::Schema schema = {};
  parquet::WriterOptions silver_options = {};
  parquet::Schema reject_schema = {};
  parquet::WriterOptions reject_options = {};
  frame::RejectSource reject_source = {};
  SpoolMaker* spools = nullptr;
  std::string kernel = {};
};

// The account of a span, to be added up in span order.
struct SpanCounts {
  uint64_t rows_read = 0;
  uint64_t rows = 0;
  uint64_t rows_quarantined = 0;
  uint64_t rows_skipped = 0;
  uint64_t cells_nullified = 0;
  Json failure;  // the first record that met an action `fail`, if any
  std::map<std::string, uint64_t> reasons;
  std::vector<Json> first_rejects;
};

struct SpanProduct {
  SpanCounts counts;
  std::optional<parquet::RowGroup> row_group;  // absent for text targets and when no row was taken
  std::unique_ptr<Spool> text;                 // text targets only
  std::optional<parquet::RowGroup> rejects;    // absent when there are none
  std::unique_ptr<Spool> rejects_csv;          // absent when no record was quarantined
};

class SpanWorker {
 public:
  // `setup` must outlive this.
  explicit SpanWorker(const SpanSetup& setup);
  SpanWorker(SpanWorker&&) noexcept;
  ~SpanWorker();

  // Takes the span's chunks in order (kinds records and oversize).
  // Fails with what a spool fails with.
  Result<> consume(const csv::Chunk& chunk);
  // Ends the span; the worker is then ready for the next one.
  Result<SpanProduct> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::smith
