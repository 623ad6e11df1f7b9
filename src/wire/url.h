// SPDX-License-Identifier: Apache-2.0
// The URLs that settings name: http or https, a host, perhaps who is to be let in, a port, a path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace silversmith::wire {

struct Url {
  bool tls = false;
  std::string user;  // percent-decoded, as the password is; "" without one
  std::string password;
  std::string host;  // an IPv6 address without its brackets
  uint16_t port = 0;
  std::string target;  // path and query with the slash; "" without one

  std::string authority() const;  // "host:port", the usual port left out; of IPv6 "[host]:port"
  std::string origin() const;     // "https://host:port", likewise
};

// Fails with invalid, and names `text` without its password: no http:// or https://, no host, a
// port that is none, a blank or "#" in it.
Result<Url> parse_url(std::string_view text);

}  // namespace silversmith::wire
