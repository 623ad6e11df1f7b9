// SPDX-License-Identifier: Apache-2.0
// A queue's messages, looked at one after the other and not taken away: each is leased, told once,
// and given back at the end unless it was removed. Between the queue and the commands of `dlq`.
// The one thing to know: nobody else sees a message while it is in the box; when the process dies
// it comes again by itself, a lease later.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/thread.h"
#include "leases.h"
#include "wire/queue.h"

namespace silversmith::app {

struct LetterBoxOptions {
  uint64_t count_max = 0;  // messages told; 0: all that there are, or are wanted
  uint32_t lease_seconds = 30;
  std::set<std::string> wanted = {};  // ids; the others are passed over. Empty: all
  int64_t sent_before_millis = 0;     // what was sent later is passed over; 0: nothing
  uint64_t seed = 1;                  // of the pauses
};

struct LetterBoxSetup {
  wire::ManagedQueue& queue;
  Clock& clock;
  const std::atomic<bool>& stop;  // no further message is received
};

class LetterBox {
 public:
  LetterBox(const LetterBoxSetup& setup, LetterBoxOptions options);
  // Gives back what is in it.
  ~LetterBox();
  LetterBox(const LetterBox&) = delete;
  LetterBox& operator=(const LetterBox&) = delete;

  // Asks how full the queue is. Call it first. Fails as ManagedQueue::state().
  Result<wire::QueueState> open();
  // At most so many are told. After open().
  void bound(uint64_t count_max) { options_.count_max = count_max; }
  // From now on leases are extended until the box goes. Fails with busy: no thread.
  Result<> keep_leases();

  // Messages that were not told before, at most ten; none: that was all, or it is to stop. Passing
  // trouble of the queue is waited out a few times. Fails as Queue::receive().
  Result<std::vector<wire::QueueMessage>> next();

  // Removes a message that next() told. Passing trouble is waited out a few times.
  // Fails with conflict when its lease was lost: it comes again. Else as Queue::remove().
  Result<> remove(const wire::QueueMessage& message);
  // Gives back all that is in the box now. Fails as ManagedQueue::give_back(): what could not be
  // given back comes again when its lease ends.
  Result<> give_back();

  uint64_t told() const { return told_; }
  // Wanted, and not found.
  std::vector<std::string> missing() const;
  uint64_t later() const { return later_.size(); }  // sent after the bound on that
  // About how many the queue held at the start that were not seen.
  uint64_t unseen() const;

 private:
  bool is_over() const;
  Result<std::vector<wire::QueueMessage>> receive();
  std::vector<wire::QueueMessage> sort_out(std::vector<wire::QueueMessage> received);
  bool is_new(const wire::QueueMessage& message);
  void hold(const wire::QueueMessage& message);
  Lease release(const std::string& id);
  template <class Body>
  auto persist(const Body& body) -> decltype(body());

  LetterBoxSetup setup_;
  LetterBoxOptions options_;
  Jitter jitter_;
  Leases leases_;
  wire::QueueState at_start_;
  std::map<std::string, size_t> slots_;  // of what is in the box, by id
  std::set<std::string> seen_, removed_, later_;
  size_t next_slot_ = 0;
  uint64_t told_ = 0;
  uint32_t idle_ = 0;  // polls in a row that brought nothing new

  struct Closing {
    std::mutex mutex;
    std::condition_variable changed;
    bool closing = false;
  };
  Closing closing_;
  std::optional<Thread> keeper_;
};

}  // namespace silversmith::app
