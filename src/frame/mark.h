// SPDX-License-Identifier: Apache-2.0
// What a conversion found in a cell, one Mark a row. Kernels write marks and values only; the text
// of an error is made later, from the cell, for the few rows that have one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace silversmith::frame {

// An enumeration and no byte type on purpose: stores to it cannot alias the values, so that loops
// keep their state in registers.
enum class Mark : uint8_t {
  good,
  null,
  malformed,         // not in the lexical form of its type
  integer_overflow,  // an integer outside int64
  number_overflow,   // rounds to infinity
  excess_digits,     // more integer digits than the decimal has
  excess_fraction,   // more fraction digits than the decimal has, not zeros
  zone_missing,      // the column is UTC, the value has no offset
  zone_given,        // the column is local, the value has an offset
};

}  // namespace silversmith::frame
