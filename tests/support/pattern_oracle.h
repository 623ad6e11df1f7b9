// SPDX-License-Identifier: Apache-2.0
// What an event pattern means, defined a second time: straight down the two trees, every wildcard
// by trying all cuts. src/deploy is compared with it. It must not ship: nothing in src links it.
#pragma once

#include <optional>

#include "base/json.h"

namespace silversmith::oracle {

// Requires a pattern that is valid. Nothing where this definition doesn't reach: names with dots or
// empty ones, a path that a pattern has twice, objects in arrays, numbers that are no small
// integers.
std::optional<bool> pattern_matches(const Json& pattern, const Json& event);

}  // namespace silversmith::oracle
