// SPDX-License-Identifier: Apache-2.0
// Threads of which exactly one runs at a time: whoever holds the baton. At every step() a seeded
// generator says who runs next, so a seed names one interleaving and replays it exactly.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

namespace silversmith::sim {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
  uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }
  uint64_t below(uint64_t bound) { return next() % bound; }
  bool one_in(uint64_t count) { return below(count) == 0; }

 private:
  uint64_t state_;
};

class Baton {
 public:
  Baton(uint64_t seed, size_t actors)
      : random_(seed), waiting_(actors), alive_(actors, true), wakes_(actors, 0) {
    current_ = random_.below(actors);
  }

  // Blocks until it is this actor's turn. First call of every actor's thread.
  void enter(size_t actor) {
    std::unique_lock lock(mutex_);
    waiting_[actor].wait(lock, [&] { return current_ == actor; });
  }
  // A point at which others may run.
  void step(size_t actor) {
    std::unique_lock lock(mutex_);
    if (random_.one_in(3)) return;  // runs of one actor are cheap and as legal as any
    // Now and then one is slow beyond measure: others do whole conversions between two of its
    // calls.
    if (random_.one_in(stall_one_in)) wakes_[actor] = passes_ + random_.below(stall_passes_max);
    pass();
    waiting_[actor].wait(lock, [&] { return current_ == actor; });
  }
  // As step(), for who has nothing to do: others come first for a while.
  void rest(size_t actor) {
    std::unique_lock lock(mutex_);
    wakes_[actor] = passes_ + random_.below(rest_passes_max);
    pass();
    waiting_[actor].wait(lock, [&] { return current_ == actor; });
  }
  // Last call of every actor's thread.
  void leave(size_t actor) {
    std::unique_lock lock(mutex_);
    alive_[actor] = false;
    pass();
  }
  // Only for who holds the baton.
  Random& random() { return random_; }
  // Who holds it: for what runs on another thread on the holder's behalf, while that waits.
  size_t holder() {
    std::unique_lock lock(mutex_);
    return current_;
  }

 private:
  static constexpr uint64_t rest_passes_max = 60;
  static constexpr uint64_t stall_one_in = 25;
  static constexpr uint64_t stall_passes_max = 300;

  void pass() {
    passes_++;
    std::vector<size_t> able = awake_at(passes_);
    if (able.empty()) able = awake_at(UINT64_MAX);
    if (able.empty()) return;
    current_ = able[random_.below(able.size())];
    waiting_[current_].notify_one();
  }
  std::vector<size_t> awake_at(uint64_t passes) const {
    std::vector<size_t> able;
    for (size_t i = 0; i < alive_.size(); i++) {
      if (alive_[i] && wakes_[i] <= passes) able.push_back(i);
    }
    return able;
  }

  std::mutex mutex_;
  Random random_;
  std::vector<std::condition_variable> waiting_;
  std::vector<bool> alive_;
  std::vector<uint64_t> wakes_;  // by actor: the pass from which on it may run
  uint64_t passes_ = 0;
  size_t current_ = 0;
};

}  // namespace silversmith::sim
