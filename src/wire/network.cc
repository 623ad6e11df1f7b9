// SPDX-License-Identifier: Apache-2.0
#include "wire/network.h"

#include <aws/auth/auth.h>
#include <aws/auth/credentials.h>
#include <aws/common/error.h>
#include <aws/common/thread.h>
#include <aws/http/http.h>
#include <aws/io/channel.h>
#include <aws/io/io.h>

#include "base/check.h"
#include "wire/network_state.h"

namespace silversmith::wire {

namespace {

constexpr size_t fragment_bytes = size_t{64} << 10;

// Trouble that no repetition cures, or that wants a hint. Everything else passes: a name that is
// not known today may be tomorrow, and hosts come back.
struct Known {
  int failure;
  Code code;
  const char* hint;
};
constexpr Known known_failures[] = {
    {AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE, Code::denied,
     "name the authority of the server's certificate: AWS_CA_BUNDLE=FILE"},
    {AWS_IO_TLS_ERROR_DEFAULT_TRUST_STORE_NOT_FOUND, Code::denied,
     "install ca-certificates, or give AWS_CA_BUNDLE"},
    {AWS_AUTH_CREDENTIALS_PROVIDER_INVALID_ENVIRONMENT, Code::denied,
     "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"},
    // Passing, for all that we are told: the proxy's status is lost.
    {AWS_ERROR_HTTP_PROXY_CONNECT_FAILED, Code::busy,
     "the proxy refused: see HTTPS_PROXY, NO_PROXY"},
    {AWS_ERROR_HTTP_PROXY_CONNECT_FAILED_RETRYABLE, Code::busy,
     "the proxy refused: see HTTPS_PROXY, NO_PROXY"},
};

}  // namespace

Error runtime_error(int failure, const std::string& doing) {
  std::string message = doing + ": " + aws_error_str(failure);
  for (const Known& known : known_failures) {
    if (known.failure == failure) return {known.code, std::move(message), known.hint, ""};
  }
  return {Code::busy, std::move(message), "", ""};
}

Network::State::State(NetworkOptions given)
    : options(std::move(given)), allocator(aws_default_allocator()) {
  aws_auth_library_init(allocator);  // and with it all that it is built on
  // What is read from a socket at once: a quarter of the calls that the runtime's own 16 KiB cost.
  g_aws_channel_max_fragment_size = fragment_bytes;
  loops = aws_event_loop_group_new_default(allocator, 1, nullptr);
  SMITH_CHECK(loops != nullptr, aws_error_str(aws_last_error()));
  aws_host_resolver_default_options resolving = {};
  resolving.el_group = loops;
  resolving.max_entries = 8;
  resolver = aws_host_resolver_new_default(allocator, &resolving);
  aws_client_bootstrap_options bootstrapping = {};
  bootstrapping.event_loop_group = loops;
  bootstrapping.host_resolver = resolver;
  bootstrap = aws_client_bootstrap_new(allocator, &bootstrapping);
  SMITH_CHECK(bootstrap != nullptr, aws_error_str(aws_last_error()));
}

Network::State::~State() {
  credentials.reset();
  aws_tls_ctx_release(guarded_.tls);
  aws_client_bootstrap_release(bootstrap);
  aws_host_resolver_release(resolver);
  aws_event_loop_group_release(loops);
  // The libraries stay where a thread of theirs does (one that looks up a name, say).
  aws_thread_set_managed_join_timeout_ns(left_after_micros * 1000);
  if (aws_thread_join_all_managed() == AWS_OP_SUCCESS) aws_auth_library_clean_up();
}

void Network::State::close(std::unique_ptr<State> state) {
  if (state->left == 0) return;
  // Late callbacks find everything in its place. One network a program: this happens once.
  [[maybe_unused]] static State* forgotten = nullptr;
  forgotten = state.release();
}

Result<aws_tls_ctx*> Network::State::tls() {
  std::lock_guard lock(guarded_.mutex);
  if (guarded_.tls != nullptr) return guarded_.tls;
  aws_tls_ctx_options tls_options;
  aws_tls_ctx_options_init_default_client(&tls_options, allocator);
  int failed = 0;
  if (!options.authorities.empty()) {
    failed = aws_tls_ctx_options_override_default_trust_store_from_path(
        &tls_options, nullptr, options.authorities.c_str());
  }
  if (failed == 0) guarded_.tls = aws_tls_client_ctx_new(allocator, &tls_options);
  std::string reason = guarded_.tls == nullptr ? aws_error_str(aws_last_error()) : "";
  aws_tls_ctx_options_clean_up(&tls_options);
  if (guarded_.tls != nullptr) return guarded_.tls;
  std::string what = options.authorities.empty() ? "TLS" : "AWS_CA_BUNDLE " + options.authorities;
  return Error{Code::denied, what + ": " + reason, "give a file of certificates in PEM form", ""};
}

Network::Network(NetworkOptions options) : state_(std::make_unique<State>(std::move(options))) {
  state_->credentials = std::make_unique<Credentials>(*this);
}
Network::~Network() { State::close(std::move(state_)); }
void Network::set_trace(std::string trace_id) { state_->set_trace(std::move(trace_id)); }

void Network::State::set_trace(std::string trace_id) {
  std::scoped_lock lock(guarded_.mutex);
  guarded_.trace = std::move(trace_id);
}

std::string Network::State::trace() {
  std::scoped_lock lock(guarded_.mutex);
  return guarded_.trace;
}

}  // namespace silversmith::wire
