// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.h"

namespace silversmith::app {

namespace {

constexpr int64_t second = 1'000'000;
constexpr uint32_t messages_max = 10;    // of one poll; SQS's own
constexpr int64_t look_micros = 50'000;  // a signal can't ring a condition: how often it is looked
constexpr Backoff after_failed_poll{second / 2, 20 * second};
constexpr Backoff after_failed_delete{second / 5, 2 * second};
constexpr uint32_t delete_tries = 4;
// A long poll that brings nothing takes its time; one that does not would be asked without end.
constexpr int64_t empty_micros_min = second / 2;
// A poll must have succeeded within so long for the worker to be called healthy.
constexpr int64_t healthy_micros = 60 * second;

Json about(const wire::QueueMessage& message) {
  Json fields = Json::object();
  fields.set("message_id", message.id).set("receives", message.receives);
  return fields;
}

Returned reason_of(smith::Verdict verdict) {
  switch (verdict) {
    case smith::Verdict::done: break;
    case smith::Verdict::unreadable: return Returned::unreadable;
    case smith::Verdict::misconfigured: return Returned::misconfigured;
    case smith::Verdict::transient: return Returned::transient;
  }
  return Returned::transient;
}

// What the queue says of a lease that is not ours any more.
constexpr const char* somebody_else = ", somebody else has the message: ";

}  // namespace

std::string_view name_of(Returned reason) {
  switch (reason) {
    case Returned::transient: return "transient";
    case Returned::misconfigured: return "misconfigured";
    case Returned::unreadable: return "unreadable";
    case Returned::stopped: return "stopped";
  }
  return "transient";
}

uint32_t pause_seconds(Returned reason, uint64_t receives, Jitter& jitter) {
  if (reason == Returned::stopped) return 0;
  bool operators = reason == Returned::misconfigured;
  uint64_t whole = operators ? 60 : 2;
  uint64_t most = operators ? 1800 : 900;
  // By the twelfth time any of them has reached its most.
  whole = std::min(most, whole << std::min<uint64_t>(std::max<uint64_t>(receives, 1) - 1, 12));
  // Half of it is chance: those that failed together don't come together again.
  return static_cast<uint32_t>(whole - jitter.next() % (whole / 2 + 1));
}

Worker::Worker(const WorkerSetup& setup, const WorkerOptions& options)
    : setup_(setup),
      options_(options),
      leases_({.queue = setup.answers,
               .clock = setup.clock,
               .seconds = options.lease_seconds,
               .on_lost =
                   [this](size_t slot, const Error& why) {
                     note_lease_trouble(slot, one_line(why));
                     setup_.crew.stop(slot);
                     setup_.tell(Level::warn,
                                 "giving up the work of a lost lease: " + one_line(why), {});
                   },
               .on_trouble =
                   [this](size_t slot, const Error& why) {
                     note_lease_trouble(slot, one_line(why));
                     setup_.tell(Level::warn, "cannot extend a lease: " + one_line(why), {});
                   }}),
      jitter_(options.seed) {
  SMITH_CHECK(options.concurrency >= 1, "a worker without slots");
  guarded_.slots.resize(options.concurrency);
}

// After run() this joins nothing, unless what was abandoned is still there.
Worker::~Worker() {
  {
    std::lock_guard lock(guarded_.mutex);
    guarded_.closing = true;
  }
  guarded_.changed.notify_all();
  threads_.clear();
}

Result<Drained> Worker::run() {
  Result<> worked = start_threads();
  if (worked.ok()) worked = poll_until_drain();
  Drained drained = worked.ok() ? drain() : Drained::whole;
  if (drained == Drained::abandoned) return drained;
  {
    std::lock_guard lock(guarded_.mutex);
    guarded_.closing = true;
  }
  guarded_.changed.notify_all();
  threads_.clear();  // joins them
  SMITH_TRY(std::move(worked));
  return drained;
}

Result<> Worker::start_threads() {
  for (size_t slot = 0; slot < options_.concurrency; ++slot) {
    threads_.push_back(SMITH_TRY(Thread::start([this, slot] { work_slot(slot); })));
  }
  threads_.push_back(SMITH_TRY(Thread::start([this] { keep_leases(); })));
  return {};
}

// Whether `done` came true within that time; a signal is seen, as its flag is looked at.
bool Worker::wait_until(std::unique_lock<std::mutex>& lock, int64_t micros,
                        const std::function<bool()>& done) {
  int64_t end = setup_.clock.steady_micros() + micros;
  while (!done()) {
    int64_t left = end - setup_.clock.steady_micros();
    if (left <= 0) return false;
    guarded_.changed.wait_for(lock, std::chrono::microseconds(std::min(left, look_micros)));
  }
  return true;
}

// How many slots are idle: at least one, unless the worker is to drain.
size_t Worker::wait_for_idle() {
  std::unique_lock lock(guarded_.mutex);
  size_t idle = 0;
  auto ready = [&] {
    idle = static_cast<size_t>(std::count_if(guarded_.slots.begin(), guarded_.slots.end(),
                                             [](const Slot& slot) { return !slot.busy; }));
    bool was_full = std::exchange(guarded_.full, idle == 0);
    // There were no polls as nobody could have worked on what they bring: the next one has as long
    // as if the last had just been.
    if (was_full && idle > 0 && guarded_.polled_micros != 0) {
      guarded_.polled_micros = setup_.clock.steady_micros();
    }
    return idle > 0 || setup_.drain.load();
  };
  while (!wait_until(lock, healthy_micros, ready)) {
  }
  return idle;
}

Result<> Worker::poll_until_drain() {
  uint32_t failures = 0;
  bool polled_once = false;
  while (!setup_.drain.load()) {
    size_t idle = wait_for_idle();
    if (setup_.drain.load()) break;
    auto count_max = static_cast<uint32_t>(std::min<size_t>(idle, messages_max));
    int64_t asked = setup_.clock.steady_micros();
    auto polled = setup_.polls.receive(count_max, options_.poll_seconds, options_.lease_seconds);
    if (!polled.ok() && polled.error().code == Code::stopped) break;
    note_poll(polled);
    if (polled.ok()) {
      polled_once = true;
      failures = 0;
      if (polled->empty() && setup_.clock.steady_micros() - asked < empty_micros_min) pause(second);
      dispatch(*std::move(polled));
      continue;
    }
    if (!polled_once && polled.error().code != Code::busy) return std::move(polled).error();
    setup_.tell(Level::warn, "cannot receive: " + one_line(polled.error()), {});
    pause(after_failed_poll.pause_micros(++failures, jitter_));
  }
  return {};
}

void Worker::pause(int64_t micros) {
  std::unique_lock lock(guarded_.mutex);
  wait_until(lock, micros, [this] { return setup_.drain.load(); });
}

void Worker::note_poll(const Result<std::vector<wire::QueueMessage>>& polled) {
  std::lock_guard lock(guarded_.mutex);
  guarded_.counts.polls++;
  if (polled.ok()) {
    guarded_.polled_micros = setup_.clock.steady_micros();
    guarded_.poll_trouble.clear();
    guarded_.counts.received += polled->size();
  } else {
    guarded_.counts.polls_failed++;
    guarded_.poll_trouble = polled.error().message;
  }
}

void Worker::dispatch(std::vector<wire::QueueMessage> messages) {
  size_t slot = 0;
  for (wire::QueueMessage& message : messages) {
    {
      std::lock_guard lock(guarded_.mutex);
      while (slot < guarded_.slots.size() && guarded_.slots[slot].busy) ++slot;
      // No queue gives more than it was asked for; one that does has them back when they expire.
      if (slot == guarded_.slots.size()) return;
      guarded_.slots[slot].busy = true;
      guarded_.slots[slot].lease_trouble.clear();
    }
    setup_.tell(Level::debug, "received", about(message));
    setup_.crew.begin(slot);
    leases_.take(slot, message);
    {
      std::lock_guard lock(guarded_.mutex);
      guarded_.slots[slot].next = std::move(message);
    }
    guarded_.changed.notify_all();
  }
}

void Worker::work_slot(size_t slot) {
  while (true) {
    wire::QueueMessage message;
    {
      std::unique_lock lock(guarded_.mutex);
      Slot& mine = guarded_.slots[slot];
      guarded_.changed.wait(lock, [&] { return mine.next.has_value() || guarded_.closing; });
      if (!mine.next.has_value()) return;
      message = *std::move(mine.next);
      mine.next.reset();
    }
    smith::Verdict verdict = setup_.crew.work(slot, message);
    settle(slot, message, verdict);
    {
      std::lock_guard lock(guarded_.mutex);
      guarded_.slots[slot].busy = false;
    }
    guarded_.changed.notify_all();
  }
}

void Worker::keep_leases() {
  while (true) {
    int64_t wait = std::min(leases_.beat(), second / 10);
    std::unique_lock lock(guarded_.mutex);
    if (wait_until(lock, std::max<int64_t>(wait, 1000), [this] { return guarded_.closing; }))
      return;
  }
}

void Worker::settle(size_t slot, const wire::QueueMessage& message, smith::Verdict verdict) {
  Lease lease = leases_.release(slot);
  if (lease != Lease::held) {
    bool done = verdict == smith::Verdict::done;
    std::string why = lease == Lease::lost ? somebody_else : why_ended(slot);
    return lost(message, why + (done ? "the work was done all the same, and is done once"
                                     : "its work was given up"));
  }
  if (verdict == smith::Verdict::done) return remove(message);
  give_back(message, cut_.load() ? Returned::stopped : reason_of(verdict));
}

void Worker::lost(const wire::QueueMessage& message, const std::string& why) {
  count([](QueueCounts& counts) { counts.leases_lost++; });
  setup_.tell(Level::warn, "a lease was lost" + why, about(message));
}

void Worker::note_lease_trouble(size_t slot, const std::string& why) {
  std::lock_guard lock(guarded_.mutex);
  guarded_.slots[slot].lease_trouble = why;
}

// Nobody knows then whether somebody else was given the message.
std::string Worker::why_ended(size_t slot) const {
  std::lock_guard lock(guarded_.mutex);
  const std::string& why = guarded_.slots[slot].lease_trouble;
  return ": it ended and could not be extended" + (why.empty() ? "" : " (" + why + ")") + ": ";
}

void Worker::remove(const wire::QueueMessage& message) {
  for (uint32_t tries = 1;; ++tries) {
    Result<> removed = setup_.answers.remove(message);
    if (removed.ok()) {
      count([](QueueCounts& counts) { counts.deleted++; });
      return setup_.tell(Level::debug, "deleted", about(message));
    }
    if (removed.error().code == Code::conflict)
      return lost(message, std::string(somebody_else) + "the work was done, once");
    if (removed.error().code != Code::busy || tries == delete_tries || cut_.load()) {
      count([](QueueCounts& counts) { counts.deletes_failed++; });
      return setup_.tell(
          Level::error,
          "cannot delete a message that is done; it comes again: " + one_line(removed.error()),
          about(message));
    }
    setup_.clock.sleep_micros(after_failed_delete.pause_micros(tries, jitter_));
  }
}

void Worker::give_back(const wire::QueueMessage& message, Returned reason) {
  uint32_t seconds = pause_seconds(reason, message.receives, jitter_);
  Result<> hidden = setup_.answers.hide(message, seconds);
  // What can't be given back comes again when its lease ends.
  if (!hidden.ok() && hidden.error().code == Code::conflict) {
    return lost(message, std::string(somebody_else) + "it was to be given back");
  }
  count([&](QueueCounts& counts) { counts.returned[static_cast<size_t>(reason)]++; });
  Json fields = about(message);
  fields.set("reason", name_of(reason));
  if (hidden.ok()) fields.set("again_in_seconds", int64_t{seconds});
  std::string text = "given back: " + std::string(name_of(reason));
  Level level = reason == Returned::stopped ? Level::info : Level::warn;
  if (reason == Returned::unreadable) {
    level = Level::error;
    text = "an unreadable message is not deleted: the queue's redrive policy moves it away";
  }
  setup_.tell(level, text, fields);
}

// 1. no more polls   2. time for what is in work   3. what is left is stopped and given back
Drained Worker::drain() {
  auto all_idle = [this] {
    return std::none_of(guarded_.slots.begin(), guarded_.slots.end(),
                        [](const Slot& slot) { return slot.busy; });
  };
  std::unique_lock lock(guarded_.mutex);
  guarded_.draining = true;
  if (wait_until(lock, options_.drain_seconds * second, all_idle)) return Drained::whole;
  lock.unlock();
  cut_ = true;
  setup_.tell(Level::warn, "the time to drain is over: what is in work is given back", {});
  setup_.crew.stop_all();
  lock.lock();
  if (wait_until(lock, options_.cut_seconds * second, all_idle)) return Drained::cut;
  lock.unlock();
  abandon();
  return Drained::abandoned;
}

// Work that does not end is left behind with the process: nothing of it is visible, as after a
// crash. Its message need not wait for the end of its lease.
void Worker::abandon() {
  for (const auto& [slot, message] : leases_.messages()) {
    if (leases_.release(slot) == Lease::held) give_back(message, Returned::stopped);
  }
}

void Worker::count(const std::function<void(QueueCounts&)>& change) {
  std::lock_guard lock(guarded_.mutex);
  change(guarded_.counts);
}

WorkerState Worker::state() const {
  WorkerState state;
  state.in_flight = leases_.count();
  state.oldest_sent_millis = leases_.oldest_sent_millis();
  std::lock_guard lock(guarded_.mutex);
  state.counts = guarded_.counts;
  state.trouble = trouble();
  return state;
}

// Why it is not healthy. Requires the lock.
std::string Worker::trouble() const {
  if (guarded_.draining) return "draining";
  int64_t ago = setup_.clock.steady_micros() - guarded_.polled_micros;
  bool polled = guarded_.polled_micros != 0;
  bool lately = polled && (guarded_.full || ago <= healthy_micros);
  if (lately && (!guarded_.full || guarded_.poll_trouble.empty())) return "";
  if (!guarded_.poll_trouble.empty()) return guarded_.poll_trouble;
  if (!polled) return "no poll of the queue has succeeded yet";
  return "the last successful poll was " + std::to_string(ago / second) + " s ago";
}

}  // namespace silversmith::app
