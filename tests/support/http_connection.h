// SPDX-License-Identifier: Apache-2.0
// One connection of the tests' HTTP server: requests off a socket, answers onto it, with the faults
// of a Delivery. Knows Content-Length and chunked bodies, trailers, Expect: 100-continue and
// keep-alive; anything else is refused. RFC 9112.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "support/http_message.h"

namespace silversmith::test {

enum class After : uint8_t { keep, close };

class HttpConnection {
 public:
  // Takes the socket and closes it when it goes.
  HttpConnection(int socket, uint64_t body_bytes_max)
      : socket_(socket), body_bytes_max_(body_bytes_max) {}
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  // The next request; nothing when the peer has closed, or has left in the middle of one.
  // Fails with invalid (what is no HTTP/1.1), limit (a head or body that is too large).
  Result<std::optional<HttpRequest>> read();
  // Says whether another request may follow.
  After write(const HttpResponse& response);
  // Waits; false when the peer leaves, or hang_up(), before the time is over.
  bool wait(int64_t micros);
  // Ends everything that goes on here. From any thread.
  void hang_up();

 private:
  bool fill();  // more bytes into buffer_; false at the end
  Result<std::optional<std::string_view>> head();
  Result<> parse_head(std::string_view head, HttpRequest& request);
  // Each gives false when the peer has left.
  Result<bool> read_body(HttpRequest& request);
  Result<bool> read_chunked(HttpRequest& request);
  bool read_exactly(uint64_t count, std::string& into);
  bool read_line(std::string& line);
  bool send(std::string_view bytes);
  bool send_body(const HttpResponse& response);

  int socket_;
  uint64_t body_bytes_max_;
  std::string buffer_;
  size_t used_ = 0;  // of buffer_
  bool close_after_ = false;
};

}  // namespace silversmith::test
