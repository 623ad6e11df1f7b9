// SPDX-License-Identifier: Apache-2.0
#include "wire/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

#include "base/clock.h"
#include "base/text.h"

namespace silversmith::wire {

namespace {

Error failed(std::string_view what, int failure) {
  char text[256];
  return {Code::busy, std::string(what) + ": " + ::strerror_r(failure, text, sizeof text), "", ""};
}

// The rest of the time in milliseconds, rounded up: a deadline in 300 us must not spin. -1: for
// ever, as poll(2) has it.
int milliseconds_until(int64_t deadline_micros) {
  if (deadline_micros == 0) return -1;
  int64_t micros = std::max<int64_t>(0, deadline_micros - system_clock().steady_micros());
  return static_cast<int>(
      std::min<int64_t>((micros + 999) / 1000, std::numeric_limits<int>::max()));
}

// Waits for one of `events` and returns those that came; an error of the connection counts as all
// of them, the call that follows says which it is. The wake goes first: who is to stop takes no
// more work.
Result<short> wait_for(const Descriptor& descriptor, short events, const Until& until) {
  while (true) {
    pollfd waited[2] = {{descriptor.number(), events, 0},
                        {until.wake != nullptr ? until.wake->descriptor() : -1, POLLIN, 0}};
    int ready = ::poll(waited, 2, milliseconds_until(until.deadline_micros));
    if (ready < 0 && errno != EINTR) return failed("cannot wait for a connection", errno);
    if (ready > 0 && waited[1].revents != 0) {
      return Error{Code::stopped, "stopped while waiting for a connection", "", ""};
    }
    if (ready > 0 && waited[0].revents != 0) return waited[0].revents;
    if (until.passed()) return Error{Code::busy, "no answer within the deadline", "", ""};
  }
}

bool would_block(int failure) { return failure == EAGAIN || failure == EWOULDBLOCK; }

std::optional<uint16_t> port_of(std::string_view text) {
  uint16_t port = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// An address of either family, as the system wants it.
struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

std::optional<Endpoint> endpoint_of(const std::string& host, uint16_t port) {
  Endpoint endpoint;
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) {
    std::memcpy(&endpoint.storage, &four, sizeof four);
    endpoint.size = sizeof four;
    return endpoint;
  }
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  if (::inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) != 1) return std::nullopt;
  std::memcpy(&endpoint.storage, &six, sizeof six);
  endpoint.size = sizeof six;
  return endpoint;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this == &other) return *this;
  if (number_ >= 0) ::close(number_);
  number_ = other.release();
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

int Descriptor::release() { return std::exchange(number_, -1); }

Result<Wake> Wake::make() {
  Descriptor descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (descriptor.number() < 0) return failed("cannot make an event descriptor", errno);
  return Wake(std::move(descriptor));
}

void Wake::ring() const {
  int kept = errno;  // a signal handler leaves no trace in the code that it interrupts
  uint64_t one = 1;
  // It can only fail when it has been rung 2^64 - 2 times: then it is rung.
  [[maybe_unused]] ssize_t written = ::write(descriptor_.number(), &one, sizeof one);
  errno = kept;
}

bool Wake::rung() const {
  pollfd waited{descriptor_.number(), POLLIN, 0};
  return ::poll(&waited, 1, 0) == 1;
}

bool Until::passed() const {
  return deadline_micros != 0 && system_clock().steady_micros() >= deadline_micros;
}

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
  size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, std::min(colon, text.size()));
  std::string_view port_text = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  std::string plain(bracketed ? host.substr(1, host.size() - 2) : host);
  if (plain == "localhost") plain = "127.0.0.1";
  auto port = port_of(port_text);
  // Without brackets, the last group of an IPv6 address would be taken for the port.
  bool six = plain.find(':') != std::string::npos;
  if (!port || six != bracketed || !endpoint_of(plain, *port)) {
    return Error{Code::invalid, "not an address: found " + show(text) + ", wanted IP:PORT",
                 "give it like 127.0.0.1:9001; names other than localhost are not looked up", ""};
  }
  return SocketAddress(std::string(text), std::move(plain), *port);
}

Result<Socket> Socket::connect(const SocketAddress& address, const Until& until) {
  auto endpoint = endpoint_of(address.host_, address.port_);
  SMITH_CHECK(endpoint.has_value(), "parse() took the address");
  std::string what = "cannot connect to " + address.text();
  int family = endpoint->storage.ss_family;
  Socket socket{Descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))};
  int number = socket.descriptor_.number();
  if (number < 0) return failed(what, errno);
  // A request is one or two writes, each sent at once: waiting for more to send costs 40 ms.
  int on = 1;
  if (::setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
    return failed(what, errno);
  }
  if (::connect(number, endpoint->get(), endpoint->size) == 0) return socket;
  if (errno != EINPROGRESS && errno != EINTR) return failed(what, errno);
  auto ready = wait_for(socket.descriptor_, POLLOUT, until);
  if (!ready) return std::move(ready).error().in(what);
  int failure = 0;
  socklen_t size = sizeof failure;
  if (::getsockopt(number, SOL_SOCKET, SO_ERROR, &failure, &size) != 0) return failed(what, errno);
  if (failure != 0) return failed(what, failure);
  return socket;
}

Result<size_t> Socket::read(std::span<char> into, const Until& until) {
  SMITH_CHECK(!into.empty(), "no room to read into");
  while (true) {
    SMITH_TRY(wait_for(descriptor_, POLLIN, until));
    ssize_t count = ::recv(descriptor_.number(), into.data(), into.size(), 0);
    if (count >= 0) return static_cast<size_t>(count);
    if (!would_block(errno) && errno != EINTR) return failed("the connection is lost", errno);
  }
}

Result<size_t> Socket::write(std::string_view bytes, const Until& until) {
  SMITH_CHECK(!bytes.empty(), "nothing to write");
  while (true) {
    short ready = SMITH_TRY(wait_for(descriptor_, POLLIN | POLLOUT, until));
    if ((ready & POLLOUT) == 0 && (ready & POLLIN) != 0) return size_t{0};
    ssize_t count = ::send(descriptor_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) return static_cast<size_t>(count);
    if (!would_block(errno) && errno != EINTR) return failed("the connection is lost", errno);
  }
}

bool Socket::quiet() const {
  char byte = 0;
  ssize_t count = ::recv(descriptor_.number(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && would_block(errno);
}

}  // namespace silversmith::wire
