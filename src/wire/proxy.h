// SPDX-License-Identifier: Apache-2.0
// Which proxy a host is reached by, as HTTP_PROXY, HTTPS_PROXY and NO_PROXY have it for curl and
// AWS's tools.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/url.h"

namespace silversmith::wire {

// The texts of those variables; "" where one is not set.
struct ProxyOptions {
  std::string http;   // for http:// hosts: requests are forwarded
  std::string https;  // for https:// hosts: a tunnel by CONNECT
  std::string none;   // who is reached directly
};

// What is asked about.
struct ProxyQuery {
  bool tls = true;
  std::string_view host;
  uint16_t port = 443;
};

// Nothing: directly. A proxy without a scheme is one of http://.
// Fails with invalid when the variable that counts is no URL; the message names it.
Result<std::optional<Url>> proxy_for(const ProxyOptions& options, const ProxyQuery& query);
// Whether NO_PROXY's text covers the host: "*" alone is all; else names between commas or blanks,
// each for itself and what is below it ("example.com", ".example.com"), "name:port" for that port
// alone, addresses, and IPv4 networks ("10.0.0.0/8").
bool passes_proxy_by(std::string_view none, const ProxyQuery& query);

}  // namespace silversmith::wire
