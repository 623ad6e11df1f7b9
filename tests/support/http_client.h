// SPDX-License-Identifier: Apache-2.0
// A plain HTTP client for the tests of the tests' own servers: it sends the bytes it is told, also
// wrong ones, and says what came back and whether it came whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "support/http_message.h"

namespace silversmith::test {

struct HttpAnswer {
  int status = 0;  // 0: the connection closed without an answer
  Headers headers;
  std::string body;    // chunked ones are joined
  bool whole = false;  // all of the body came
};

// One connection to 127.0.0.1.
class HttpClient {
 public:
  explicit HttpClient(uint16_t port);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  void send(std::string_view bytes);
  // The next answer; that of HEAD has no body.
  HttpAnswer receive(std::string_view method);
  // "METHOD target HTTP/1.1", Host, the fields, Content-Length and the body; then its answer.
  HttpAnswer ask(std::string_view method, std::string_view target, const Headers& headers = {},
                 std::string_view body = {});

 private:
  bool fill();
  bool read_line(std::string& line);
  bool read_exactly(uint64_t count, std::string& into);
  void read_chunked(HttpAnswer& answer);

  int socket_;
  uint16_t port_;
  std::string buffer_;
};

}  // namespace silversmith::test
