// SPDX-License-Identifier: Apache-2.0
// What the runtime's connections are made with: the TLS to one host, and the way through a proxy.
// The tunnel is our own because the runtime keeps the status of the proxy's answer to itself. Not
// for other folders.
#pragma once

#include <aws/http/proxy.h>
#include <aws/io/tls_channel_handler.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "wire/url.h"

namespace silversmith::wire {

// The TLS of a connection to one host, cleaned up when it goes.
class HostTls {
 public:
  // For the handshake.
  explicit HostTls(uint32_t timeout_ms) : timeout_ms_(timeout_ms) {}
  HostTls(const HostTls&) = delete;
  HostTls& operator=(const HostTls&) = delete;
  ~HostTls();
  void set(aws_tls_ctx* context, const std::string& host);
  // Null where it was not set. Valid until this goes.
  const aws_tls_connection_options* get() const { return used_ ? &options_ : nullptr; }

 private:
  aws_tls_connection_options options_ = {};
  uint32_t timeout_ms_;
  bool used_ = false;
};

// CONNECT with the user and the password that the URL has. `status` gets that of each answer; it
// outlives the connections that are made by this. The caller releases what is returned.
aws_http_proxy_strategy* make_tunnel(const Url& proxy, std::atomic<int>& status);

// What the manager copies: forwarding for http, where `tunnel` is null, or that tunnel. Valid as
// long as what it was made of.
aws_http_proxy_options proxy_options(const Url& proxy, const HostTls& tls,
                                     aws_http_proxy_strategy* tunnel);

}  // namespace silversmith::wire
