// SPDX-License-Identifier: Apache-2.0
// A small HTTP/1.1 server for tests, on 127.0.0.1 unless told otherwise: a thread a connection,
// bodies in memory.
// The one thing to know: the handler is called from many threads at once, and outlives the server.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "support/http_connection.h"
#include "support/http_message.h"

namespace silversmith::test {

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // `connection` is for waiting in it only.
  virtual HttpResponse answer(HttpRequest request, HttpConnection& connection) = 0;
  // The answer to what is no request: error.code is invalid or limit.
  virtual HttpResponse refuse(const Error& error) = 0;
};

struct HttpServerOptions {
  uint16_t port = 0;             // 0: one that is free
  size_t connections_max = 256;  // one more is closed at once
  uint64_t body_bytes_max = uint64_t{1} << 30;
  std::string address = "127.0.0.1";  // IPv4, of this machine
};

class HttpServer {
 public:
  // Listens and accepts. Fails with busy (the port is taken, no thread or socket to be
  // had), invalid (no such address).
  static Result<HttpServer> start(HttpHandler& handler, const HttpServerOptions& options);
  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) = delete;
  // Hangs up all connections and waits for their threads.
  ~HttpServer();

  uint16_t port() const;

 private:
  class State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::test
