// SPDX-License-Identifier: Apache-2.0
#include "wire/http_server.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/thread.h"
#include "wire/socket.h"

namespace silversmith::wire {

namespace {

// Who is slow, or says much, is no scraper.
constexpr int idle_seconds_max = 10;
constexpr ev_ssize_t head_bytes_max = 8 << 10;
constexpr ev_ssize_t body_bytes_max = 8 << 10;

struct Where {
  std::string host = "127.0.0.1";
  uint16_t port = 0;
};

Result<Where> where_of(const std::string& text) {
  Where where;
  size_t colon = text.rfind(':');
  if (colon != std::string::npos) where.host = text.substr(0, colon);
  bool bracketed = where.host.starts_with('[') && where.host.ends_with(']');
  if (bracketed) where.host = where.host.substr(1, where.host.size() - 2);
  std::optional<uint64_t> port =
      parse_number(text.substr(colon == std::string::npos ? 0 : colon + 1));
  bool bare_six = !bracketed && where.host.find(':') != std::string::npos;
  if (!port.has_value() || *port > 65'535 || where.host.empty() || bare_six) {
    return Error{Code::invalid, "found " + show(text) + ", wanted HOST:PORT or PORT",
                 "127.0.0.1:9100 for this machine alone, 0.0.0.0:9100 for all", ""};
  }
  where.port = static_cast<uint16_t>(*port);
  return where;
}

// What libevent would print of itself goes nowhere: its callers tell what fails.
void drop_line(int, const char*) {}

uint16_t port_of(evutil_socket_t socket) {
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

}  // namespace

struct HttpServer::State {
  State(Pages given, Wake made) : pages(std::move(given)), stop(std::move(made)) {}
  ~State() {
    stop.ring();
    thread.reset();  // joins it
    if (stopping != nullptr) event_free(stopping);
    if (http != nullptr) evhttp_free(http);
    if (base != nullptr) event_base_free(base);
  }

  bool listen(const Where& where);
  static void answer(evhttp_request* request, void* self);

  Pages pages;
  Wake stop;
  std::string address;
  event_base* base = nullptr;
  evhttp* http = nullptr;
  event* stopping = nullptr;
  std::optional<Thread> thread;
};

void HttpServer::State::answer(evhttp_request* request, void* self) {
  const char* path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
  Page page = static_cast<State*>(self)->pages(path == nullptr ? "" : path);
  evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", page.type.c_str());
  evbuffer* body = evbuffer_new();
  if (body == nullptr || evbuffer_add(body, page.text.data(), page.text.size()) != 0) {
    page.status = HTTP_INTERNAL;
  }
  evhttp_send_reply(request, page.status, nullptr, body);  // without its body to a HEAD
  if (body != nullptr) evbuffer_free(body);
}

bool HttpServer::State::listen(const Where& where) {
  event_set_log_callback(drop_line);
  base = event_base_new();
  http = base == nullptr ? nullptr : evhttp_new(base);
  if (http == nullptr) return false;
  evhttp_set_timeout(http, idle_seconds_max);
  evhttp_set_max_headers_size(http, head_bytes_max);
  evhttp_set_max_body_size(http, body_bytes_max);
  evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
  evhttp_set_gencb(http, answer, this);
  evhttp_bound_socket* bound = evhttp_bind_socket_with_handle(http, where.host.c_str(), where.port);
  if (bound == nullptr) return false;
  address = where.host.find(':') == std::string::npos ? where.host : "[" + where.host + "]";
  address += ":" + std::to_string(port_of(evhttp_bound_socket_get_fd(bound)));
  // The loop is ended from within, by what it waits for: it needs no locks then.
  auto end = [](evutil_socket_t, short, void* loop) {
    event_base_loopbreak(static_cast<event_base*>(loop));
  };
  stopping = event_new(base, stop.descriptor(), EV_READ, end, base);
  return stopping != nullptr && event_add(stopping, nullptr) == 0;
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer::~HttpServer() = default;

const std::string& HttpServer::address() const { return state_->address; }

Result<HttpServer> HttpServer::start(const std::string& address, Pages pages) {
  Where where = SMITH_TRY(where_of(address));
  auto state = std::make_unique<State>(std::move(pages), SMITH_TRY(Wake::make()));
  errno = 0;
  if (!state->listen(where)) {
    // A name that can't be found leaves no number behind.
    int number = errno;
    char text[256];
    std::string reason = number == 0 ? "no such address" : ::strerror_r(number, text, sizeof text);
    return Error{Code::invalid, "cannot listen at " + address + ": " + reason,
                 "give an address of this machine, and a port that nobody has", ""};
  }
  state->thread.emplace(
      SMITH_TRY(Thread::start([base = state->base] { event_base_dispatch(base); })));
  return HttpServer(std::move(state));
}

}  // namespace silversmith::wire
