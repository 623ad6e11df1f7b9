// SPDX-License-Identifier: Apache-2.0
#include "watchdog.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "base/clock.h"

namespace silversmith::app {

struct Watchdog::State {
  explicit State(std::atomic<bool>& raised) : stop(raised) {}

  void wait(int64_t micros) {
    std::unique_lock lock(mutex);
    auto is_over = [this] { return over; };
    if (!changed.wait_for(lock, std::chrono::microseconds(micros), is_over)) stop.store(true);
  }

  std::atomic<bool>& stop;
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
};

Result<Watchdog> Watchdog::start(std::atomic<bool>& stop, int64_t steady_micros) {
  auto state = std::make_unique<State>(stop);
  if (steady_micros == 0) return Watchdog(std::move(state), nullptr);
  int64_t left = std::max<int64_t>(steady_micros - system_clock().steady_micros(), 0);
  State* waiting = state.get();
  Thread thread = SMITH_TRY(Thread::start([waiting, left] { waiting->wait(left); }));
  return Watchdog(std::move(state), std::make_unique<Thread>(std::move(thread)));
}

Watchdog::Watchdog(std::unique_ptr<State> state, std::unique_ptr<Thread> thread)
    : state_(std::move(state)), thread_(std::move(thread)) {}
Watchdog::Watchdog(Watchdog&&) noexcept = default;

Watchdog::~Watchdog() {
  if (state_ == nullptr) return;
  {
    std::scoped_lock lock(state_->mutex);
    state_->over = true;
  }
  state_->changed.notify_all();
  thread_.reset();
  state_->stop.store(false);
}

}  // namespace silversmith::app
