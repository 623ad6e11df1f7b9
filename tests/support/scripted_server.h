// SPDX-License-Identifier: Apache-2.0
// A server on a port of this machine that plays a script: for each turn it hears a request and
// answers with given bytes, whole or cut, and keeps, closes or resets the connection. Behind the
// last turn it hears one more request and says nothing, for as long as it lives. For tests of
// src/wire; nothing in it waits for time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread.h"
#include "wire/socket.h"

namespace silversmith::test {

enum class Hears : uint8_t { whole, head, nothing };  // of a request, before it answers
enum class Then : uint8_t { keep, close, reset };

struct Turn {
  std::string answer;  // sent as it stands
  Hears hears = Hears::whole;
  Then then = Then::keep;
  size_t piece_bytes = SIZE_MAX;  // of one write
};

// "HTTP/1.1 STATUS" with the headers (each ending in CR LF), the body's length and the body.
std::string http_answer(int status, std::string_view body, std::string_view headers = {});

class ScriptedServer {
 public:
  // `on_request` is told the number of each request, from 0, when it is heard; on another thread.
  explicit ScriptedServer(std::vector<Turn> turns, std::function<void(size_t)> on_request = {});
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer();

  std::string address() const;
  // What was heard so far: heads and bodies as they came.
  std::vector<std::string> requests();
  size_t connections();
  // Returns when the turn of that number, from 0, is played: what it sent or closed has arrived.
  void wait_for_turn(size_t number);

 private:
  struct Guarded {
    std::mutex mutex;
    std::vector<std::string> requests;
    size_t connections = 0;
    size_t turns_played = 0;
    std::condition_variable played;
  };

  void play();
  bool play_turn(const Turn& turn);
  bool ready(const wire::Descriptor& descriptor, short events) const;
  bool accept();
  std::optional<std::string> hear(Hears hears);
  bool fill(std::string& text);
  void say(const Turn& turn);
  void end(Then then);

  std::vector<Turn> turns_;
  std::function<void(size_t)> on_request_;
  wire::Descriptor listener_;
  uint16_t port_ = 0;
  wire::Wake stop_;
  Guarded guarded_;
  std::optional<wire::Descriptor> connection_;
  std::optional<Thread> thread_;
};

// A port that is taken and where nobody listens: connections to it are refused.
class SilentPort {
 public:
  SilentPort();
  std::string address() const;

 private:
  wire::Descriptor socket_;
  uint16_t port_ = 0;
};

}  // namespace silversmith::test
