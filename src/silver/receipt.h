// SPDX-License-Identifier: Apache-2.0
// The durable account of one generation (docs/decisions/0052-receipts-and-lineage.md): `account` is
// a function of source, contract and format version; `observed` is what this run saw. History,
// never state: nothing is decided by a receipt, so one that is lost is made again from the footer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "silver/account.h"

namespace silversmith::silver {

struct Observed {
  std::string run_id;
  std::string lake;  // bucket, or the folder as given
  std::string host;
  std::string started;  // RFC 3339
  uint64_t duration_ms = 0;
  uint64_t memory_peak_bytes = 0;
  uint64_t bytes_out = 0;
  uint64_t attempts = 1;
};

struct Receipt {
  Account account;
  std::optional<Observed> observed;  // absent: rebuilt
};

// As it stands in a receipt: null where there is none.
Json observed_json(const std::optional<Observed>& observed);
// Two blanks of indent, a newline at the end.
std::string receipt_text(const Receipt& receipt);
// Fails with corrupt, naming the member.
Result<Receipt> parse_receipt(std::string_view text);

// A receipt made again from the account that stands in silver's footer: as it stands there, so that
// nothing of another version's account is lost.
std::string rebuilt_receipt_text(const Json& account);

// rejected.json of a refused file. `outcome` names what the verdict depends on besides the source.
struct Rejected {
  Account account;
  std::string outcome;
};
std::string rejected_text(const Rejected& rejected);
// Fails with corrupt.
Result<Rejected> parse_rejected(std::string_view text);
// report.json beside the rejects of an accepted file. `first_rejects` is not in the account's JSON.
std::string report_text(const Account& account);

}  // namespace silversmith::silver
