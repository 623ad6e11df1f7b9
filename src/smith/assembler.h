// SPDX-License-Identifier: Apache-2.0
// Spans in order → the bytes of silver, of the rejects, and the account. Everything that depends
// on order happens here, so that threads can't change a byte: limits are looked at between spans.
#pragma once

#include <memory>
#include <optional>

#include "contract/contract.h"
#include "csv/splitter.h"
#include "parquet/file.h"
#include "smith/converter.h"
#include "smith/span_worker.h"

namespace silversmith::smith {

class Assembler {
 public:
  // All must outlive this. `limits` are the contract's (or the defaults).
  Assembler(const SpanSetup& setup, const contract::Limits& limits, Outputs& outputs);
  Assembler(Assembler&&) noexcept;
  ~Assembler();

  // What rejects.csv begins with: the file's own header lines; "" without a header.
  void set_header_text(std::string header);

  // The next span. False when the file is refused now and the rest need not be read.
  // Fails with what a sink fails with.
  Result<bool> add(SpanProduct product);
  // Ends the files (unless refused) and completes `account`, which brings what the pipeline knows.
  // Adds faults of the whole file: limits, an open quote, no record accepted.
  Result<silver::Account> finish(silver::Account account, const csv::SplitterTotals& totals);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::smith
