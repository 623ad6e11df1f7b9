// SPDX-License-Identifier: Apache-2.0
#include "support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/text.h"

namespace silversmith::test {

namespace {

uint64_t number(std::string_view text, int base) {
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

}  // namespace

HttpClient::HttpClient(uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  SMITH_CHECK(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
              "nothing listens on port " + std::to_string(port));
  int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

HttpClient::~HttpClient() { ::close(socket_); }

void HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // The answer, or that there is none, says why.
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

bool HttpClient::fill() {
  std::string piece(64 << 10, '\0');
  ssize_t count = ::recv(socket_, piece.data(), piece.size(), 0);
  if (count <= 0) return false;
  buffer_.append(piece, 0, static_cast<size_t>(count));
  return true;
}

bool HttpClient::read_line(std::string& line) {
  size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!fill()) return false;
  }
  line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return true;
}

bool HttpClient::read_exactly(uint64_t count, std::string& into) {
  while (buffer_.size() < count && fill()) {
  }
  size_t got = std::min<uint64_t>(count, buffer_.size());
  into.append(buffer_, 0, got);
  buffer_.erase(0, got);
  return got == count;
}

void HttpClient::read_chunked(HttpAnswer& answer) {
  std::string line;
  while (read_line(line)) {
    uint64_t bytes = number(line, 16);
    if (!read_exactly(bytes, answer.body) || !read_line(line)) return;
    answer.whole = bytes == 0;
    if (answer.whole) return;
  }
}

HttpAnswer HttpClient::receive(std::string_view method) {
  HttpAnswer answer;
  std::string line;
  if (!read_line(line)) return answer;
  answer.status = static_cast<int>(number(std::string_view(line).substr(line.find(' ') + 1), 10));
  while (read_line(line) && !line.empty()) {
    size_t colon = line.find(':');
    answer.headers.add(line.substr(0, colon), trim(std::string_view(line).substr(colon + 1)));
  }
  if (answer.status == 100) return receive(method);
  if (answer.headers.get("transfer-encoding") == "chunked") {
    read_chunked(answer);
  } else {
    uint64_t bytes = method == "HEAD" ? 0 : number(answer.headers.get("content-length"), 10);
    answer.whole = read_exactly(bytes, answer.body);
  }
  return answer;
}

HttpAnswer HttpClient::ask(std::string_view method, std::string_view target, const Headers& headers,
                           std::string_view body) {
  std::string bytes(method);
  bytes.append(" ").append(target).append(" HTTP/1.1\r\n");
  if (!headers.has("host")) bytes += "Host: 127.0.0.1:" + std::to_string(port_) + "\r\n";
  for (const auto& [name, value] : headers.all()) {
    bytes.append(name).append(": ").append(value).append("\r\n");
  }
  bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  send(bytes.append(body));
  return receive(method);
}

}  // namespace silversmith::test
