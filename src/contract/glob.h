// SPDX-License-Identifier: Apache-2.0
// Match globs of contracts: `*` within a segment, `**` across segments (`a/**/b` also matches
// `a/b`), `?` one character of a segment, `{a,b}` alternatives (may be empty, may nest). Anchored
// at both ends. Linear in time for what users write: no backtracking blow-up.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace silversmith::contract {

// Fails with invalid when braces do not balance or the glob is empty.
Result<> check_glob(std::string_view glob);
// Requires that check_glob(glob) is ok.
bool glob_matches(std::string_view glob, std::string_view key);

}  // namespace silversmith::contract
