// SPDX-License-Identifier: Apache-2.0
#include "letter_box.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace silversmith::app {

namespace {

constexpr uint32_t poll_max = 10;  // messages of one poll; SQS's own
constexpr uint32_t tries_max = 5;
constexpr Backoff after_trouble{200'000, 3'000'000};
// A poll asks only some of the queue's servers unless it waits; and the count of what is there is
// about right at best. So an empty poll is believed at once only when as many came as were counted.
constexpr uint32_t idle_polls_max = 3;
constexpr int64_t beat_micros_max = 100'000;

}  // namespace

LetterBox::LetterBox(const LetterBoxSetup& setup, LetterBoxOptions options)
    : setup_(setup),
      options_(std::move(options)),
      jitter_(options_.seed),
      // What is lost comes again, is known by its id, and is not told twice.
      leases_({.queue = setup.queue,
               .clock = setup.clock,
               .seconds = options_.lease_seconds,
               .on_lost = [](size_t, const Error&) {},
               .on_trouble = {}}) {}

LetterBox::~LetterBox() {
  auto given = give_back();
  static_cast<void>(given);
  {
    std::lock_guard lock(closing_.mutex);
    closing_.closing = true;
  }
  closing_.changed.notify_all();
}

// Passing trouble is waited out a few times.
template <class Body>
auto LetterBox::persist(const Body& body) -> decltype(body()) {
  for (uint32_t tries = 1;; ++tries) {
    auto outcome = body();
    if (outcome.ok() || outcome.error().code != Code::busy || tries == tries_max) return outcome;
    setup_.clock.sleep_micros(after_trouble.pause_micros(tries, jitter_));
    if (setup_.stop.load()) return outcome;
  }
}

Result<wire::QueueState> LetterBox::open() {
  at_start_ = SMITH_TRY(persist([this] { return setup_.queue.state(); }));
  return at_start_;
}

Result<> LetterBox::keep_leases() {
  keeper_.emplace(SMITH_TRY(Thread::start([this] {
    while (true) {
      int64_t wait = std::min(leases_.beat(), beat_micros_max);
      std::unique_lock lock(closing_.mutex);
      auto closing = [this] { return closing_.closing; };
      if (closing_.changed.wait_for(lock, std::chrono::microseconds(wait), closing)) return;
    }
  })));
  return {};
}

bool LetterBox::is_over() const {
  if (setup_.stop.load()) return true;
  if (!options_.wanted.empty()) return missing().empty();
  return options_.count_max > 0 && told_ >= options_.count_max;
}

Result<std::vector<wire::QueueMessage>> LetterBox::next() {
  while (!is_over()) {
    // What was sent since we began is no news: whoever feeds the queue would keep us for ever.
    size_t known = seen_.size() - later_.size();
    auto fresh = sort_out(SMITH_TRY(receive()));
    told_ += fresh.size();
    idle_ = seen_.size() - later_.size() > known ? 0 : idle_ + 1;
    if (!fresh.empty()) return fresh;
    bool enough = seen_.size() >= at_start_.waiting;
    if (idle_ >= (enough ? 1 : idle_polls_max)) break;
  }
  return std::vector<wire::QueueMessage>();
}

Result<std::vector<wire::QueueMessage>> LetterBox::receive() {
  // Who looks for a few among many looks at ten at a time.
  bool bounded = options_.count_max > 0 && options_.wanted.empty();
  uint64_t left = bounded ? options_.count_max - told_ : poll_max;
  auto count = static_cast<uint32_t>(std::min<uint64_t>(left, poll_max));
  uint32_t wait_seconds = seen_.size() >= at_start_.waiting ? 0 : 1;
  return persist([&] { return setup_.queue.receive(count, wait_seconds, options_.lease_seconds); });
}

std::vector<wire::QueueMessage> LetterBox::sort_out(std::vector<wire::QueueMessage> received) {
  std::vector<wire::QueueMessage> fresh;
  for (wire::QueueMessage& message : received) {
    bool is_fresh = is_new(message);
    if (!removed_.contains(message.id)) hold(message);
    if (is_fresh) fresh.push_back(std::move(message));
  }
  return fresh;
}

bool LetterBox::is_new(const wire::QueueMessage& message) {
  if (removed_.contains(message.id)) {
    // It is done, and its removal was not heard of. When this one isn't either it stays in the
    // queue, for the next one who looks.
    auto removed = setup_.queue.remove(message);
    static_cast<void>(removed);
    return false;
  }
  if (!seen_.insert(message.id).second) return false;
  if (!options_.wanted.empty()) return options_.wanted.contains(message.id);
  bool in_time =
      options_.sent_before_millis == 0 || message.sent_millis <= options_.sent_before_millis;
  if (!in_time) later_.insert(message.id);
  return in_time;
}

void LetterBox::hold(const wire::QueueMessage& message) {
  release(message.id);
  leases_.take(next_slot_, message);
  slots_[message.id] = next_slot_++;
}

Lease LetterBox::release(const std::string& id) {
  auto found = slots_.find(id);
  if (found == slots_.end()) return Lease::lost;
  Lease lease = leases_.release(found->second);
  slots_.erase(found);
  return lease;
}

// Also after the lease: a message that nobody was given meanwhile can still be removed. What can't
// be is given back with the others.
Result<> LetterBox::remove(const wire::QueueMessage& message) {
  removed_.insert(message.id);
  Result<> removed = persist([&] { return setup_.queue.remove(message); });
  if (removed.ok() || removed.error().code == Code::conflict) release(message.id);
  return removed;
}

Result<> LetterBox::give_back() {
  std::vector<wire::QueueMessage> messages;
  for (auto& [slot, message] : leases_.messages()) {
    if (leases_.release(slot) == Lease::held) messages.push_back(std::move(message));
  }
  slots_.clear();
  if (messages.empty()) return {};
  return setup_.queue.give_back(messages);
}

std::vector<std::string> LetterBox::missing() const {
  std::vector<std::string> ids;
  std::set_difference(options_.wanted.begin(), options_.wanted.end(), seen_.begin(), seen_.end(),
                      std::back_inserter(ids));
  return ids;
}

uint64_t LetterBox::unseen() const {
  return at_start_.all() - std::min<uint64_t>(at_start_.all(), seen_.size());
}

}  // namespace silversmith::app
