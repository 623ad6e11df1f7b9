// SPDX-License-Identifier: Apache-2.0
// One alternative of an event pattern's field ({"prefix": "a"}, "x", 5), and whether one value of
// an event satisfies it. As event-ruler has it, a string is compared with its quotes around it, any
// other value as it is written, and numbers by value where both are exact doubles.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace silversmith::deploy {

enum class MatchKind : uint8_t {
  exact,
  ignoring_case,
  prefix,
  prefix_ignoring_case,
  suffix,
  suffix_ignoring_case,
  wildcard,
  number,   // equal, by value
  range,    // a number between two bounds
  present,  // {"exists": true}
  absent,   // {"exists": false}
};

// A value of an event, or what it is compared with.
struct Value {
  std::string text;              // a string in its quotes, else the literal
  std::optional<double> number;  // of a number that a double holds exactly
};
Value value_of(const Json& json);  // Requires neither an array nor an object.
Value string_value(std::string_view text);

// The number that a JSON literal stands for, or nothing where a double (at the 17 digits that Java
// prints) is another number: such are only compared as text.
std::optional<double> exact_number(std::string_view literal);

struct Bound {
  double at = 0;
  bool open = false;  // the bound itself is outside
};

// One thing to compare with. `text` holds the quotes that event-ruler compares with: a prefix has
// the first one, a suffix the last.
struct Comparison {
  MatchKind kind = MatchKind::exact;
  std::string text = {};
  double number = 0;
  std::optional<Bound> low = {}, high = {};
  std::vector<std::string> pieces = {};  // of a wildcard: the texts between the stars

  bool holds(const Value& value) const;
};

struct Matcher {
  std::vector<Comparison> comparisons;  // any of them
  bool but = false;                     // none of them: {"anything-but": ...}

  // Requires that the value is there: `absent` never holds.
  bool holds(const Value& value) const;
  bool asks_for_absence() const;
};

// The texts between the stars of a wildcard, quotes included, escapes undone.
// Fails with invalid: "Consecutive wildcard characters at pos 3", "Invalid escape character ...".
Result<std::vector<std::string>> wildcard_pieces(std::string_view text);
// Whether `text` is `pieces` with anything between them. Linear in the text.
bool wildcard_matches(const std::vector<std::string>& pieces, std::string_view text);

}  // namespace silversmith::deploy
