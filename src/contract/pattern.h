// SPDX-License-Identifier: Apache-2.0
// A strptime-like format, compiled: the list of items that frame/convert_temporal walks. Only
// fixed, locale-free directives: %Y %m %d %H %M %S %f %z %y %b %B %I %p %j %e %% and literals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace silversmith::contract {

enum class PatternItemKind : uint8_t {
  literal,      // the byte `byte`, exactly
  year,         // %Y four digits
  year_short,   // %y two digits: 00..68 are 2000.., 69..99 are 1969.. (POSIX)
  month,        // %m two digits 01..12
  month_name,   // %b or %B, English, any case
  day,          // %d two digits 01..31
  day_blank,    // %e one or two digits, a leading blank allowed
  day_of_year,  // %j three digits 001..366
  hour,         // %H 00..23
  hour_half,    // %I 01..12
  half,         // %p AM or PM, any case
  minute,       // %M
  second,       // %S 00..59 (no leap second: Parquet has none)
  fraction,     // %f one to six digits
  zone,         // %z +hh:mm, -hhmm, +hh or Z
};

struct PatternItem {
  PatternItemKind kind = PatternItemKind::literal;
  char byte = 0;
  bool operator==(const PatternItem&) const = default;
};

// Which wording a temporal field has. iso: YYYY-MM-DD; hh:mm[:ss[.ffffff]]; both joined by T or a
// blank with an optional offset.
struct Pattern {
  bool iso = true;
  bool zone = false;               // `items` has a zone (iso: decided by the values' column)
  std::vector<PatternItem> items;  // empty when iso
  bool operator==(const Pattern&) const = default;
};

enum class PatternUse : uint8_t { date, time, datetime };

// Compiles "default", "any" (an error: not supported), or a strptime format; a leading "fmt:" is
// dropped. Fails with invalid when a directive is unknown, repeated, or missing for `use` (a date
// needs year, month and day; a time hours and minutes; a datetime both).
Result<Pattern> compile_pattern(std::string_view format, PatternUse use);

}  // namespace silversmith::contract
