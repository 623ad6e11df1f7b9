// SPDX-License-Identifier: Apache-2.0
// A queue whose messages are leased, worked on and removed: the seam between SQS and who works on
// its messages, and for operators what else can be asked of it. What is not removed before its
// lease ends comes again. Safe to use from several threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace silversmith::wire {

// What the sender wrote beside the body.
struct QueueAttribute {
  std::string name;
  std::string type;   // "String", "Number", "Binary", each also with a label: "Number.float"
  std::string value;  // of Binary in base64
};

struct QueueMessage {
  std::string id;
  std::string receipt;  // names this delivery of it
  std::string body;
  uint64_t receives = 0;    // how often it was delivered, this time included
  int64_t sent_millis = 0;  // since the epoch: when it was put into the queue; 0: not said
  std::string group = {};   // of a FIFO queue: what it is in order with
  std::vector<QueueAttribute> attributes = {};

  // The attribute's value, "" when there is none. Valid until this changes.
  std::string_view attribute(std::string_view name) const {
    for (const QueueAttribute& one : attributes) {
      if (one.name == name) return one.value;
    }
    return {};
  }
};

// A message to be sent.
struct NewMessage {
  std::string body;
  std::vector<QueueAttribute> attributes = {};
  // A FIFO queue wants both; any other takes none.
  std::string group = {};
  std::string once = {};  // two with the same within five minutes are one
};

// How many messages there are, as SQS counts: about, and up to a minute late.
struct QueueState {
  uint64_t waiting = 0;
  uint64_t in_flight = 0;  // leased by somebody
  uint64_t delayed = 0;
  bool redrives = false;  // it has a redrive policy: who is given a message too often loses it

  uint64_t all() const { return waiting + in_flight + delayed; }
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

// What an operator does with one. Each fails as receive() does.
class ManagedQueue : public Queue {
 public:
  virtual Result<QueueState> state() = 0;
  // The URLs of the queues whose redrive policies send dead letters here.
  virtual Result<std::vector<std::string>> sources() = 0;
  // Fails also with invalid: the queue does not take such a message.
  virtual Result<> send(const NewMessage& message) = 0;
  // They come again at once; that one of them is not ours any more is no failure.
  virtual Result<> give_back(std::span<const QueueMessage> messages) = 0;
  // Removes all that was sent until now. Fails with busy also when that was done a minute ago.
  virtual Result<> purge() = 0;
};

}  // namespace silversmith::wire
