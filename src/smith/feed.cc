// SPDX-License-Identifier: Apache-2.0
#include "smith/feed.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

namespace silversmith::smith {

namespace {

struct SpanQueue {
  std::deque<csv::Chunk> chunks;
  bool complete = false;  // no chunk of the span comes any more
};

bool is_long(const csv::Chunk& chunk) { return chunk.buffer.size() > long_chunk_bytes; }

struct Guarded {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<uint64_t, SpanQueue> spans;
  std::vector<Buffer<char>> returned;
  size_t ring_bytes = 0;   // of chunks that no worker has taken
  size_t long_chunks = 0;  // that came and were not given back
  uint64_t newest = 0;     // span of the last chunk that came
  bool any = false;        // a chunk came at all
  uint64_t next_claim = 0;
  uint64_t settled = 0;  // spans below this have settled
  bool ended = false;    // no chunk comes any more; the newest span may be cut off
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
    // A gap would leave claim() and the products behind it waiting for a span that never comes.
    SMITH_CHECK(chunk.span_index == (guarded.any ? guarded.newest : 0) ||
                    (guarded.any && chunk.span_index == guarded.newest + 1),
                "spans come without gaps");
    if (guarded.any && chunk.span_index != guarded.newest) {
      guarded.spans[guarded.newest].complete = true;
    }
    guarded.any = true;
    guarded.newest = chunk.span_index;
    guarded.ring_bytes += chunk.buffer.size();
    guarded.long_chunks += is_long(chunk) ? 1 : 0;
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

  // False when stopped. One chunk may be larger than the whole ring (a long record), so an empty
  // ring takes any.
  bool push(csv::Chunk chunk) {
    std::unique_lock lock(guarded.mutex);
    size_t bytes = chunk.buffer.size();
    guarded.changed.wait(lock, [&] {
      bool room = guarded.ring_bytes == 0 || guarded.ring_bytes + bytes <= options.ring_bytes_max;
      bool turn = !is_long(chunk) || guarded.long_chunks == 0;
      return guarded.stopped || (room && turn);
    });
    if (guarded.stopped) return false;
    push_locked(std::move(chunk));
    guarded.changed.notify_all();
    return true;
  }

  enum class Newest : uint8_t { complete, cut_off };
  void end(Newest newest) {
    std::lock_guard lock(guarded.mutex);
    auto last = guarded.spans.find(guarded.newest);
    if (newest == Newest::complete && last != guarded.spans.end()) last->second.complete = true;
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
      if (chunk.error().code == Code::stopped) stop();
      state_->end(State::Newest::cut_off);
      return std::move(chunk).error();
    }
    if (!chunk->has_value()) break;
    if (!state_->push(std::move(**chunk))) return {};
  }
  state_->end(State::Newest::complete);
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
  SpanQueue& queue = guarded.spans.at(span);  // only whole() erases it, and its worker calls that
  guarded.changed.wait(lock, [&] {
    return guarded.stopped || guarded.ended || queue.complete || !queue.chunks.empty();
  });
  if (guarded.stopped || queue.chunks.empty()) return std::nullopt;
  csv::Chunk chunk = std::move(queue.chunks.front());
  queue.chunks.pop_front();
  guarded.ring_bytes -= chunk.buffer.size();
  guarded.changed.notify_all();
  return chunk;
}

void Feed::give_back(csv::Chunk chunk) {
  bool was_long = is_long(chunk);
  // The reader would not use a long one again: it is freed before the next may come.
  if (was_long) chunk.buffer = {};
  std::lock_guard lock(state_->guarded.mutex);
  if (was_long) {
    --state_->guarded.long_chunks;
    state_->guarded.changed.notify_all();
  } else {
    state_->guarded.returned.push_back(std::move(chunk.buffer));
  }
}

bool Feed::whole(uint64_t span) {
  Guarded& guarded = state_->guarded;
  std::lock_guard lock(guarded.mutex);
  const SpanQueue& queue = guarded.spans.at(span);
  if (guarded.stopped || !queue.complete || !queue.chunks.empty()) return false;
  guarded.spans.erase(span);
  return true;
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
