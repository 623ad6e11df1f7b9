// SPDX-License-Identifier: Apache-2.0
// A file's header against its contract → the plan that the builder follows. Header faults refuse
// the file as a whole; nothing is guessed (docs/formats/contract.md, `fieldsMatch`).
#pragma once

#include <string>
#include <vector>

#include "contract/contract.h"
#include "csv/dialect.h"
#include "frame/plan.h"
#include "silver/account.h"
#include "smith/options.h"

namespace silversmith::smith {

struct PlanDraft {
  frame::Plan plan;
  // Columns of the plan whose type must come from a frame::TypeScan (of field plan.source).
  std::vector<size_t> inferred;
  // Columns of declared type datetime without a format: whether they are UTC follows from the
  // first value in the file.
  std::vector<size_t> zone_from_first_value;
  std::vector<silver::FileFault> faults;
};

// The labels of a file: header rows joined, or positions when there is no header.
std::vector<std::string> join_header(const std::vector<std::vector<std::string>>& rows,
                                     const csv::Dialect& dialect);

// `contract` may be null. `labels` are the file's, as they stand; without a header row pass the
// contract's names (or "" each, which become column_1 ...).
PlanDraft make_plan(const contract::Contract* contract, const EngineOptions& options,
                    const csv::Dialect& dialect, const std::vector<std::string>& labels);

}  // namespace silversmith::smith
