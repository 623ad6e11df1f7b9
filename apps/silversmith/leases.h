// SPDX-License-Identifier: Apache-2.0
// The messages in work and how long they are still ours: each lease is extended when a third of it
// has gone, and whoever works under one that is lost is told to give up. Between the queue and the
// worker. The one thing to know: a lease that could not be extended until its end is lost too, as
// by then somebody else may have the message. Safe to use from several threads.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "wire/queue.h"

namespace silversmith::app {

enum class Lease : uint8_t {
  held,
  lost,   // the queue says that it is ours no more
  ended,  // it could not be extended in time; whether somebody else has the message, nobody knows
};

struct LeaseSetup {
  wire::Queue& queue;
  Clock& clock;
  uint32_t seconds = 60;
  // Told once a lease, from within beat(), while it is not released: `why` is the queue's answer.
  std::function<void(size_t slot, const Error& why)> on_lost;
  // An extension that failed and is tried again; may be empty.
  std::function<void(size_t slot, const Error& why)> on_trouble;
  // release() is about to wait for an extension on its way; may be empty. Must not call back.
  std::function<void(size_t slot)> on_wait = {};
};

class Leases {
 public:
  explicit Leases(LeaseSetup setup) : setup_(std::move(setup)) {}

  // Requires that the slot has none. The message was received just now, for that many seconds.
  void take(size_t slot, const wire::QueueMessage& message);
  // Extends what is due. Returns microseconds until the next is, at most a second. By one thread.
  int64_t beat();
  // The slot's lease is extended no more. Waits for an extension on its way, so that what the
  // caller says to the queue next is the last word. Lost is, too, what another thread released.
  Lease release(size_t slot);

  // Messages in work, and since when the oldest has been in the queue: milliseconds since the
  // epoch, 0 when there is none.
  size_t count() const;
  std::map<size_t, wire::QueueMessage> messages() const;  // by slot, without what they say
  int64_t oldest_sent_millis() const;

 private:
  struct Held {
    wire::QueueMessage message;  // without its body
    int64_t ends_micros = 0;     // steady clock's
    int64_t due_micros = 0;
    bool extending = false;
    Lease lease = Lease::held;
  };
  struct Guarded {
    mutable std::mutex mutex;
    std::condition_variable settled;
    std::map<size_t, Held> held;
  };

  std::optional<size_t> next_due(int64_t now);
  void extend(size_t slot);

  LeaseSetup setup_;
  Guarded guarded_;
};

}  // namespace silversmith::app
