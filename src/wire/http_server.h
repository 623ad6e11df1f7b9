// SPDX-License-Identifier: Apache-2.0
// Small texts over HTTP to whoever asks this process: metrics and health. On a thread of its own;
// what it serves is made anew for each request. Not for the open internet: no TLS, no rights.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace silversmith::wire {

struct Page {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string text;
};

class HttpServer {
 public:
  // What stands under that path; status 404 where there is nothing. Must not throw or wait.
  using Pages = std::function<Page(std::string_view path)>;

  // Listens at "HOST:PORT", or on the loopback at "PORT"; port 0 takes one that is free.
  // Fails with invalid: no such address here, or it is taken; with busy when there is no thread.
  static Result<HttpServer> start(const std::string& address, Pages pages);
  HttpServer(HttpServer&&) noexcept;
  ~HttpServer();

  // Where it listens: "127.0.0.1:9100".
  const std::string& address() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::wire
