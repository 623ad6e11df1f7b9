// SPDX-License-Identifier: Apache-2.0
#include "smith/policy.h"

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

Error as_contract_error(Error error) {
  Action action = action_for(error.code);
  if (action == Action::refuse || action == Action::ignore) error.code = Code::denied;
  if (error.code == Code::denied && error.type.empty()) error.type = "configuration-error";
  return error;
}

Retry::Retry(const RetryOptions& options, Clock& clock)
    : options_(options), clock_(clock), jitter_(options.seed) {}

bool Retry::again(Action action, int64_t failing_micros) {
  if (action != Action::converge && action != Action::back_off) return false;
  if (attempts_ >= options_.attempts_max) return false;
  if (action == Action::back_off) {
    int64_t now = clock_.steady_micros();
    if (!busy_since_micros_.has_value()) busy_since_micros_ = now - failing_micros;
    if (now - *busy_since_micros_ >= options_.patience_micros) return false;
  }
  Backoff backoff{options_.pause_micros_min, options_.pause_micros_max};
  int64_t pause = backoff.pause_micros(attempts_, jitter_);
  // Who lost a race looks again soon; trouble gets the whole pause.
  if (action == Action::converge) pause /= 8;
  if (options_.deadline_micros != 0 && clock_.steady_micros() + pause >= options_.deadline_micros) {
    return false;
  }
  clock_.sleep_micros(pause);
  attempts_++;
  return true;
}

}  // namespace silversmith::smith
