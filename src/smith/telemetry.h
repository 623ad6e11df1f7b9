// SPDX-License-Identifier: Apache-2.0
// What a run tells: one result object, the same in `run --json`, the log line, an answer and (in
// two groups) the receipt; and counters over many runs. Names are docs/formats/receipt.md's and
// fixed.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/log.h"
#include "base/result.h"
#include "silver/account.h"

namespace silversmith::smith {

enum class Status : uint8_t {
  success,
  success_with_rejects,
  duplicate,
  superseded,
  ignored,
  rejected,
  error,
};
inline constexpr size_t status_count = 7;
std::string_view name_of(Status status);
// Of a conversion that was not refused: cells that were made null are told as rejects are.
Status status_of(const silver::Account& account);

struct RunError {
  Code code = Code::busy;
  std::string type;  // the public error code; the code's name where there is none
  std::string message;
  std::string hint;
};

struct RunResult {
  Status status = Status::error;
  std::string run_id;
  std::string bucket;
  std::string output_bucket;
  std::string output;      // whole key of silver
  std::string quarantine;  // folder of rejects or of rejected.json; "" when there is none
  std::string receipt;     // "" when there is none
  // Counts and names. Of a duplicate: what is known without converting (key, what silver was made
  // from and under).
  silver::Account account;
  uint64_t bytes_out = 0;
  uint64_t duration_ms = 0;
  uint64_t memory_peak_bytes = 0;
  uint64_t attempts = 1;
  std::optional<RunError> error;
  // As many records were bad as the contract's warnBadRatio says: a matter of the log's level.
  bool bad_ratio_passed = false;
  // Nothing was done: an earlier run's outcome stands (a duplicate, a known refusal). For who shows
  // results; not among the names of the result object.
  bool repeated = false;
};

// The flat result object. A refused file has its first fault as `error`.
Json result_json(const RunResult& result);
// Of its log line: error, warn (a refusal, too many bad records, an event that smells of a loop) or
// info.
Level level_of(const RunResult& result);
// One line of that level.
void log_result(Log& log, const RunResult& result);

// Exit status of one run: 0, 1 (rejected), 2 (configuration), 3 (service), 75 (try again),
// 143 (stopped). See docs/operations/runbook.md.
int exit_status(const RunResult& result);
// Of several runs, what a caller must hear first: configuration, service, temporary, rejected.
int worse_exit(int one, int other);

// Totals over many runs, named as the metrics are.
struct Metrics {
  std::array<uint64_t, status_count> files_total = {};
  uint64_t rows_read_total = 0;
  uint64_t rows_total = 0;
  uint64_t rows_quarantined_total = 0;
  uint64_t bytes_in_total = 0;
  uint64_t bytes_out_total = 0;
  std::map<std::string, uint64_t> rejects_total;  // by reason

  void add(const RunResult& result);
  Json json() const;
};

}  // namespace silversmith::smith
