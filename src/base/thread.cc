// SPDX-License-Identifier: Apache-2.0
#include "base/thread.h"

#include <pthread.h>

#include <string>

namespace silversmith {

struct Thread::State {
  std::function<void()> body;
  pthread_t handle{};
};

Thread::Thread(std::unique_ptr<State> state) : state_(std::move(state)) {}
Thread::Thread(Thread&&) noexcept = default;

Thread::~Thread() {
  if (state_ != nullptr) pthread_join(state_->handle, nullptr);
}

Result<Thread> Thread::start(std::function<void()> body) {
  auto state = std::make_unique<State>(State{std::move(body), {}});
  auto run = [](void* argument) -> void* {
    static_cast<State*>(argument)->body();
    return nullptr;
  };
  int failure = pthread_create(&state->handle, nullptr, run, state.get());
  if (failure != 0) {
    return Error{Code::busy, "cannot start a thread (errno " + std::to_string(failure) + ")",
                 "allow this user more processes (ulimit -u, pids.max), or give --threads 1", ""};
  }
  return Thread(std::move(state));
}

}  // namespace silversmith
