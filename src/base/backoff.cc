// SPDX-License-Identifier: Apache-2.0
#include "base/backoff.h"

#include <algorithm>

namespace silversmith {

namespace {

constexpr uint64_t golden_ratio = 0x9e3779b97f4a7c15;
constexpr uint32_t doublings_max = 20;

}  // namespace

uint64_t Jitter::next() {
  uint64_t mixed = state_.fetch_add(golden_ratio) + golden_ratio;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

int64_t Backoff::pause_micros(uint32_t attempts, Jitter& jitter) const {
  uint32_t doublings = std::min(attempts - 1, doublings_max);
  int64_t whole = std::min(pause_micros_min << doublings, pause_micros_max);
  return whole * static_cast<int64_t>(jitter.next() % 1024) / 1024;
}

}  // namespace silversmith
