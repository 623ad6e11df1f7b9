// SPDX-License-Identifier: Apache-2.0
// A queue's messages → work → deleted or left to come again. One thread asks for as many messages
// as there are idle slots, each slot works on one, and one thread keeps their leases. The one thing
// to know: a message is deleted only when all it asked for is done; whatever else happens, a crash
// at any instruction included, it comes again by itself. Behaviour: docs/operations/worker.md.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/backoff.h"
#include "base/json.h"
#include "base/log.h"
#include "base/thread.h"
#include "leases.h"
#include "smith/handler.h"
#include "wire/queue.h"

namespace silversmith::app {

struct WorkerOptions {
  uint32_t concurrency = 4;     // slots, 1 to 64
  uint32_t lease_seconds = 60;  // of one lease; extended while work goes on
  uint32_t drain_seconds = 20;  // after a stop, for what is in work
  uint32_t poll_seconds = 20;   // of one long poll, at most SQS's own 20
  uint32_t cut_seconds = 5;     // what is cut off at the drain's end must have ended by then
  uint64_t seed = 1;            // of the jitter
};

// Who does the work of each slot. begin(), work() of one slot and the next begin() never overlap;
// stop() may come from another thread at any time.
class Crew {
 public:
  virtual ~Crew() = default;
  virtual void begin(size_t slot) = 0;
  virtual smith::Verdict work(size_t slot, const wire::QueueMessage& message) = 0;
  // work() of that slot, if under way, is to end soon; nothing half-done may be visible then.
  virtual void stop(size_t slot) = 0;
  // The same of all of them, their waits for the network included; there will be no more.
  virtual void stop_all() = 0;
};

// Why a message was given back.
enum class Returned : uint8_t { transient, misconfigured, unreadable, stopped };
inline constexpr size_t returned_count = 4;
std::string_view name_of(Returned reason);

struct QueueCounts {
  uint64_t polls = 0;
  uint64_t polls_failed = 0;
  uint64_t received = 0;
  uint64_t deleted = 0;
  uint64_t deletes_failed = 0;  // done, and will come again
  uint64_t leases_lost = 0;
  std::array<uint64_t, returned_count> returned = {};
};

struct WorkerState {
  QueueCounts counts;
  size_t in_flight = 0;
  int64_t oldest_sent_millis = 0;  // of those, when it was sent; 0: none
  std::string trouble;             // why it is not healthy; "": it is
};

// How the end went.
enum class Drained : uint8_t {
  whole,      // nothing was in work any more
  cut,        // what was still in work was stopped and given back
  abandoned,  // the same, but its threads have not ended: the process must, without waiting
};

struct WorkerSetup {
  wire::Queue& polls;    // waits of it end with stopped once `drain` is set
  wire::Queue& answers;  // never stopped
  Crew& crew;
  Clock& clock;
  const std::atomic<bool>& drain;  // set it, from a signal handler say, to end run()
  // What a person or the log is told. From any thread.
  std::function<void(Level level, const std::string& text, const Json& fields)> tell;
};

class Worker {
 public:
  Worker(const WorkerSetup& setup, const WorkerOptions& options);
  ~Worker();

  // Works until `drain` is set. Fails with busy when threads can't be had, and as the first poll
  // does unless that may pass: then nothing was received.
  Result<Drained> run();

  // From any thread.
  WorkerState state() const;

 private:
  struct Slot {
    std::optional<wire::QueueMessage> next;
    bool busy = false;
    std::string lease_trouble;  // why its lease could not be extended; "": it could
  };
  struct Guarded {
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::vector<Slot> slots;
    bool closing = false;
    QueueCounts counts;
    int64_t polled_micros = 0;  // when a poll last succeeded, or could be again; 0: never
    std::string poll_trouble;   // why the last one did not
    bool full = false;          // every slot is busy, so there are no polls
    bool draining = false;
  };

  Result<> start_threads();
  Result<> poll_until_drain();
  size_t wait_for_idle();
  void dispatch(std::vector<wire::QueueMessage> messages);
  void pause(int64_t micros);  // shorter when it is to drain
  void note_poll(const Result<std::vector<wire::QueueMessage>>& polled);
  Drained drain();
  void abandon();
  void work_slot(size_t slot);
  void settle(size_t slot, const wire::QueueMessage& message, smith::Verdict verdict);
  void remove(const wire::QueueMessage& message);
  void give_back(const wire::QueueMessage& message, Returned reason);
  void keep_leases();
  bool wait_until(std::unique_lock<std::mutex>& lock, int64_t micros,
                  const std::function<bool()>& done);
  void count(const std::function<void(QueueCounts&)>& change);
  void lost(const wire::QueueMessage& message, const std::string& why);
  void note_lease_trouble(size_t slot, const std::string& why);
  std::string why_ended(size_t slot) const;
  std::string trouble() const;

  WorkerSetup setup_;
  WorkerOptions options_;
  Leases leases_;
  Jitter jitter_;
  Guarded guarded_;
  std::atomic<bool> cut_ = false;
  std::deque<Thread> threads_;
};

// After how many seconds a message comes again that was received so often.
uint32_t pause_seconds(Returned reason, uint64_t receives, Jitter& jitter);

}  // namespace silversmith::app
