// SPDX-License-Identifier: Apache-2.0
#include "support/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/check.h"

namespace silversmith::test {

namespace {

struct Bound {
  wire::Descriptor socket;
  uint16_t port = 0;
};

Bound bind_to_any_port() {
  wire::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  SMITH_CHECK(::bind(socket.number(), generic, size) == 0, "no port of this machine");
  SMITH_CHECK(::getsockname(socket.number(), generic, &size) == 0);
  return {std::move(socket), ntohs(address.sin_port)};
}

std::string address_of(uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

// Of a request whose head ends before `body_at`.
size_t body_bytes_of(std::string_view text, size_t body_at) {
  constexpr std::string_view name = "\r\nContent-Length: ";
  size_t at = text.substr(0, body_at).find(name);
  if (at == std::string_view::npos) return 0;
  return std::stoul(std::string(text.substr(at + name.size(), 20)));
}

}  // namespace

std::string http_answer(int status, std::string_view body, std::string_view headers) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " -\r\n";
  text.append(headers).append("Content-Length: ").append(std::to_string(body.size()));
  return text.append("\r\n\r\n").append(body);
}

ScriptedServer::ScriptedServer(std::vector<Turn> turns, std::function<void(size_t)> on_request)
    : turns_(std::move(turns)), on_request_(std::move(on_request)), stop_(*wire::Wake::make()) {
  Bound bound = bind_to_any_port();
  listener_ = std::move(bound.socket);
  port_ = bound.port;
  SMITH_CHECK(::listen(listener_.number(), 16) == 0);
  thread_.emplace(*Thread::start([this] { play(); }));
}

ScriptedServer::~ScriptedServer() {
  stop_.ring();
  thread_.reset();
}

std::string ScriptedServer::address() const { return address_of(port_); }

std::vector<std::string> ScriptedServer::requests() {
  std::lock_guard lock(guarded_.mutex);
  return guarded_.requests;
}

size_t ScriptedServer::connections() {
  std::lock_guard lock(guarded_.mutex);
  return guarded_.connections;
}

void ScriptedServer::wait_for_turn(size_t number) {
  std::unique_lock lock(guarded_.mutex);
  guarded_.played.wait(lock, [&] { return guarded_.turns_played > number; });
}

// False when the server is to stop.
bool ScriptedServer::ready(const wire::Descriptor& descriptor, short events) const {
  while (true) {
    pollfd waited[2] = {{descriptor.number(), events, 0}, {stop_.descriptor(), POLLIN, 0}};
    if (::poll(waited, 2, -1) <= 0) continue;
    if (waited[1].revents != 0) return false;
    if (waited[0].revents != 0) return true;
  }
}

bool ScriptedServer::accept() {
  if (!ready(listener_, POLLIN)) return false;
  connection_.emplace(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
  SMITH_CHECK(connection_->number() >= 0);
  int on = 1;
  ::setsockopt(connection_->number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::lock_guard lock(guarded_.mutex);
  ++guarded_.connections;
  return true;
}

// Adds what the client sends; false at its end.
bool ScriptedServer::fill(std::string& text) {
  if (!ready(*connection_, POLLIN)) return false;
  char bytes[1 << 16];
  ssize_t count = ::recv(connection_->number(), bytes, sizeof bytes, 0);
  if (count > 0) text.append(bytes, static_cast<size_t>(count));
  return count > 0;
}

// A request, or nullopt when the client hung up.
std::optional<std::string> ScriptedServer::hear(Hears hears) {
  std::string text;
  size_t head_end = std::string::npos;
  while ((head_end = text.find("\r\n\r\n")) == std::string::npos) {
    if (!fill(text)) return std::nullopt;
  }
  size_t body_at = head_end + 4;
  if (hears == Hears::head) return text.substr(0, body_at);
  size_t size = body_at + body_bytes_of(text, body_at);
  while (text.size() < size) {
    if (!fill(text)) return std::nullopt;
  }
  return text;
}

void ScriptedServer::say(const Turn& turn) {
  std::string_view left = turn.answer;
  while (!left.empty() && ready(*connection_, POLLOUT)) {
    size_t size = std::min(left.size(), turn.piece_bytes);
    ssize_t count = ::send(connection_->number(), left.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) return;  // the client has heard enough
    left.remove_prefix(static_cast<size_t>(count));
  }
}

void ScriptedServer::end(Then then) {
  if (then == Then::keep) return;
  if (then == Then::reset) {
    linger at_once{1, 0};
    ::setsockopt(connection_->number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  connection_.reset();
}

// False when the client hung up before this turn: it comes again on the next connection.
bool ScriptedServer::play_turn(const Turn& turn) {
  if (turn.hears != Hears::nothing) {
    auto request = hear(turn.hears);
    if (!request) {
      connection_.reset();
      return false;
    }
    size_t number = 0;
    {
      std::lock_guard lock(guarded_.mutex);
      number = guarded_.requests.size();
      guarded_.requests.push_back(*std::move(request));
    }
    if (on_request_) on_request_(number);
  }
  say(turn);
  end(turn.then);
  std::lock_guard lock(guarded_.mutex);
  ++guarded_.turns_played;
  guarded_.played.notify_all();
  return true;
}

void ScriptedServer::play() {
  turns_.push_back({});  // the one without an answer
  size_t at = 0;
  while (at < turns_.size() && !stop_.rung()) {
    if (!connection_.has_value() && !accept()) return;
    if (play_turn(turns_[at])) ++at;
  }
  if (connection_.has_value()) ready(*connection_, 0);
}

SilentPort::SilentPort() {
  Bound bound = bind_to_any_port();
  socket_ = std::move(bound.socket);
  port_ = bound.port;
}

std::string SilentPort::address() const { return address_of(port_); }

}  // namespace silversmith::test
