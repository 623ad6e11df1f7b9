// SPDX-License-Identifier: Apache-2.0
// A queue whose messages are leased, worked on and removed: the seam between the worker and SQS.
// What is not removed before its lease ends comes again. Safe to use from several threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace silversmith::wire {

struct QueueMessage {
  std::string id;
  std::string receipt;  // names this delivery of it
  std::string body;
  uint64_t receives = 0;    // how often it was delivered, this time included
  int64_t sent_millis = 0;  // since the epoch: when it was put into the queue; 0: not said
};

class Queue {
 public:
  virtual ~Queue() = default;
  // Waits up to `wait_seconds` (0 to 20) for 1 to `count_max` (at most 10) messages, which nobody
  // else gets for `hidden_seconds`; none is no failure.
  // Fails with busy, denied (rights, or no such queue), stopped.
  virtual Result<std::vector<QueueMessage>> receive(uint32_t count_max, uint32_t wait_seconds,
                                                    uint32_t hidden_seconds) = 0;
  // Nobody else gets the message for `hidden_seconds` from now (0: it comes again at once).
  // Fails with conflict when it is no longer ours, else as receive() does.
  virtual Result<> hide(const QueueMessage& message, uint32_t hidden_seconds) = 0;
  // Fails as hide() does.
  virtual Result<> remove(const QueueMessage& message) = 0;
};

}  // namespace silversmith::wire
