// SPDX-License-Identifier: Apache-2.0
// Stops work that takes too long: raises a stop flag at a time, unless it goes before that. When it
// goes the flag is down again, so that the next work may begin.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "base/thread.h"

namespace silversmith::app {

class Watchdog {
 public:
  // `stop` outlives it. `steady_micros` is on the system clock; 0 is never.
  // Fails with busy when the system gives no thread.
  static Result<Watchdog> start(std::atomic<bool>& stop, int64_t steady_micros);
  Watchdog(Watchdog&&) noexcept;
  Watchdog& operator=(Watchdog&&) = delete;
  ~Watchdog();

 private:
  struct State;
  Watchdog(std::unique_ptr<State> state, std::unique_ptr<Thread> thread);
  std::unique_ptr<State> state_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace silversmith::app
