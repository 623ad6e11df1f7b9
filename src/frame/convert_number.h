// SPDX-License-Identifier: Apache-2.0
// Cells → int64, double and decimal, one column of one chunk a call. Lexical forms are those of
// docs/formats/rejects.md; values are exact (integers, decimals) or correctly rounded (doubles).
// Cells whose mark is not `good` are left out; their value is zero. Each cell needs 64 readable
// bytes before and behind it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "frame/columns.h"
#include "frame/mark.h"

namespace silversmith::frame {

// Each returns the number of cells it marked as bad. `out` has room for cells.size() values.
uint32_t convert_int64(std::span<const Text> cells, Mark* marks, int64_t* out);
uint32_t convert_float64(std::span<const Text> cells, Mark* marks, double* out);
// `out` holds values of value_bytes(type).
uint32_t convert_decimal(std::span<const Text> cells, Mark* marks, Type type, char* out);

// One cell: the same rules.
Mark read_int64(Text cell, int64_t* out);
Mark read_float64(Text cell, double* out);
Mark read_decimal(Text cell, Type type, int128* out);
// True only for at most 16 bytes of digits with one point among them, behind an optional sign: a
// number that is finite, found without computing it. False proves nothing.
bool is_short_decimal(Text cell);

}  // namespace silversmith::frame
