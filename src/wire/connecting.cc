// SPDX-License-Identifier: Apache-2.0
#include "wire/connecting.h"

#include <aws/common/encoding.h>
#include <aws/http/request_response.h>

#include <memory>
#include <string>

#include "wire/network_state.h"

namespace silversmith::wire {

namespace {

struct Tunnel {
  std::string authorization;  // "" is none
  std::atomic<int>* status = nullptr;
};

struct Strategy {
  aws_http_proxy_strategy base = {};
  Tunnel tunnel;
};

struct Negotiator {
  aws_http_proxy_negotiator base = {};
  Tunnel tunnel;
};

// NOLINTNEXTLINE(readability-function-size): the runtime calls it with these
void ask_for_tunnel(aws_http_proxy_negotiator* negotiator, aws_http_message* message,
                    aws_http_proxy_negotiation_terminate_fn* refuse,
                    aws_http_proxy_negotiation_http_request_forward_fn* go_on, void* connection) {
  const std::string& authorization =
      static_cast<Negotiator*>(negotiator->impl)->tunnel.authorization;
  aws_http_header header = {cursor_of("Proxy-Authorization"), cursor_of(authorization),
                            AWS_HTTP_HEADER_COMPRESSION_USE_CACHE};
  bool added = authorization.empty() || aws_http_message_add_header(message, header) == 0;
  if (added) return go_on(message, connection);
  refuse(message, aws_last_error(), connection);
}

int status_came(aws_http_proxy_negotiator* negotiator, aws_http_status_code status) {
  *static_cast<Negotiator*>(negotiator->impl)->tunnel.status = status;
  return AWS_OP_SUCCESS;
}

aws_http_proxy_negotiation_retry_directive ask_once(aws_http_proxy_negotiator*) {
  return AWS_HPNRD_STOP;
}

aws_http_proxy_negotiator_tunnelling_vtable tunnel_calls = {ask_for_tunnel, nullptr, status_came,
                                                            nullptr, ask_once};

aws_http_proxy_negotiator* make_negotiator(aws_http_proxy_strategy* strategy, aws_allocator*) {
  auto negotiator = std::make_unique<Negotiator>();
  negotiator->tunnel = static_cast<Strategy*>(strategy->impl)->tunnel;
  negotiator->base.impl = negotiator.get();
  negotiator->base.strategy_vtable.tunnelling_vtable = &tunnel_calls;
  aws_ref_count_init(&negotiator->base.ref_count, negotiator.get(), [](void* gone) {
    std::unique_ptr<Negotiator> last(static_cast<Negotiator*>(gone));
  });
  return &negotiator.release()->base;
}

aws_http_proxy_strategy_vtable strategy_calls = {make_negotiator};

std::string base64(const std::string& text) {
  size_t size = 0;
  aws_base64_compute_encoded_len(text.size(), &size);
  std::string encoded(size, '\0');
  aws_byte_cursor from = cursor_of(text);
  aws_byte_buf into = aws_byte_buf_from_empty_array(encoded.data(), encoded.size());
  aws_base64_encode(&from, &into);
  encoded.resize(into.len);
  while (encoded.ends_with('\0')) encoded.pop_back();
  return encoded;
}

}  // namespace

HostTls::~HostTls() {
  if (used_) aws_tls_connection_options_clean_up(&options_);
}

void HostTls::set(aws_tls_ctx* context, const std::string& host) {
  aws_tls_connection_options_init_from_ctx(&options_, context);
  used_ = true;
  aws_byte_cursor name = cursor_of(host);
  aws_tls_connection_options_set_server_name(&options_, aws_default_allocator(), &name);
  options_.timeout_ms = timeout_ms_;
}

aws_http_proxy_options proxy_options(const Url& proxy, const HostTls& tls,
                                     aws_http_proxy_strategy* tunnel) {
  aws_http_proxy_options options = {};
  options.connection_type = tunnel != nullptr ? AWS_HPCT_HTTP_TUNNEL : AWS_HPCT_HTTP_FORWARD;
  options.host = cursor_of(proxy.host);
  options.port = proxy.port;
  options.tls_options = tls.get();
  options.proxy_strategy = tunnel;
  if (!proxy.user.empty() && tunnel == nullptr) {
    options.auth_type = AWS_HPAT_BASIC;
    options.auth_username = cursor_of(proxy.user);
    options.auth_password = cursor_of(proxy.password);
  }
  return options;
}

aws_http_proxy_strategy* make_tunnel(const Url& proxy, std::atomic<int>& status) {
  auto strategy = std::make_unique<Strategy>();
  strategy->tunnel.status = &status;
  if (!proxy.user.empty()) {
    strategy->tunnel.authorization = "Basic " + base64(proxy.user + ":" + proxy.password);
  }
  strategy->base.impl = strategy.get();
  strategy->base.vtable = &strategy_calls;
  strategy->base.proxy_connection_type = AWS_HPCT_HTTP_TUNNEL;
  aws_ref_count_init(&strategy->base.ref_count, strategy.get(), [](void* gone) {
    std::unique_ptr<Strategy> last(static_cast<Strategy*>(gone));
  });
  return &strategy.release()->base;
}

}  // namespace silversmith::wire
