// SPDX-License-Identifier: Apache-2.0
// Percent-encoding (RFC 3986 section 2.1), as SigV4 wants it written: all but letters, digits and
// "-._~"; and as HTML forms have it, where a blank is "+".
#pragma once

#include <string>
#include <string_view>

namespace silversmith {

// `text` as one value of a query.
std::string uri_encoded(std::string_view text);
// `text` as a path: "/" stays.
std::string uri_encoded_path(std::string_view text);
// The bytes that `text` stands for; what is no "%XX" stays as it is.
std::string uri_decoded(std::string_view text);
// The same of a form's text: "+" is a blank.
std::string form_decoded(std::string_view text);

}  // namespace silversmith
