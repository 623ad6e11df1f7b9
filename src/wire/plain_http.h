// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 to one address over one connection that is kept: what the Lambda Runtime API needs, with
// no dependency and no start-up. Not for S3: no TLS, no proxies, no redirects. The one thing to
// know: a request goes out a second time only when its maker allows it and the connection was an
// old one that broke before a byte of an answer came.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/plain_response.h"
#include "wire/socket.h"

namespace silversmith::wire {

enum class Repeat : uint8_t {
  never,
  when_unheard,  // doing it twice is as good as once
};

struct PlainRequest {
  std::string_view method = "GET";
  std::string path;             // begins with a slash, percent-encoded by its maker
  std::vector<Header> headers;  // besides Host and Content-Length, which are ours
  std::string_view body;
  Repeat repeat = Repeat::never;
};

class PlainHttp {
 public:
  explicit PlainHttp(SocketAddress address, const ResponseLimits& limits = {});

  // The response, whatever its status. A server that answers before it has heard all is believed.
  // Fails with invalid when the request has control bytes or blanks where none may be, with busy
  // when the connection fails or the deadline passes, with stopped when the wake is rung, and with
  // corrupt or limit when the answer is no HTTP or passes a limit. The next call connects anew.
  Result<PlainResponse> send(const PlainRequest& request, const Until& until);

 private:
  struct Attempt;

  Result<> connect(const Until& until);
  Result<std::string> head_of(const PlainRequest& request) const;
  Attempt exchange(const PlainRequest& request, std::string_view head, const Until& until);
  Result<PlainResponse> send_or_repeat(const PlainRequest& request, const Until& until);

  SocketAddress address_;
  ResponseLimits limits_;
  std::optional<Socket> connection_;
};

}  // namespace silversmith::wire
