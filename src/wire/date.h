// SPDX-License-Identifier: Apache-2.0
// The times that servers tell, as HTTP (RFC 9110 section 5.6.7) and as ISO 8601 has them.
#pragma once

#include <cstdint>
#include <string_view>

namespace silversmith::wire {

// Microseconds since 1970, to the precision of the text; 0 when it is no date.
int64_t date_micros(std::string_view text);

}  // namespace silversmith::wire
