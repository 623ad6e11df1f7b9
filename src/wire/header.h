// SPDX-License-Identifier: Apache-2.0
// A header of an HTTP message, and how one is found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace silversmith::wire {

struct Header {
  std::string name;  // as it came
  std::string value;
};

// The value of the first header of that name, whatever its case; "" when there is none.
// Valid until `headers` changes.
inline std::string_view find_header(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (equal_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

}  // namespace silversmith::wire
