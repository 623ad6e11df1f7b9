// SPDX-License-Identifier: Apache-2.0
// One cell against a compiled contract::Pattern: the items are walked in order, the calendar is
// checked at the end. The general path of convert_temporal.
#pragma once

#include <cstdint>

#include "contract/pattern.h"
#include "frame/columns.h"

namespace silversmith::frame {

struct WalkedTime {
  int32_t days = 0;    // since 1970-01-01; 0 without a date
  int64_t clock = 0;   // microseconds since midnight
  int64_t offset = 0;  // microseconds east of UTC
  bool has_zone = false;
};

// False when the cell does not fit the pattern as a whole, or names no day or time that exists.
// Requires a pattern that is not iso.
bool walk_pattern(const contract::Pattern& pattern, Text cell, WalkedTime* out);

}  // namespace silversmith::frame
