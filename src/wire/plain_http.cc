// SPDX-License-Identifier: Apache-2.0
#include "wire/plain_http.h"

#include <algorithm>

#include "base/text.h"

namespace silversmith::wire {

namespace {

// A small body goes out with the head in one segment; a larger one is not copied for that.
constexpr size_t joined_bytes_max = size_t{16} << 10;

class SocketSource : public ByteSource {
 public:
  SocketSource(Socket& socket, const Until& until) : socket_(socket), until_(until) {}
  Result<size_t> read(std::span<char> into) override { return socket_.read(into, until_); }

 private:
  Socket& socket_;
  Until until_;
};

enum class Sent : uint8_t { whole, cut_short };

// Writes all of it, unless the final answer comes before: then what is left interests nobody.
Result<Sent> write_all(Socket& socket, std::string_view bytes, ResponseReader& reader,
                       const Until& until) {
  while (!bytes.empty()) {
    size_t count = SMITH_TRY(socket.write(bytes, until));
    bytes.remove_prefix(count);
    if (count == 0 && SMITH_TRY(reader.read_head())) return Sent::cut_short;
  }
  return Sent::whole;
}

bool is_path(std::string_view text) {
  return text.starts_with('/') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

struct PlainHttp::Attempt {
  Result<PlainResponse> response;
  bool unheard = false;  // the connection broke before a byte of an answer came
};

PlainHttp::PlainHttp(SocketAddress address, const ResponseLimits& limits)
    : address_(std::move(address)), limits_(limits) {}

Result<> PlainHttp::connect(const Until& until) {
  connection_.reset();
  connection_ = SMITH_TRY(Socket::connect(address_, until));
  return {};
}

Result<std::string> PlainHttp::head_of(const PlainRequest& request) const {
  if (!is_header_name(request.method) || !is_path(request.path)) {
    return Error{Code::invalid, "not a request: found " + show(request.path), "", ""};
  }
  std::string head(request.method);
  head.append(" ").append(request.path).append(" HTTP/1.1\r\nHost: ").append(address_.text());
  for (const Header& header : request.headers) {
    if (!is_header_name(header.name) || !is_header_value(header.value)) {
      return Error{Code::invalid,
                   "not a header: found " + show(header.name) + " with " + show(header.value), "",
                   ""};
    }
    head.append("\r\n").append(header.name).append(": ").append(header.value);
  }
  if (!request.body.empty() || request.method == "POST") {
    head.append("\r\nContent-Length: ").append(std::to_string(request.body.size()));
  }
  return head.append("\r\n\r\n");
}

// One request on the connection at hand, which lives on only when both sides are done with it.
PlainHttp::Attempt PlainHttp::exchange(const PlainRequest& request, std::string_view head,
                                       const Until& until) {
  Socket socket = *std::exchange(connection_, std::nullopt);
  SocketSource source(socket, until);
  ResponseReader reader(source, limits_, request.method);
  bool joined = request.body.size() <= joined_bytes_max;
  std::string first(head);
  if (joined) first += request.body;
  auto sent = write_all(socket, first, reader, until);
  if (sent && *sent == Sent::whole && !joined) {
    sent = write_all(socket, request.body, reader, until);
  }
  // A server that had enough says why and hangs up: the write fails, and the reason can be read.
  bool hung_up = !sent && sent.error().code == Code::busy && !until.passed();
  if (!sent && !hung_up) return {std::move(sent).error(), false};
  auto response = reader.read();
  if (!response) {
    bool unheard = response.error().code == Code::busy && !reader.started();
    return {hung_up ? std::move(sent).error() : std::move(response).error(), unheard};
  }
  bool whole = sent && *sent == Sent::whole;
  if (whole && response->keeps_open) connection_ = std::move(socket);
  return {std::move(response), false};
}

Result<PlainResponse> PlainHttp::send_or_repeat(const PlainRequest& request, const Until& until) {
  std::string head = SMITH_TRY(head_of(request));
  bool reused = connection_.has_value() && connection_->quiet();
  if (!reused) SMITH_TRY(connect(until));
  Attempt attempt = exchange(request, head, until);
  bool again = attempt.unheard && reused && request.repeat == Repeat::when_unheard;
  if (again && !until.passed()) {
    SMITH_TRY(connect(until));
    attempt = exchange(request, head, until);
  }
  return std::move(attempt.response);
}

Result<PlainResponse> PlainHttp::send(const PlainRequest& request, const Until& until) {
  auto response = send_or_repeat(request, until);
  if (response) return response;
  std::string where = std::string(request.method) + " http://" + address_.text() + request.path;
  return std::move(response).error().in(printable(where));
}

}  // namespace silversmith::wire
