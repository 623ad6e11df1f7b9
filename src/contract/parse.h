// SPDX-License-Identifier: Apache-2.0
// Descriptor text (YAML or JSON) → Contract. Every key is either understood or an error that names
// it with its line and column: nothing is silently ignored. YAML scalars are read as text and
// typed by the property they stand for, so `enum: [NO]` stays text.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "contract/contract.h"

namespace silversmith::contract {

// Fails with invalid: every problem found, one a line, "origin:line:column: what, wanted".
Result<Contract> parse_contract(std::string_view text, std::string_view origin);

// The canonical JSON that is hashed: the keys that change an outcome, with name and version.
Json canonical_json(const Contract& contract);
// What `contract show` prints: every setting, defaults filled in. It is a descriptor itself, and
// parses to a contract with the same hash.
Json effective_json(const Contract& contract);

}  // namespace silversmith::contract
