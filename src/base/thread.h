// SPDX-License-Identifier: Apache-2.0
// A thread whose start may fail: under a limit on processes the standard one throws. It is joined
// when it goes.
#pragma once

#include <functional>
#include <memory>

#include "base/result.h"

namespace silversmith {

class Thread {
 public:
  // Runs `body`, which must not throw, on a thread of its own.
  // Fails with busy when the system gives no thread (a limit on processes or on memory).
  static Result<Thread> start(std::function<void()> body);
  Thread(Thread&&) noexcept;
  Thread& operator=(Thread&&) = delete;
  ~Thread();

 private:
  struct State;
  explicit Thread(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace silversmith
