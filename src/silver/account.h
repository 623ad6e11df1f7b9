// SPDX-License-Identifier: Apache-2.0
// What one conversion did, in the words of the result object (docs/formats/receipt.md). An Account
// is deterministic: a function of the source's bytes, the contract and the format version. It goes
// into the Parquet footer and the receipt; time, host and folder go into Observed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace silversmith::silver {

// Raised whenever one golden byte changes. 2: late columns, pages that end with a
// long text. 3: pages of 8-byte values have a compressor of their own.
inline constexpr uint32_t format_version = 3;

struct ColumnProfile {
  std::string name;
  std::string type;  // frame::describe
  uint64_t null_count = 0;
  bool has_min_max = false;
  std::string min;
  std::string max;
};

struct FileFault {
  std::string code;  // "source-error", "limit-exceeded", ...
  std::string message;
  std::string hint;
};

struct Account {
  std::string key;             // of the source, prefix included
  std::string source_version;  // 32 hex digits in a folder
  std::string generation;      // names quarantine and receipt objects
  std::string contract;        // "" without one
  uint64_t contract_version = 0;
  std::string contract_hash;  // of the contract, or of the options without one
  std::string engine_version;
  uint64_t rows_read = 0;
  uint64_t rows = 0;  // written to silver
  uint64_t rows_quarantined = 0;
  uint64_t rows_deduplicated = 0;
  uint64_t rows_skipped = 0;
  uint64_t cells_nullified = 0;
  uint64_t bytes_in = 0;  // decoded
  std::map<std::string, uint64_t> reasons;
  std::vector<ColumnProfile> columns;
  std::string content_digest;       // 32 hex digits; "" when refused
  std::vector<FileFault> faults;    // not empty: the file is refused as a whole
  std::vector<Json> first_rejects;  // of a refused file, at most 100 (frame::reject_json)

  bool refused() const { return !faults.empty(); }
  // rows_read = rows + rows_quarantined + rows_deduplicated + rows_skipped
  bool balances() const;
  double invalid_row_rate() const;  // rows_quarantined / rows_read; 0 when nothing was read
};

Json account_json(const Account& account);
// Fails with corrupt, naming the member.
Result<Account> parse_account(const Json& json);

}  // namespace silversmith::silver
