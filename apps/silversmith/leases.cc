// SPDX-License-Identifier: Apache-2.0
#include "leases.h"

#include <algorithm>

#include "base/check.h"

namespace silversmith::app {

namespace {

constexpr int64_t second = 1'000'000;

}  // namespace

void Leases::take(size_t slot, const wire::QueueMessage& message) {
  int64_t now = setup_.clock.steady_micros();
  int64_t whole = setup_.seconds * second;
  Held held;
  held.message = message;
  held.message.body.clear();
  held.message.attributes.clear();
  held.ends_micros = now + whole;
  held.due_micros = now + whole / 3;
  std::lock_guard lock(guarded_.mutex);
  bool added = guarded_.held.emplace(slot, std::move(held)).second;
  SMITH_CHECK(added, "a slot has one lease");
}

int64_t Leases::beat() {
  while (auto slot = next_due(setup_.clock.steady_micros())) extend(*slot);
  std::lock_guard lock(guarded_.mutex);
  int64_t now = setup_.clock.steady_micros();
  int64_t wait = second;
  for (const auto& [slot, held] : guarded_.held) {
    if (held.lease == Lease::held) wait = std::min(wait, held.due_micros - now);
  }
  return std::max<int64_t>(wait, 0);
}

// The most urgent of those that are due; it is then being extended.
std::optional<size_t> Leases::next_due(int64_t now) {
  std::lock_guard lock(guarded_.mutex);
  auto first = guarded_.held.end();
  for (auto it = guarded_.held.begin(); it != guarded_.held.end(); ++it) {
    if (it->second.lease != Lease::held || it->second.due_micros > now) continue;
    if (first == guarded_.held.end() || it->second.ends_micros < first->second.ends_micros) {
      first = it;
    }
  }
  if (first == guarded_.held.end()) return std::nullopt;
  first->second.extending = true;
  return first->first;
}

// release() waits while a lease is being extended, so the message can be read without the lock:
// entries of a map stay where they are.
void Leases::extend(size_t slot) {
  const wire::QueueMessage* message = nullptr;
  {
    std::lock_guard lock(guarded_.mutex);
    message = &guarded_.held.at(slot).message;
  }
  int64_t asked = setup_.clock.steady_micros();
  Result<> extended = setup_.queue.hide(*message, setup_.seconds);
  int64_t now = setup_.clock.steady_micros();
  int64_t whole = setup_.seconds * second;
  bool lost = false;
  {
    std::lock_guard lock(guarded_.mutex);
    Held& held = guarded_.held.at(slot);
    if (extended.ok()) {
      held.ends_micros = asked + whole;
      held.due_micros = asked + whole / 3;
    } else {
      if (now >= held.ends_micros) held.lease = Lease::ended;
      if (extended.error().code == Code::conflict) held.lease = Lease::lost;
      lost = held.lease != Lease::held;
      held.due_micros = std::min(now + std::max(whole / 12, second / 2), held.ends_micros);
    }
  }
  // Told before release() can return: the stop is of this message's work, never of the next one's.
  if (lost) setup_.on_lost(slot, extended.error());
  if (!lost && !extended.ok() && setup_.on_trouble) setup_.on_trouble(slot, extended.error());
  std::lock_guard lock(guarded_.mutex);
  guarded_.held.at(slot).extending = false;
  guarded_.settled.notify_all();
}

Lease Leases::release(size_t slot) {
  std::unique_lock lock(guarded_.mutex);
  auto found = guarded_.held.end();
  // Looked up anew after each wait: when work is abandoned its slot may end all the same, and of
  // the two that release its lease the other may have been first.
  auto settled = [&] {
    found = guarded_.held.find(slot);
    return found == guarded_.held.end() || !found->second.extending;
  };
  if (!settled() && setup_.on_wait) setup_.on_wait(slot);
  guarded_.settled.wait(lock, settled);
  if (found == guarded_.held.end()) return Lease::lost;
  bool over = setup_.clock.steady_micros() >= found->second.ends_micros;
  Lease lease = found->second.lease;
  if (lease == Lease::held && over) lease = Lease::ended;
  guarded_.held.erase(found);
  return lease;
}

size_t Leases::count() const {
  std::lock_guard lock(guarded_.mutex);
  return guarded_.held.size();
}

std::map<size_t, wire::QueueMessage> Leases::messages() const {
  std::lock_guard lock(guarded_.mutex);
  std::map<size_t, wire::QueueMessage> messages;
  for (const auto& [slot, held] : guarded_.held) messages.emplace(slot, held.message);
  return messages;
}

int64_t Leases::oldest_sent_millis() const {
  std::lock_guard lock(guarded_.mutex);
  int64_t oldest = 0;
  for (const auto& [slot, held] : guarded_.held) {
    int64_t sent = held.message.sent_millis;
    if (sent != 0 && (oldest == 0 || sent < oldest)) oldest = sent;
  }
  return oldest;
}

}  // namespace silversmith::app
