// SPDX-License-Identifier: Apache-2.0
#include "support/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>

#include "base/text.h"
#include "base/thread.h"

namespace silversmith::test {

namespace {

// A connection with its thread; the thread goes first.
struct Served {
  Served(int socket, uint64_t body_bytes_max) : connection(socket, body_bytes_max) {}
  HttpConnection connection;
  std::atomic<bool> done = false;
  std::optional<Thread> thread;
};

Error failed(const std::string& what) {
  return {Code::busy, "http server: " + what + ": " + std::strerror(errno), "", ""};
}

}  // namespace

class HttpServer::State {
 public:
  State(HttpHandler& handler, const HttpServerOptions& options)
      : handler_(handler), options_(options) {}
  ~State() {
    stopping_ = true;
    // Wakes accept(), which close() alone would not.
    if (listener_ >= 0) ::shutdown(listener_, SHUT_RDWR);
    accepter_.reset();
    if (listener_ >= 0) ::close(listener_);
    for (Served& served : served_) served.connection.hang_up();
  }

  Result<> open();
  uint16_t port() const { return port_; }

 private:
  void accept_all();
  void serve(Served& served);

  HttpHandler& handler_;
  HttpServerOptions options_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::list<Served> served_;  // of the accepting thread, and of the destructor behind it
  std::optional<Thread> accepter_;
};

Result<> HttpServer::State::open() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0) return failed("no socket");
  int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options_.port);
  if (::inet_pton(AF_INET, options_.address.c_str(), &address.sin_addr) != 1) {
    return Error{Code::invalid, "no IPv4 address: " + show(options_.address), "", ""};
  }
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listener_, plain, size) != 0 || ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, plain, &size) != 0) {
    return failed("no listening on " + options_.address + ":" + std::to_string(options_.port));
  }
  port_ = ntohs(address.sin_port);
  accepter_.emplace(SMITH_TRY(Thread::start([this] { accept_all(); })));
  return {};
}

void HttpServer::State::accept_all() {
  while (!stopping_) {
    int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (socket < 0) return;
    served_.remove_if([](const Served& served) { return served.done.load(); });
    if (served_.size() >= options_.connections_max) {
      ::close(socket);
      continue;
    }
    int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Served& served = served_.emplace_back(socket, options_.body_bytes_max);
    auto thread = Thread::start([this, &served] { serve(served); });
    if (thread) {
      served.thread.emplace(std::move(thread).value());
    } else {
      served_.pop_back();
    }
  }
}

void HttpServer::State::serve(Served& served) {
  HttpConnection& connection = served.connection;
  while (!stopping_) {
    auto request = connection.read();
    if (!request) {
      connection.write(handler_.refuse(request.error()));
      break;
    }
    if (!request->has_value()) break;
    HttpResponse response = handler_.answer(**std::move(request), connection);
    if (connection.write(response) == After::close) break;
  }
  connection.hang_up();
  served.done = true;
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer::~HttpServer() = default;
uint16_t HttpServer::port() const { return state_->port(); }

Result<HttpServer> HttpServer::start(HttpHandler& handler, const HttpServerOptions& options) {
  auto state = std::make_unique<State>(handler, options);
  SMITH_TRY(state->open());
  return HttpServer(std::move(state));
}

}  // namespace silversmith::test
