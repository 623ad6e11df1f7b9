// SPDX-License-Identifier: Apache-2.0
// A decimal column's value without its scale, as digits.
#pragma once

#include <cstring>
#include <string>

#include "frame/columns.h"

namespace silversmith::frame {

inline std::string unscaled_text(Type type, const char* bytes) {
  int128 value = 0;
  if (type.precision <= 9) {
    int32_t small;
    std::memcpy(&small, bytes, sizeof small);
    value = small;
  } else if (type.precision <= 18) {
    int64_t middle;
    std::memcpy(&middle, bytes, sizeof middle);
    value = middle;
  } else {
    std::memcpy(&value, bytes, sizeof value);
  }
  bool negative = value < 0;
  if (negative) value = -value;
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value > 0);
  return negative ? "-" + digits : digits;
}

}  // namespace silversmith::frame
