// SPDX-License-Identifier: Apache-2.0
// A name in small letters, as Glue keeps it, beyond ASCII too. The one thing to know: where it
// isn't certain what Glue makes of a letter, nothing is guessed. Known are Latin, Greek and
// Cyrillic as languages of today write them, and letters without case.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace silversmith::catalog {

// Nothing where a letter's case is in doubt, or the text is no UTF-8.
std::optional<std::string> folded(std::string_view name);

}  // namespace silversmith::catalog
