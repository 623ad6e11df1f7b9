// SPDX-License-Identifier: Apache-2.0
// Whether a file that was refused once would be refused again: a verdict stands while source
// version and contract do, whatever format version gave it. What forge() skips by and what a
// sweep counts by are this one question.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "silver/receipt.h"
#include "store/store.h"

namespace silversmith::smith {

inline constexpr std::string_view rejected_name = "rejected.json";  // of a refused file's report

struct RefusalQuery {
  store::Store& target;
  std::string_view folder;   // of the key's generations in quarantine; ends in "/"
  std::string_view key;      // of the source
  std::string_view version;  // of the source
  std::string_view outcome;  // Terms::outcome
};

// The report that stands; nothing where there is none, or only what can't be read as one.
// Fails with denied, busy.
Result<std::optional<silver::Rejected>> standing_refusal(const RefusalQuery& query);

}  // namespace silversmith::smith
