// SPDX-License-Identifier: Apache-2.0
#include "smith/feed.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

namespace silversmith::smith {

namespace {

// One chunk may be larger than the whole ring (a long record), so the ring takes a chunk whenever
// it is empty, whatever the chunk's size.
struct SpanQueue {
  std::deque<csv::Chunk> chunks;
  bool complete = false;
};

struct Guarded {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<uint64_t, SpanQueue> spans;
  std::vector<Buffer<char>> returned;
  size_t ring_bytes = 0;
  uint64_t newest = 0;      // span of the last chunk that came
  bool any = false;         // a chunk came at all
  uint64_t next_claim = 0;
  uint64_t settled = 0;     // spans below this have settled
  bool ended = false;
  bool stopped = false;
};

}  // namespace

struct Feed::State {
  csv::Splitter& splitter;
  FeedOptions options;
  Guarded guarded;

  State(csv::Splitter& s, FeedOptions o) : splitter(s), options(o) {}

  // Requires the lock.
  void push_locked(csv::Chunk chunk) {
    if (guarded.any && chunk.span_index != guarded.newest) {
      guarded.spans[guarded.newest].complete = true;
    }
    guarded.any = true;
    guarded.newest = chunk.span_index;
    guarded.ring_bytes += chunk.buffer.size();
    guarded.spans[chunk.span_index].chunks.push_back(std::move(chunk));
  }

  void recycle() {
    std::vector<Buffer<char>> buffers;
    {
      std::lock_guard lock(guarded.mutex);
      buffers.swap(guarded.returned);
    }
    for (Buffer<char>& buffer : buffers) splitter.recycle(std::move(buffer));
  }

  // False when stopped.
  bool push(csv::Chunk chunk) {
    std::unique_lock lock(guarded.mutex);
    size_t bytes = chunk.buffer.size();
    guarded.changed.wait(lock, [&] {
      return guarded.stopped || guarded.ring_bytes == 0 ||
             guarded.ring_bytes + bytes <= options.ring_bytes_max;
    });
    if (guarded.stopped) return false;
    push_locked(std::move(chunk));
    guarded.changed.notify_all();
    return true;
  }

  void end() {
    std::lock_guard lock(guarded.mutex);
    if (guarded.any) guarded.spans[guarded.newest].complete = true;
    guarded.ended = true;
    guarded.changed.notify_all();
  }
};

Feed::Feed(csv::Splitter& splitter, FeedOptions options)
    : state_(std::make_unique<State>(splitter, options)) {}
Feed::~Feed() = default;

void Feed::prime(csv::Chunk chunk) {
  std::lock_guard lock(state_->guarded.mutex);
  state_->push_locked(std::move(chunk));
}

Result<> Feed::produce() {
  while (true) {
    state_->recycle();
    auto chunk = state_->splitter.next();
    if (!chunk) {
      stop();
      return std::move(chunk).error();
    }
    if (!chunk->has_value()) break;
    if (!state_->push(std::move(**chunk))) return {};
  }
  state_->end();
  return {};
}

std::optional<uint64_t> Feed::claim() {
  Guarded& guarded = state_->guarded;
  std::unique_lock lock(guarded.mutex);
  guarded.changed.wait(lock, [&] {
    bool there = guarded.spans.contains(guarded.next_claim);
    bool in_window = guarded.next_claim < guarded.settled + state_->options.window;
    return guarded.stopped || (there && in_window) || (guarded.ended && !there);
  });
  if (guarded.stopped || !guarded.spans.contains(guarded.next_claim)) return std::nullopt;
  return guarded.next_claim++;
}

std::optional<csv::Chunk> Feed::pop(uint64_t span) {
  Guarded& guarded = state_->guarded;
  std::unique_lock lock(guarded.mutex);
  SpanQueue& queue = guarded.spans[span];
  guarded.changed.wait(
      lock, [&] { return guarded.stopped || !queue.chunks.empty() || queue.complete; });
  if (guarded.stopped) return std::nullopt;
  if (queue.chunks.empty()) {
    guarded.spans.erase(span);
    return std::nullopt;
  }
  csv::Chunk chunk = std::move(queue.chunks.front());
  queue.chunks.pop_front();
  guarded.ring_bytes -= chunk.buffer.size();
  guarded.changed.notify_all();
  return chunk;
}

void Feed::give_back(csv::Chunk chunk) {
  std::lock_guard lock(state_->guarded.mutex);
  state_->guarded.returned.push_back(std::move(chunk.buffer));
}

void Feed::settle(uint64_t span) {
  Guarded& guarded = state_->guarded;
  std::lock_guard lock(guarded.mutex);
  if (span + 1 > guarded.settled) guarded.settled = span + 1;
  guarded.changed.notify_all();
}

void Feed::stop() {
  std::lock_guard lock(state_->guarded.mutex);
  state_->guarded.stopped = true;
  state_->guarded.changed.notify_all();
}

}  // namespace silversmith::smith
