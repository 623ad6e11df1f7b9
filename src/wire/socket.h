// SPDX-License-Identifier: Apache-2.0
// A TCP connection to a numeric address, for protocols that are spoken on this machine (the Lambda
// Runtime API). Calls block until they are done, until a deadline, or until a Wake is rung by
// another thread or a signal handler. The one thing to know: no name is looked up, so a static
// program needs no resolver and a cold start waits for none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace silversmith::wire {

// A file descriptor with one owner; closed when it goes.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int number() const { return number_; }  // -1: none

 private:
  int release();
  int number_ = -1;
};

// Ends the waits of whoever was given it. Once rung it stays rung.
class Wake {
 public:
  // Fails with busy when the system has no descriptor left.
  static Result<Wake> make();
  // May be called by any thread and by a signal handler, as often as they like.
  void ring() const;
  bool rung() const;
  // Becomes readable when rung. Valid until this goes.
  int descriptor() const { return descriptor_.number(); }

 private:
  explicit Wake(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

// How long a call may wait.
struct Until {
  int64_t deadline_micros = 0;  // on the steady clock; 0: for ever
  const Wake* wake = nullptr;   // may be null; must outlive the call

  bool passed() const;  // the deadline; false without one
};

// Where to connect to.
class SocketAddress {
 public:
  // Reads "127.0.0.1:9001", "localhost:9001" or "[::1]:9001".
  // Fails with invalid for a name other than localhost and for a port outside 1 to 65535.
  static Result<SocketAddress> parse(std::string_view text);
  const std::string& text() const { return text_; }  // as it was given

 private:
  friend class Socket;
  SocketAddress(std::string text, std::string host, uint16_t port)
      : text_(std::move(text)), host_(std::move(host)), port_(port) {}
  std::string text_;
  std::string host_;  // an IPv4 or IPv6 address
  uint16_t port_;
};

class Socket {
 public:
  // Fails with busy when nobody listens there, when the deadline passes or when the system has no
  // descriptor left, and with stopped when the wake is rung.
  static Result<Socket> connect(const SocketAddress& address, const Until& until);

  // Waits for bytes and returns how many; 0 when the other side sends no more.
  // Requires a span that is not empty. Fails as connect() does, and with busy when the connection
  // is lost.
  Result<size_t> read(std::span<char> into, const Until& until);
  // Waits until the other side takes bytes and returns how many it took; 0 when it takes none and
  // speaks before it has heard everything: read() has what it says.
  // Requires bytes. Fails as read() does.
  Result<size_t> write(std::string_view bytes, const Until& until);
  // Whether the other side has neither closed the connection nor said anything: a request may go.
  bool quiet() const;

 private:
  explicit Socket(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

}  // namespace silversmith::wire
