// SPDX-License-Identifier: Apache-2.0
// The pause before another try: it doubles from try to try up to a bound, and a random share of it
// is taken, so that those who failed together don't come again together ("full jitter").
#pragma once

#include <atomic>
#include <cstdint>

namespace silversmith {

// SplitMix64: enough to spread workers, and the same run after run for a seed. Safe to use from
// several threads.
class Jitter {
 public:
  explicit Jitter(uint64_t seed) : state_(seed) {}
  uint64_t next();

 private:
  std::atomic<uint64_t> state_;
};

struct Backoff {
  int64_t pause_micros_min = 0;  // before the second try; doubles from there
  int64_t pause_micros_max = 0;

  // Requires that at least one attempt was made.
  int64_t pause_micros(uint32_t attempts, Jitter& jitter) const;
};

}  // namespace silversmith
