// SPDX-License-Identifier: Apache-2.0
#include "support/http_connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace silversmith::test {

namespace {

constexpr size_t head_bytes_max = 64 << 10;
constexpr size_t line_bytes_max = 8 << 10;
constexpr size_t receive_bytes = 256 << 10;
constexpr uint64_t send_bytes = 1 << 20;
constexpr int64_t slow_step_micros = 10'000;

Error bad(std::string what) { return {Code::invalid, std::move(what), "", ""}; }

std::optional<uint64_t> parse_number(std::string_view text, int base) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool has_body_length(int status) { return status >= 200 && status != 204 && status != 304; }

std::string head_of(const HttpResponse& response, After after) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason_of(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers.all()) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (response.delivery.blanks > 0) {
    head += "transfer-encoding: chunked\r\n";
  } else if (has_body_length(response.status)) {
    head += "content-length: " + std::to_string(response.body_bytes()) + "\r\n";
  }
  if (after == After::close) head += "connection: close\r\n";
  return head += "\r\n";
}

std::string chunk_of(std::string_view bytes) {
  std::string size(16, '\0');
  auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  size.resize(static_cast<size_t>(end - size.data()));
  return size.append("\r\n").append(bytes).append("\r\n");
}

}  // namespace

HttpConnection::~HttpConnection() { ::close(socket_); }

void HttpConnection::hang_up() { ::shutdown(socket_, SHUT_RDWR); }

bool HttpConnection::wait(int64_t micros) {
  pollfd watched{socket_, POLLRDHUP, 0};
  int milliseconds = static_cast<int>(std::clamp<int64_t>((micros + 999) / 1000, 0, 3'600'000));
  return ::poll(&watched, 1, milliseconds) == 0;
}

bool HttpConnection::fill() {
  buffer_.erase(0, used_);
  used_ = 0;
  size_t held = buffer_.size();
  buffer_.resize(held + receive_bytes);
  ssize_t count = ::recv(socket_, buffer_.data() + held, receive_bytes, 0);
  buffer_.resize(held + static_cast<size_t>(std::max<ssize_t>(count, 0)));
  return count > 0;
}

Result<std::optional<std::string_view>> HttpConnection::head() {
  size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n", used_)) == std::string::npos) {
    if (buffer_.size() - used_ > head_bytes_max) {
      return Error{Code::limit, "the head of a request passes 64 KiB", "", ""};
    }
    if (!fill()) return std::optional<std::string_view>();
  }
  std::string_view head = std::string_view(buffer_).substr(used_, end + 2 - used_);
  used_ = end + 4;
  return std::optional(head);
}

Result<> HttpConnection::parse_head(std::string_view head, HttpRequest& request) {
  size_t end = head.find("\r\n");
  std::vector<std::string_view> words = split(head.substr(0, end), ' ');
  if (words.size() != 3 || words[2] != "HTTP/1.1" || words[0].empty() ||
      !words[1].starts_with("/")) {
    return bad("no HTTP/1.1 request line with a path: " + show(head.substr(0, end)));
  }
  request.method = words[0];
  size_t mark = std::min(words[1].find('?'), words[1].size());
  request.path = words[1].substr(0, mark);
  request.query = words[1].substr(std::min(mark + 1, words[1].size()));
  for (head.remove_prefix(end + 2); !head.empty(); head.remove_prefix(end + 2)) {
    end = head.find("\r\n");
    std::string_view line = head.substr(0, end);
    size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || line[colon - 1] == ' ') {
      return bad("no header field: " + show(line));
    }
    request.headers.add(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  return {};
}

Result<std::optional<HttpRequest>> HttpConnection::read() {
  std::optional<std::string_view> text = SMITH_TRY(head());
  if (!text) return std::optional<HttpRequest>();
  HttpRequest request;
  SMITH_TRY(parse_head(*text, request));
  close_after_ = lower(request.headers.get("connection")) == "close";
  if (!SMITH_TRY(read_body(request))) return std::optional<HttpRequest>();
  return std::optional(std::move(request));
}

Result<bool> HttpConnection::read_body(HttpRequest& request) {
  std::string coding = lower(request.headers.get("transfer-encoding"));
  const std::string* length = request.headers.find("content-length");
  if (coding.empty() && length == nullptr) return true;
  if (!coding.empty() && (coding != "chunked" || length != nullptr)) {
    return bad("a body is chunked, or has a Content-Length, and nothing else");
  }
  std::optional<uint64_t> bytes = length == nullptr ? 0 : parse_number(*length, 10);
  if (!bytes) return bad("no Content-Length: " + show(*length));
  if (*bytes > body_bytes_max_) {
    return Error{Code::limit,
                 "a body of " + *length + " bytes passes the bound of this server, " +
                     std::to_string(body_bytes_max_) + " bytes",
                 "", ""};
  }
  bool waits = lower(request.headers.get("expect")) == "100-continue" && buffer_.size() == used_;
  if (waits && !send("HTTP/1.1 100 Continue\r\n\r\n")) return false;
  if (length != nullptr) return read_exactly(*bytes, request.body);
  return read_chunked(request);
}

Result<bool> HttpConnection::read_chunked(HttpRequest& request) {
  std::string line;
  while (true) {
    if (!read_line(line)) return false;
    std::optional<uint64_t> bytes = parse_number(line.substr(0, line.find(';')), 16);
    if (!bytes) return bad("no size of a chunk: " + show(line));
    if (*bytes > body_bytes_max_ - request.body.size()) {
      return Error{Code::limit, "a chunked body passes the bound of this server", "", ""};
    }
    if (*bytes == 0) break;
    if (!read_exactly(*bytes, request.body) || !read_line(line)) return false;
    if (!line.empty()) return bad("no line end behind a chunk: " + show(line));
  }
  while (read_line(line)) {
    if (line.empty()) return true;
    size_t colon = line.find(':');
    if (colon == std::string::npos) return bad("no trailer field: " + show(line));
    request.headers.add(line.substr(0, colon), trim(std::string_view(line).substr(colon + 1)));
  }
  return false;
}

// Appends. What is in the buffer first, the rest from the socket to its place.
bool HttpConnection::read_exactly(uint64_t count, std::string& into) {
  size_t at = into.size();
  size_t held = std::min<uint64_t>(count, buffer_.size() - used_);
  into.append(buffer_, used_, held);
  used_ += held;
  into.resize(at + count);
  for (at += held; at < into.size();) {
    ssize_t got = ::recv(socket_, into.data() + at, into.size() - at, 0);
    if (got <= 0) return false;
    at += static_cast<size_t>(got);
  }
  return true;
}

bool HttpConnection::read_line(std::string& line) {
  size_t end = 0;
  while ((end = buffer_.find("\r\n", used_)) == std::string::npos) {
    if (buffer_.size() - used_ > line_bytes_max || !fill()) return false;
  }
  line = buffer_.substr(used_, end - used_);
  used_ = end + 2;
  return true;
}

bool HttpConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

After HttpConnection::write(const HttpResponse& response) {
  const Delivery& delivery = response.delivery;
  if (delivery.drop) return After::close;
  bool cut = delivery.bytes_max < response.body_bytes();
  After after = close_after_ ? After::close : After::keep;
  std::string head = head_of(response, after);
  if (response.without_body || !has_body_length(response.status)) {
    return send(head) ? after : After::close;
  }
  if (delivery.blanks > 0) {
    for (uint32_t i = 0; i < delivery.blanks; ++i) head += chunk_of(" ");
    bool sent = send(head.append(chunk_of(response.text)).append("0\r\n\r\n"));
    return sent ? after : After::close;
  }
  if (!response.content && delivery.bytes_max >= response.text.size() &&
      delivery.bytes_per_second == 0 && !delivery.flip_at) {
    return send(head += response.text) ? after : After::close;
  }
  return send(head) && send_body(response) && !cut ? after : After::close;
}

bool HttpConnection::send_body(const HttpResponse& response) {
  const Delivery& delivery = response.delivery;
  uint64_t step = send_bytes;
  if (delivery.bytes_per_second > 0) {
    step = std::max<uint64_t>(1, delivery.bytes_per_second * slow_step_micros / 1'000'000);
  }
  uint64_t end = std::min(response.body_bytes(), delivery.bytes_max);
  uint64_t owed = 0;  // sent without a wait
  for (uint64_t at = 0; at < end;) {
    uint64_t count = std::min(step - owed % step, end - at);
    std::string_view bytes = response.content
                                 ? response.content->from(response.content_offset + at, count)
                                 : std::string_view(response.text).substr(at, count);
    std::string flipped;
    if (delivery.flip_at && *delivery.flip_at >= at && *delivery.flip_at < at + bytes.size()) {
      flipped = bytes;
      flipped[*delivery.flip_at - at] = static_cast<char>(~flipped[*delivery.flip_at - at]);
      bytes = flipped;
    }
    if (!send(bytes)) return false;
    at += bytes.size();
    owed += bytes.size();
    if (delivery.bytes_per_second == 0 || owed < step || at == end) continue;
    owed = 0;
    if (!wait(slow_step_micros)) return false;
  }
  return true;
}

}  // namespace silversmith::test
