// SPDX-License-Identifier: Apache-2.0
// records → columns: converts column by column over spans, applies null tokens, types and
// `required`, and sets bad records aside. One worker owns it; memory is reused from chunk to chunk.
// Order within a record: width → null tokens → cast → required (contracts-and-ux 10.2).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "csv/records.h"
#include "frame/columns.h"
#include "frame/plan.h"
#include "frame/rejects.h"

namespace silversmith::frame {

// Where a chunk stands in the file (from csv::Chunk).
struct Place {
  uint64_t byte_offset = 0;
  uint64_t first_record = 1;
  uint64_t first_line = 1;
  csv::LineEnd line_end = csv::LineEnd::newline;  // `any`: a lone CR ends a physical line too
};

// Valid until the next build() or until the chunk dies.
struct Batch {
  std::vector<Column> columns;     // as the plan's
  uint32_t rows = 0;               // accepted
  std::vector<uint32_t> accepted;  // per row: its index in Records
  std::vector<Reject> rejects;     // unless they went to on_reject()
  uint64_t cells_nullified = 0;
  uint32_t quarantined = 0;  // records that are not in silver, failed ones included
  std::map<std::string_view, uint64_t> reasons;  // code → records (first error) or cells nullified
  bool failed = false;                           // an Action::fail met its case: refuse the file
};

class Builder {
 public:
  // `plan` must outlive this and name at most `width` fields.
  Builder(const Plan& plan, uint32_t width);
  Builder(Builder&&) noexcept;
  ~Builder();

  // From now on rejects (quarantined, nullified and failed ones) go there one by one, ascending by
  // row, before build() returns, and not into Batch::rejects: a chunk of two-byte records has more
  // of them than memory should hold.
  void on_reject(std::function<void(const Reject&)> take);

  const Batch& build(const csv::Records& records, const Place& place);
  // The batch dies, and memory that long cells took is given back.
  void trim();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::frame
