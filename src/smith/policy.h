// SPDX-License-Identifier: Apache-2.0
// What happens to the work when an operation fails: the one switch over error codes, and the one
// retry loop's pace. It has no default: a new code does not compile until its action is chosen.
#pragma once

#include <cstdint>
#include <optional>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/result.h"

namespace silversmith::smith {

enum class Action : uint8_t {
  refuse,        // the object is bad: report it, success to the caller
  ignore,        // there is nothing to do
  configure,     // an operator must act; the work stays queued
  converge,      // somebody was faster: look again at once
  back_off,      // passing trouble: wait, then look again
  leave_queued,  // we are asked to stop
};
Action action_for(Code code);

// What kept a contract from being found, as the error of the object that waits for it: an
// operator's to mend, unless it passes. A contract that is wrong or gone says nothing about it.
Error as_contract_error(Error error);

struct RetryOptions {
  uint32_t attempts_max = 6;          // tries of one object in one delivery
  int64_t pause_micros_min = 20'000;  // before the second try; doubles from there
  int64_t pause_micros_max = 5'000'000;
  // From when what first failed with busy began to: no try begins later for passing trouble.
  int64_t patience_micros = 60'000'000;
  int64_t deadline_micros = 0;  // on the steady clock; 0: none
  uint64_t seed = 1;            // of the jitter; workers differ, or they meet again
};

// The pace of one object's tries.
class Retry {
 public:
  Retry(const RetryOptions& options, Clock& clock);

  // Whether another try is due after a failure with that action; pauses first where that helps.
  // `failing_micros`: how long it took what failed to do so, which counts to the patience.
  bool again(Action action, int64_t failing_micros = 0);
  uint32_t attempts() const { return attempts_; }  // begun so far, the first included

 private:
  RetryOptions options_;
  Clock& clock_;
  uint32_t attempts_ = 1;
  std::optional<int64_t> busy_since_micros_;  // on the steady clock; none: no trouble so far
  Jitter jitter_;
};

}  // namespace silversmith::smith
