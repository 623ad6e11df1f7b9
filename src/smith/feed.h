// SPDX-License-Identifier: Apache-2.0
// One reader, several workers: the splitter's chunks, queued by span. The reader runs ahead until
// `ring_bytes_max` are waiting; a worker claims the next span and takes its chunks in order. Spans
// are claimed at most `window` ahead of the last one that settled, so that finished work waiting
// for its turn stays bounded.
//
// It cannot stall: the oldest unsettled span's chunks are the first in the ring, its worker takes
// them, and only newer spans wait.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "csv/splitter.h"

namespace silversmith::smith {

// A chunk of more bytes is one long record, which its worker holds several times over. One such is
// on its way at a time.
inline constexpr size_t long_chunk_bytes = size_t{1} << 20;

struct FeedOptions {
  size_t ring_bytes_max = size_t{16} << 20;
  uint64_t window = 2;
};

class Feed {
 public:
  // `splitter` must outlive this; only produce() uses it.
  Feed(csv::Splitter& splitter, FeedOptions options);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  // Puts a chunk that was read already in front. Before produce() only.
  void prime(csv::Chunk chunk);
  // The reader: splits until the end, an error or stop(). Call it once, on a thread of its own.
  // Fails with what the splitter fails with. Spans that were whole by then still reach the workers,
  // so that an error late in a file hides nothing that comes before it; after Code::stopped they
  // see the end at once.
  Result<> produce();

  // The workers. claim() waits for the next span, pop() for the span's next chunk; both yield
  // nothing at the end. give_back() returns a chunk's memory.
  std::optional<uint64_t> claim();
  std::optional<csv::Chunk> pop(uint64_t span);
  void give_back(csv::Chunk chunk);
  // Whether pop() gave all of the span. False when the feed ended early: then what was made of it
  // is a part and must be dropped.
  bool whole(uint64_t span);
  // The products of this span and of those before it have been taken: the window moves on.
  void settle(uint64_t span);
  // Ends everything early: waiting calls return nothing.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::smith
