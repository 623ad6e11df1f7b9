// SPDX-License-Identifier: Apache-2.0
#include "smith/policy.h"

#include <algorithm>

namespace silversmith::smith {

Action action_for(Code code) {
  switch (code) {
    case Code::invalid:
    case Code::corrupt:
    case Code::limit: return Action::refuse;
    case Code::missing: return Action::ignore;
    case Code::denied: return Action::configure;
    case Code::conflict: return Action::converge;
    case Code::busy: return Action::back_off;
    case Code::stopped: return Action::leave_queued;
  }
  SMITH_CHECK(false, "a code without an action");
  return Action::leave_queued;
}

Retry::Retry(const RetryOptions& options, Clock& clock)
    : options_(options), clock_(clock), random_(options.seed) {}

// SplitMix64: enough to spread workers, and the same run after run.
uint64_t Retry::next_random() {
  random_ += 0x9e3779b97f4a7c15;
  uint64_t mixed = random_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

bool Retry::again(Action action) {
  if (action != Action::converge && action != Action::back_off) return false;
  if (attempts_ >= options_.attempts_max) return false;
  uint32_t doublings = std::min(attempts_ - 1, 20U);
  int64_t pause = std::min(options_.pause_micros_min << doublings, options_.pause_micros_max);
  // Full jitter. Who lost a race looks again soon; trouble gets the whole pause.
  int64_t share = static_cast<int64_t>(next_random() % 1024);
  pause = action == Action::converge ? pause * share / 8192 : pause * share / 1024;
  if (options_.deadline_micros != 0 && clock_.steady_micros() + pause >= options_.deadline_micros) {
    return false;
  }
  clock_.sleep_micros(pause);
  attempts_++;
  return true;
}

}  // namespace silversmith::smith
