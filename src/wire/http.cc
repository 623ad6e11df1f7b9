// SPDX-License-Identifier: Apache-2.0
#include "wire/http.h"

#include <aws/auth/signable.h>
#include <aws/auth/signing.h>
#include <aws/auth/signing_result.h>
#include <aws/common/condition_variable.h>
#include <aws/common/mutex.h>
#include <aws/http/connection.h>
#include <aws/http/connection_manager.h>
#include <aws/http/request_response.h>
#include <aws/io/socket.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "wire/body_stream.h"
#include "wire/connecting.h"
#include "wire/network_state.h"

namespace silversmith::wire {

namespace {

// Longer bodies go out unsigned.
constexpr size_t signed_bytes_max = size_t{1} << 20;
// How long a wait lasts before it looks whether it is to end.
constexpr int64_t look_nanos = 50'000'000;
constexpr int proxy_refuses_status = 407;

Error refused_by_proxy(const std::string& doing) {
  return {Code::denied, doing + ": answered 407, it wants a user and a password",
          "set HTTPS_PROXY or HTTP_PROXY to http://USER:PASSWORD@HOST:PORT, or name the host in "
          "NO_PROXY",
          ""};
}

Url url_of(const Endpoint& endpoint) {
  Url url;
  url.tls = endpoint.tls;
  url.host = endpoint.host;
  url.port = endpoint.port;
  return url;
}

}  // namespace

std::string Endpoint::text() const { return url_of(*this).origin(); }

struct HttpClient::State {
  State(Network::State& network_state, Endpoint where, const HttpOptions& options)
      : network(network_state),
        endpoint(std::move(where)),
        body_bytes_max(options.body_bytes_max),
        connect_micros_max(int64_t{1000} * (options.connect_ms_max + options.first_byte_ms_max)),
        stop(options.stop) {}

  // Waits for the manager's last call, if it comes soon. If not, that call frees the state, and
  // the network does not end before it. A connection that waits for its proxy can't be given up.
  static void close(std::unique_ptr<State> state);

  // The manager's last call.
  static void gone_now(void* self) {
    auto* state = static_cast<State*>(self);
    aws_mutex_lock(&state->mutex);
    state->gone = true;
    bool left = state->left;
    aws_condition_variable_notify_all(&state->changed);
    aws_mutex_unlock(&state->mutex);
    if (!left) return;
    std::unique_ptr<State> last(state);
    --last->network.left;
  }
  bool stopping() const { return stop != nullptr && stop->load(std::memory_order_relaxed); }
  // Whether it was the proxy that refused a request which it was to pass on.
  bool forwarded_refusal(int status) const {
    return status == proxy_refuses_status && !proxy.empty() && !endpoint.tls;
  }

  Network::State& network;
  Endpoint endpoint;
  size_t body_bytes_max;
  int64_t connect_micros_max;
  const std::atomic<bool>* stop;
  std::string proxy;                   // its origin; "" is none
  std::atomic<int> tunnel_status = 0;  // what the proxy last answered to CONNECT
  aws_http_connection_manager* manager = nullptr;
  aws_mutex mutex = AWS_MUTEX_INIT;
  aws_condition_variable changed = AWS_CONDITION_VARIABLE_INIT;
  bool gone = false;
  bool left = false;  // nobody waits for `gone`
};

void HttpClient::State::close(std::unique_ptr<State> state) {
  if (state->manager == nullptr) return;
  // With one that hangs already, more waiting brings nothing.
  int64_t wait_micros = state->network.left > 0 ? 0 : left_after_micros;
  int64_t until = system_clock().steady_micros() + wait_micros;
  aws_http_connection_manager_release(state->manager);
  aws_mutex_lock(&state->mutex);
  while (!state->gone && system_clock().steady_micros() < until) {
    aws_condition_variable_wait_for(&state->changed, &state->mutex, look_nanos);
  }
  bool left = !state->gone;
  if (left) ++state->network.left;
  state->left = left;
  State* given_up = left ? state.release() : nullptr;
  aws_mutex_unlock(left ? &given_up->mutex : &state->mutex);
}

// Everything up to `done` is guarded by the mutex; callbacks run on the network's thread.
struct Exchange::State {
  State(HttpClient::State& owner, Request asked, std::span<char> given)
      : client(owner), request(std::move(asked)), room(given) {}
  ~State() {
    aws_signable_destroy(signable);
    aws_http_message_release(message);
  }

  // Waits for the end, which comes at once where there is a connection. Where there is none yet,
  // the last callback frees the state: it touches nothing of the caller's any more.
  static void close(std::unique_ptr<State> state);

  // 1. the message   2. its signature   3. a connection   4. the answer, piece by piece   5. the
  // end
  void begin();
  void sign();
  static void signed_now(aws_signing_result* result, int failure, void* self);
  static void connected(aws_http_connection* connection, int failure, void* self);
  static int headers_came(aws_http_stream*, aws_http_header_block block,
                          const aws_http_header* headers, size_t count, void* self);
  static int body_came(aws_http_stream* stream, const aws_byte_cursor* bytes, void* self);
  static void ended(aws_http_stream* stream, int failure, void* self);

  void end(int failure_code);
  bool add_header(std::string_view name, std::string_view value);
  void cancel();
  Error error() const;  // of the failure
  // Waits until so many bytes are in the room, or the end.
  Result<> wait(size_t bytes);
  std::string doing() const {
    std::string by = client.proxy.empty() ? "" : " by the proxy " + client.proxy;
    if (!request.about.empty()) return request.about + by;
    return request.method + " " + client.endpoint.text() + request.target + by;
  }

  HttpClient::State& client;
  Request request;
  std::span<char> room;
  // When the last byte moved, or it began; microseconds of the steady clock.
  std::atomic<int64_t> moved = system_clock().steady_micros();
  aws_http_message* message = nullptr;
  aws_signable* signable = nullptr;
  std::optional<Error> refused;  // before anything was sent

  aws_mutex mutex = AWS_MUTEX_INIT;
  aws_condition_variable changed = AWS_CONDITION_VARIABLE_INIT;
  aws_http_connection* connection = nullptr;
  aws_http_stream* stream = nullptr;
  HttpAnswer answer;
  size_t wanted = 0;  // bytes in the room that are worth waking for
  int failure = 0;
  bool reached = false;
  bool begun = false;
  bool cancelled = false;
  bool left = false;  // nobody waits for `done`
  bool done = false;
};

void Exchange::State::close(std::unique_ptr<State> state) {
  state->cancel();
  aws_mutex_lock(&state->mutex);
  while (state->begun && !state->done && state->reached) {
    aws_condition_variable_wait(&state->changed, &state->mutex);
  }
  bool left = state->begun && !state->done;
  state->left = left;
  State* given_up = left ? state.release() : nullptr;
  aws_mutex_unlock(left ? &given_up->mutex : &state->mutex);
}

bool Exchange::State::add_header(std::string_view name, std::string_view value) {
  aws_http_header header = {cursor_of(name), cursor_of(value),
                            AWS_HTTP_HEADER_COMPRESSION_USE_CACHE};
  return aws_http_message_add_header(message, header) == AWS_OP_SUCCESS;
}

void Exchange::State::begin() {
  begun = true;
  message = aws_http_message_new_request(client.network.allocator);
  bool made = aws_http_message_set_request_method(message, cursor_of(request.method)) == 0 &&
              aws_http_message_set_request_path(message, cursor_of(request.target)) == 0;
  std::string host = url_of(client.endpoint).authority();
  made = made && add_header("Host", host) && add_header("User-Agent", "silversmith");
  std::string trace = client.network.trace();
  bool is_aws = client.endpoint.service != unsigned_service;
  if (is_aws && !trace.empty()) made = made && add_header("X-Amzn-Trace-Id", trace);
  for (const Header& header : request.headers) made = made && add_header(header.name, header.value);
  if (request.body != nullptr) {
    aws_input_stream* body = make_body_stream(client.network.allocator, *request.body, moved);
    aws_http_message_set_body_stream(message, body);
    aws_input_stream_release(body);  // the message has its own share
    made = made && add_header("Content-Length", std::to_string(request.body->size()));
  } else if (request.method == "PUT" || request.method == "POST") {
    made = made && add_header("Content-Length", "0");
  }
  if (!made) return end(aws_last_error());
  sign();
}

void Exchange::State::sign() {
  if (client.endpoint.service == unsigned_service) {
    return aws_http_connection_manager_acquire_connection(client.manager, connected, this);
  }
  Result<CredentialsHandle> credentials = client.network.credentials->current(client.stop);
  if (!credentials.ok()) {
    refused = std::move(credentials).error();
    return end(AWS_ERROR_UNKNOWN);
  }
  signable = aws_signable_new_http_request(client.network.allocator, message);
  aws_signing_config_aws config = {};
  config.config_type = AWS_SIGNING_CONFIG_AWS;
  config.algorithm = AWS_SIGNING_ALGORITHM_V4;
  config.signature_type = AWS_ST_HTTP_REQUEST_HEADERS;
  config.region = cursor_of(client.endpoint.region);
  config.service = cursor_of(client.endpoint.service);
  aws_date_time_init_now(&config.date);
  // Paths are encoded once, and "//" in a key is what it says.
  config.flags.use_double_uri_encode = client.endpoint.service == "s3" ? 0 : 1;
  config.flags.should_normalize_uri_path = client.endpoint.service == "s3" ? 0 : 1;
  // Long bodies carry a checksum of their own, made while they were written.
  bool is_long = request.body != nullptr && request.body->size() > signed_bytes_max;
  if (is_long) config.signed_body_value = g_aws_signed_body_value_unsigned_payload;
  if (request.body == nullptr) config.signed_body_value = g_aws_signed_body_value_empty_sha256;
  config.signed_body_header = AWS_SBHT_X_AMZ_CONTENT_SHA256;
  config.credentials = credentials->get();  // the signing takes its own share
  auto* base = reinterpret_cast<aws_signing_config_base*>(&config);
  if (aws_sign_request_aws(client.network.allocator, signable, base, signed_now, this) != 0) {
    end(aws_last_error());
  }
}

void Exchange::State::signed_now(aws_signing_result* result, int failure, void* self) {
  auto* state = static_cast<State*>(self);
  if (failure != 0) return state->end(failure);
  aws_allocator* allocator = state->client.network.allocator;
  if (aws_apply_signing_result_to_http_request(state->message, allocator, result) != 0) {
    return state->end(aws_last_error());
  }
  aws_http_connection_manager_acquire_connection(state->client.manager, connected, self);
}

void Exchange::State::connected(aws_http_connection* connection, int failure, void* self) {
  auto* state = static_cast<State*>(self);
  if (failure != 0) return state->end(failure);
  aws_http_make_request_options options = {};
  options.self_size = sizeof options;
  options.request = state->message;
  options.user_data = self;
  options.on_response_headers = headers_came;
  options.on_response_body = body_came;
  options.on_complete = ended;
  aws_mutex_lock(&state->mutex);
  state->connection = connection;
  state->reached = true;
  int refusal = state->cancelled ? AWS_ERROR_HTTP_STREAM_CANCELLED : 0;
  if (refusal == 0) {
    state->stream = aws_http_connection_make_request(connection, &options);
    bool sent = state->stream != nullptr && aws_http_stream_activate(state->stream) == 0;
    if (!sent) refusal = aws_last_error();
  }
  aws_mutex_unlock(&state->mutex);
  if (refusal != 0) state->end(refusal);
}

// NOLINTNEXTLINE(readability-function-size): the runtime calls it with these
int Exchange::State::headers_came(aws_http_stream* stream, aws_http_header_block block,
                                  const aws_http_header* headers, size_t count, void* self) {
  if (block != AWS_HTTP_HEADER_BLOCK_MAIN) return AWS_OP_SUCCESS;
  auto* state = static_cast<State*>(self);
  state->moved = system_clock().steady_micros();
  aws_mutex_lock(&state->mutex);
  aws_http_stream_get_incoming_response_status(stream, &state->answer.status);
  for (size_t i = 0; i < count; ++i) {
    state->answer.headers.push_back(
        {std::string(text_of(headers[i].name)), std::string(text_of(headers[i].value))});
  }
  aws_mutex_unlock(&state->mutex);
  return AWS_OP_SUCCESS;
}

int Exchange::State::body_came(aws_http_stream*, const aws_byte_cursor* bytes, void* self) {
  auto* state = static_cast<State*>(self);
  HttpAnswer& answer = state->answer;
  state->moved = system_clock().steady_micros();
  bool fits = true;
  aws_mutex_lock(&state->mutex);
  if (answer.good() && !state->room.empty()) {
    fits = bytes->len <= state->room.size() - answer.filled;
    if (fits) {
      std::memcpy(state->room.data() + answer.filled, bytes->ptr, bytes->len);
      answer.filled += bytes->len;
    }
  } else {
    fits = bytes->len <= state->client.body_bytes_max - answer.body.size();
    if (fits) answer.body += text_of(*bytes);
  }
  bool enough = answer.filled >= state->wanted;
  aws_mutex_unlock(&state->mutex);
  if (enough) aws_condition_variable_notify_all(&state->changed);
  return fits ? AWS_OP_SUCCESS : aws_raise_error(AWS_ERROR_SHORT_BUFFER);
}

void Exchange::State::ended(aws_http_stream*, int failure, void* self) {
  static_cast<State*>(self)->end(failure);
}

// The last that the network's thread does with this exchange.
void Exchange::State::end(int failure_code) {
  // Whoever cancels meanwhile must not be left with a stream that is gone.
  aws_mutex_lock(&mutex);
  aws_http_stream* ended_stream = std::exchange(stream, nullptr);
  aws_mutex_unlock(&mutex);
  aws_http_stream_release(ended_stream);
  if (connection != nullptr) {
    aws_http_connection_manager_release_connection(client.manager, connection);
  }
  aws_mutex_lock(&mutex);
  failure = failure_code;
  done = true;
  bool freed = left;
  aws_condition_variable_notify_all(&changed);
  aws_mutex_unlock(&mutex);
  if (freed) std::unique_ptr<State> last(this);
}

Error Exchange::State::error() const {
  if (failure != AWS_ERROR_HTTP_PROXY_CONNECT_FAILED) return runtime_error(failure, doing());
  int status = client.tunnel_status;
  if (status == proxy_refuses_status) return refused_by_proxy(doing());
  Error error = runtime_error(failure, doing());
  if (status != 0) error.message += ", it answered " + std::to_string(status);
  return error;
}

void Exchange::State::cancel() {
  aws_mutex_lock(&mutex);
  cancelled = true;
  if (stream != nullptr) aws_http_stream_cancel_default_error(stream);
  aws_mutex_unlock(&mutex);
}

Result<> Exchange::State::wait(size_t bytes) {
  bool stopped = false;
  int64_t quiet_max = 0;  // that has passed
  aws_mutex_lock(&mutex);
  wanted = bytes;
  while (!done && answer.filled < wanted && !stopped && quiet_max == 0) {
    aws_condition_variable_wait_for(&changed, &mutex, look_nanos);
    stopped = client.stopping();
    int64_t quiet = system_clock().steady_micros() - moved;
    if (!reached && quiet > client.connect_micros_max) quiet_max = client.connect_micros_max;
    if (request.quiet_micros_max > 0 && quiet > request.quiet_micros_max) {
      quiet_max = request.quiet_micros_max;
    }
  }
  if (done) quiet_max = 0;
  aws_mutex_unlock(&mutex);
  if (stopped) return Error{Code::stopped, "asked to stop", "", ""};
  if (quiet_max == 0) return {};
  return Error{Code::busy,
               doing() + ": no byte moved for " + std::to_string(quiet_max / 1'000'000) + " s", "",
               ""};
}

Exchange::Exchange(std::unique_ptr<State> state) : state_(std::move(state)) {}

Exchange::Exchange(Exchange&&) noexcept = default;
Exchange::~Exchange() {
  if (state_ != nullptr) State::close(std::move(state_));
}

Result<size_t> Exchange::wait_for(size_t bytes) {
  SMITH_TRY(state_->wait(bytes));
  aws_mutex_lock(&state_->mutex);
  size_t filled = state_->answer.filled;
  aws_mutex_unlock(&state_->mutex);
  return filled;
}

int64_t Exchange::quiet_since_micros() const { return state_->moved; }

bool Exchange::connected() const {
  aws_mutex_lock(&state_->mutex);
  bool reached = state_->reached;
  aws_mutex_unlock(&state_->mutex);
  return reached;
}

Result<HttpAnswer> Exchange::begin() {
  SMITH_TRY(state_->wait(1));
  aws_mutex_lock(&state_->mutex);
  HttpAnswer answer = state_->answer;
  bool failed = state_->done && state_->failure != 0;
  aws_mutex_unlock(&state_->mutex);
  if (state_->refused.has_value()) return *state_->refused;
  if (failed) return state_->error();
  if (state_->client.forwarded_refusal(answer.status)) return refused_by_proxy(state_->doing());
  return answer;
}

Result<HttpAnswer> Exchange::finish() {
  SMITH_TRY(state_->wait(SIZE_MAX));
  if (state_->refused.has_value()) return *state_->refused;
  if (state_->failure != 0) return state_->error();
  if (state_->client.forwarded_refusal(state_->answer.status)) {
    return refused_by_proxy(state_->doing());
  }
  return std::move(state_->answer);
}

HttpClient::HttpClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() {
  if (state_ != nullptr) State::close(std::move(state_));
}

Result<HttpClient> HttpClient::make(Network& network, Endpoint endpoint,
                                    const HttpOptions& options) {
  Network::State& shared = *network.state_;
  auto state = std::make_unique<State>(shared, std::move(endpoint), options);
  const Endpoint& where = state->endpoint;
  std::optional<Url> proxy;
  if (!options.direct) {
    proxy = SMITH_TRY(proxy_for(shared.options.proxies, {where.tls, where.host, where.port}));
  }
  if (proxy.has_value()) state->proxy = proxy->origin();
  HostTls tls(options.connect_ms_max);
  HostTls proxy_tls(options.connect_ms_max);
  if (where.tls) tls.set(SMITH_TRY(shared.tls()), where.host);
  if (proxy.has_value() && proxy->tls) proxy_tls.set(SMITH_TRY(shared.tls()), proxy->host);
  aws_http_proxy_options by = {};
  aws_http_proxy_strategy* tunnel =
      proxy.has_value() && where.tls ? make_tunnel(*proxy, state->tunnel_status) : nullptr;
  if (proxy.has_value()) by = proxy_options(*proxy, proxy_tls, tunnel);
  aws_socket_options socket = {};
  socket.type = AWS_SOCKET_STREAM;
  socket.domain = AWS_SOCKET_IPV4;
  socket.connect_timeout_ms = options.connect_ms_max;
  socket.tcp_nodelay = AWS_SOCKET_TCP_NODELAY_ON;  // first byte over TLS: 52 ms without, 6 with
  aws_http_connection_monitoring_options monitoring = {1, options.stall_seconds_max, nullptr,
                                                       nullptr};
  aws_http_connection_manager_options manager = {};
  manager.bootstrap = shared.bootstrap;
  manager.initial_window_size = SIZE_MAX;
  manager.socket_options = &socket;
  manager.response_first_byte_timeout_ms = options.first_byte_ms_max;
  manager.tls_connection_options = tls.get();
  manager.proxy_options = proxy.has_value() ? &by : nullptr;
  manager.monitoring_options = &monitoring;
  manager.host = cursor_of(where.host);
  manager.port = where.port;
  manager.max_connections = options.connections_max;
  manager.max_connection_idle_in_milliseconds = 4'000;  // S3 closes idle ones after a few seconds
  manager.connection_acquisition_timeout_ms = options.first_byte_ms_max;
  manager.shutdown_complete_user_data = state.get();
  manager.shutdown_complete_callback = State::gone_now;
  state->manager = aws_http_connection_manager_new(shared.allocator, &manager);
  aws_http_proxy_strategy_release(tunnel);  // the manager has its own share
  if (state->manager != nullptr) return HttpClient(std::move(state));
  return Error{Code::invalid, where.text() + ": " + aws_error_str(aws_last_error()), "", ""};
}

Exchange HttpClient::start(Request request, std::span<char> room) {
  auto state = std::make_unique<Exchange::State>(*state_, std::move(request), room);
  state->begin();
  return Exchange(std::move(state));
}

Result<HttpAnswer> HttpClient::send(Request request) { return start(std::move(request)).finish(); }

const Endpoint& HttpClient::endpoint() const { return state_->endpoint; }

bool HttpClient::stopping() const { return state_->stopping(); }

}  // namespace silversmith::wire
