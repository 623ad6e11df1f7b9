// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 to one host over the AWS Common Runtime: pooled connections, TLS, SigV4. An Exchange is
// one request on its way and its answer as it arrives; many may be under way at once, moved by the
// network's thread, each waited for by its owner. Nothing is repeated here: who asks knows what
// may be asked twice.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/stream.h"
#include "wire/header.h"
#include "wire/network.h"

namespace silversmith::wire {

// Short texts as a request's body.
class TextBody : public RandomAccess {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  uint64_t size() const override { return text_.size(); }
  Result<> read_at(uint64_t offset, std::span<char> into) override {
    text_.copy(into.data(), into.size(), offset);
    return {};
  }

 private:
  std::string text_;
};

struct Request {
  std::string method;
  std::string target;            // path and query as they go out, percent-encoded
  std::vector<Header> headers;   // Host, Content-Length and what a signature needs are added
  RandomAccess* body = nullptr;  // outlives the exchange
  // Microseconds for which no byte may move in either direction; whoever waits then fails with
  // busy. 0: as long as the client's options let it.
  int64_t quiet_micros_max = 0;
  // What errors call the request where its address is a secret; "": its method and address.
  std::string about = {};
};

struct HttpAnswer {
  int status = 0;
  std::vector<Header> headers;
  std::string body;   // what was not read into the caller's own room
  size_t filled = 0;  // bytes in that room

  // As find_header(). Valid until this goes.
  std::string_view header(std::string_view name) const { return find_header(headers, name); }
  bool good() const { return status / 100 == 2; }
};

// Whether the same request may succeed later, of a service that says no more than its status.
constexpr bool passes_by_itself(int status) {
  return status >= 500 || status == 429 || status == 408;
}

// Of an endpoint whose requests carry no signature, and no trace of AWS either.
inline constexpr const char* unsigned_service = "";

// Where and how to reach a service.
struct Endpoint {
  std::string host;  // an IPv6 address without its brackets
  uint16_t port = 443;
  bool tls = true;
  std::string region;   // of the signature
  std::string service;  // of the signature: "s3", "sqs"

  std::string text() const;  // "https://host:port"
};

struct HttpOptions {
  uint32_t connections_max = 16;
  uint32_t connect_ms_max = 5'000;
  uint32_t first_byte_ms_max = 30'000;      // from the request's last byte to the answer's first
  uint32_t stall_seconds_max = 20;          // without a byte moving
  size_t body_bytes_max = size_t{1} << 20;  // of an answer that has no room of the caller's
  bool direct = false;                      // by no proxy, whatever the network's options say
  // Once set, waits end with stopped; may be null. Outlives the client.
  const std::atomic<bool>* stop = nullptr;
};

// Given up when it goes while still under way. What has a connection waits for the network's
// thread; what has none does not: a proxy that is silent can't hold the caller.
class Exchange {
 public:
  Exchange(Exchange&&) noexcept;
  ~Exchange();

  // Waits until `bytes` of the body are in the caller's room, or no more will come; returns how
  // many are there. Fails with stopped, and with busy as Request::quiet_micros_max has it.
  Result<size_t> wait_for(size_t bytes);
  // Waits for status and headers, which it returns with what has come of a body of no room.
  // Fails as finish() does.
  Result<HttpAnswer> begin();
  // Waits for the end. An answer of any status is a success.
  // Fails with busy (no connection, lost, timed out: the request may have had its effect), denied
  // (no credentials, a certificate that is not trusted, a proxy that answers 407), stopped. Without
  // a connection for as long as connecting and a first byte may take together it is busy.
  Result<HttpAnswer> finish();
  // Since when no byte has moved, on the steady clock, in microseconds.
  int64_t quiet_since_micros() const;
  // Whether there was ever a connection for it.
  bool connected() const;

 private:
  friend class HttpClient;
  struct State;
  explicit Exchange(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class HttpClient {
 public:
  // Connects only when something is asked. `network` outlives the client, and the client its
  // exchanges. Fails with denied when TLS can't be set up (the authorities can't be read), and with
  // invalid when the proxy's address is none.
  static Result<HttpClient> make(Network& network, Endpoint endpoint, const HttpOptions& options);
  HttpClient(HttpClient&&) noexcept;
  // Waits for its connections to be down, but not long where one can't be ended.
  ~HttpClient();

  // Signs and sends; the credentials for that may have to be waited for. The body of a good answer
  // goes into `room` as far as that reaches (one more byte is an error), if room is given; any
  // other body is in HttpAnswer::body.
  Exchange start(Request request, std::span<char> room = {});
  // start() and finish().
  Result<HttpAnswer> send(Request request);

  const Endpoint& endpoint() const;
  // Whether waiting is to end.
  bool stopping() const;

 private:
  friend class Exchange;
  struct State;
  explicit HttpClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::wire
