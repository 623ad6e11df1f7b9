// SPDX-License-Identifier: Apache-2.0
// What is still open where a text ends: the bracket or quote of a JSON or YAML file that was cut
// off. For the message about a text that can't be read; the reader itself is yaml.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace silversmith::contract {

struct TextPlace {
  uint32_t line = 1;    // from 1
  uint32_t column = 1;  // in bytes, from 1
};

struct OpenBracket {
  char opener = 0;  // { [ " or '
  TextPlace place;  // where it opened: the innermost
  TextPlace end;    // of the text, blanks at its end left out
};

// Nothing when all are closed. Brackets and quotes inside words, as in `it's` and `a[1]`, and those
// in comments are none.
std::optional<OpenBracket> find_open_bracket(std::string_view text);

}  // namespace silversmith::contract
