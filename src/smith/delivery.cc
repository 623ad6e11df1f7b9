// SPDX-License-Identifier: Apache-2.0
#include "smith/delivery.h"

namespace silversmith::smith {

bool Delivery::add(uint64_t span, SpanProduct product) {
  // The lock is held while the product is written: there is one file, and it takes turns anyway.
  std::lock_guard lock(guarded_.mutex);
  if (guarded_.ended) return false;
  guarded_.waiting.emplace(span, std::move(product));
  for (auto first = guarded_.waiting.begin();
       first != guarded_.waiting.end() && first->first == guarded_.next;
       first = guarded_.waiting.begin()) {
    SpanProduct in_order = std::move(first->second);
    guarded_.waiting.erase(first);
    Result<bool> going = take_(guarded_.next++, std::move(in_order));
    if (going && *going) continue;
    if (!going) guarded_.error = std::move(going).error();
    guarded_.ended = true;
    return false;
  }
  return true;
}

Result<bool> Delivery::outcome() {
  std::lock_guard lock(guarded_.mutex);
  if (guarded_.error.has_value()) return *guarded_.error;
  return !guarded_.ended;
}

bool Delivery::drained() {
  std::lock_guard lock(guarded_.mutex);
  return guarded_.waiting.empty();
}

}  // namespace silversmith::smith
