// SPDX-License-Identifier: Apache-2.0
// Percent-encoding as SigV4 wants it (RFC 3986 section 2.3: all but letters, digits and "-._~").
#pragma once

#include <string>
#include <string_view>

namespace silversmith::wire {

// `text` as one value of a query.
std::string uri_encoded(std::string_view text);
// `text` as a path: "/" stays.
std::string uri_encoded_path(std::string_view text);
// The bytes that `text` stands for; what is no "%XX" stays as it is.
std::string uri_decoded(std::string_view text);

}  // namespace silversmith::wire
