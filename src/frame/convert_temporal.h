// SPDX-License-Identifier: Apache-2.0
// Cells → dates, times and timestamps, one column of one chunk a call; ISO 8601 or the wording of
// a compiled contract::Pattern. The calendar is checked, years are 0001 to 9999, hour 24 and leap
// seconds are refused, since no column can hold them. Each cell needs 64 readable bytes around it.
#pragma once

#include <cstdint>
#include <span>

#include "contract/pattern.h"
#include "frame/columns.h"
#include "frame/mark.h"

namespace silversmith::frame {

// Each returns the number of cells it marked as bad; cells whose mark is not `good` become zero.
// `pattern` may be null or iso: then the ISO form is wanted. `out` has cells.size() values.
uint32_t convert_date(std::span<const Text> cells, Mark* marks, const contract::Pattern* pattern,
                      int32_t* out);
uint32_t convert_time(std::span<const Text> cells, Mark* marks, const contract::Pattern* pattern,
                      int64_t* out);

// Whether the values of a timestamp column carry an offset (and are stored in UTC) or none.
enum class Zone : uint8_t { none, wanted };
struct TimestampForm {
  const contract::Pattern* pattern = nullptr;
  Zone zone = Zone::none;
};
uint32_t convert_timestamp(std::span<const Text> cells, Mark* marks, const TimestampForm& form,
                           int64_t* out);

// One cell of the ISO form: the same rules.
Mark read_iso_date(Text cell, int32_t* out);
Mark read_iso_timestamp(Text cell, Zone zone, int64_t* out);

}  // namespace silversmith::frame
