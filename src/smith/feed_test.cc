// SPDX-License-Identifier: Apache-2.0
#include "smith/feed.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "support/memory_source.h"

namespace silversmith::smith {
namespace {

// Ten bytes a record; `span_bytes` and `chunk_bytes` decide how many go together.
std::string records(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    std::string number = std::to_string(i);
    text += std::string(9 - number.size(), '0') + number + "\n";
  }
  return text;
}

class FeedFixture {
 public:
  FeedFixture(std::string text, size_t chunk_bytes, uint64_t span_bytes)
      : source_(std::move(text)), splitter_(open(source_, chunk_bytes)) {
    splitter_.begin_spans(span_bytes);
  }
  csv::Splitter& splitter() { return splitter_; }

 private:
  static csv::Splitter open(ByteSource& source, size_t chunk_bytes) {
    csv::Dialect dialect;
    dialect.header = false;
    dialect.line_end = csv::LineEnd::newline;
    auto splitter = csv::Splitter::open(dialect, source, {chunk_bytes, ""});
    SMITH_CHECK(splitter.ok());
    return *std::move(splitter);
  }

  test::MemorySource source_;
  csv::Splitter splitter_;
};

// Fails with `code` when its bytes are used up.
class BrokenSource : public ByteSource {
 public:
  BrokenSource(std::string bytes, Code code) : bytes_(std::move(bytes)), code_(code) {}
  Result<size_t> read(std::span<char> into) override {
    size_t count = std::min(into.size(), bytes_.size() - position_);
    if (count == 0) return Error{code_, "broken", "", ""};
    bytes_.copy(into.data(), count, position_);
    position_ += count;
    return count;
  }

 private:
  std::string bytes_;
  Code code_;
  size_t position_ = 0;
};

struct Consumed {
  std::mutex mutex;
  std::map<uint64_t, std::string> spans;  // whole ones
  uint64_t cut_off = 0;
  uint64_t ahead_max = 0;  // spans in work at once, as the window counts them
};

// A worker that gives way `yields` times at every step.
void consume(Feed& feed, int yields, Consumed& consumed, std::atomic<uint64_t>& settled) {
  auto pause = [yields] {
    for (int i = 0; i < yields; ++i) std::this_thread::yield();
  };
  while (auto span = feed.claim()) {
    pause();
    std::string text;
    while (auto chunk = feed.pop(*span)) {
      text += chunk->text();
      pause();
      feed.give_back(std::move(*chunk));
    }
    bool whole = feed.whole(*span);
    std::lock_guard lock(consumed.mutex);
    if (!whole) {
      ++consumed.cut_off;
      continue;
    }
    consumed.ahead_max = std::max(consumed.ahead_max, *span + 1 - settled.load());
    consumed.spans[*span] = std::move(text);
    // Settles in order, as the assembler does.
    while (consumed.spans.contains(settled.load())) feed.settle(settled.fetch_add(1));
  }
}

std::string in_order(const Consumed& consumed) {
  std::string text;
  for (const auto& [span, part] : consumed.spans) text += part;
  return text;
}

TEST(Feed, gives_every_chunk_once_and_in_order_for_any_number_of_workers) {
  const std::string text = records(2000);
  for (size_t workers = 1; workers <= 8; ++workers) {
    FeedFixture fixture(text, 64, 300);
    Feed feed(fixture.splitter(), {256, workers + 1});
    Consumed consumed;
    std::atomic<uint64_t> settled = 0;
    std::vector<std::thread> threads;
    for (size_t i = 0; i < workers; ++i) {
      int yields = static_cast<int>((i * 7 + workers) % 5);
      threads.emplace_back([&, yields] { consume(feed, yields, consumed, settled); });
    }
    EXPECT_TRUE(feed.produce().ok());
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(in_order(consumed), text) << workers;
    EXPECT_GT(consumed.spans.size(), 60U);
    EXPECT_EQ(consumed.cut_off, 0U);
    EXPECT_LE(consumed.ahead_max, workers + 1);
  }
}

TEST(Feed, takes_chunks_that_are_larger_than_its_ring) {
  const std::string text = records(200);
  FeedFixture fixture(text, 500, 1000);
  Feed feed(fixture.splitter(), {1, 2});
  Consumed consumed;
  std::atomic<uint64_t> settled = 0;
  std::thread worker([&] { consume(feed, 1, consumed, settled); });
  EXPECT_TRUE(feed.produce().ok());
  worker.join();
  EXPECT_EQ(in_order(consumed), text);
}

TEST(Feed, claims_no_span_beyond_the_window) {
  FeedFixture fixture(records(100), 10, 100);
  Feed feed(fixture.splitter(), {size_t{1} << 20, 2});
  ASSERT_TRUE(feed.produce().ok());
  EXPECT_EQ(feed.claim(), 0U);
  EXPECT_EQ(feed.claim(), 1U);
  std::atomic<bool> claimed = false;
  std::thread third([&] {
    EXPECT_EQ(feed.claim(), 2U);
    claimed = true;
  });
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();
  EXPECT_FALSE(claimed);
  feed.settle(0);
  third.join();
}

TEST(Feed, a_chunk_read_before_comes_first) {
  const std::string text = records(50);
  FeedFixture fixture(text, 20, 100);
  auto first = fixture.splitter().next();
  ASSERT_TRUE(first.ok());
  Feed feed(fixture.splitter(), {});
  feed.prime(std::move(**first));
  Consumed consumed;
  std::atomic<uint64_t> settled = 0;
  std::thread worker([&] { consume(feed, 0, consumed, settled); });
  EXPECT_TRUE(feed.produce().ok());
  worker.join();
  EXPECT_EQ(in_order(consumed), text);
}

TEST(Feed, ends_well_when_there_is_nothing) {
  FeedFixture fixture("", 20, 100);
  Feed feed(fixture.splitter(), {});
  EXPECT_TRUE(feed.produce().ok());
  EXPECT_EQ(feed.claim(), std::nullopt);
}

TEST(Feed, a_stop_from_a_worker_ends_the_reader_that_waits_for_room) {
  FeedFixture fixture(records(1000), 20, 100);
  Feed feed(fixture.splitter(), {20, 2});
  std::thread worker([&] {
    auto span = feed.claim();
    ASSERT_TRUE(span.has_value());
    EXPECT_TRUE(feed.pop(*span).has_value());
    feed.stop();
    EXPECT_FALSE(feed.pop(*span).has_value());
    EXPECT_FALSE(feed.whole(*span));
  });
  EXPECT_TRUE(feed.produce().ok());
  worker.join();
  EXPECT_EQ(feed.claim(), std::nullopt);
}

TEST(Feed, a_stop_from_outside_ends_workers_that_wait) {
  FeedFixture fixture(records(10), 20, 100);
  Feed feed(fixture.splitter(), {});
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&] { EXPECT_EQ(feed.claim(), std::nullopt); });
  }
  for (int i = 0; i < 100; ++i) std::this_thread::yield();
  feed.stop();
  for (std::thread& worker : workers) worker.join();
}

csv::Splitter broken_splitter(BrokenSource& source) {
  csv::Dialect dialect;
  dialect.header = false;
  dialect.line_end = csv::LineEnd::newline;
  auto splitter = csv::Splitter::open(dialect, source, {20, ""});
  SMITH_CHECK(splitter.ok());
  splitter->begin_spans(100);
  return *std::move(splitter);
}

TEST(Feed, an_error_of_the_source_comes_after_the_spans_that_were_whole) {
  BrokenSource source(records(35), Code::corrupt);
  csv::Splitter splitter = broken_splitter(source);
  Feed feed(splitter, {40, 2});
  Consumed consumed;
  std::atomic<uint64_t> settled = 0;
  std::vector<std::thread> workers;
  for (int i = 0; i < 3; ++i) {
    workers.emplace_back([&, i] { consume(feed, i, consumed, settled); });
  }
  Result<> produced = feed.produce();
  for (std::thread& worker : workers) worker.join();
  ASSERT_FALSE(produced.ok());
  EXPECT_EQ(produced.error().code, Code::corrupt);
  EXPECT_EQ(consumed.spans.size(), 3U);
  EXPECT_EQ(in_order(consumed), records(30));
  EXPECT_LE(consumed.cut_off, 1U);
}

TEST(Feed, a_reader_that_was_asked_to_stop_leaves_nothing_to_do) {
  BrokenSource source(records(35), Code::stopped);
  csv::Splitter splitter = broken_splitter(source);
  Feed feed(splitter, {size_t{1} << 20, 2});
  Result<> produced = feed.produce();
  ASSERT_FALSE(produced.ok());
  EXPECT_EQ(feed.claim(), std::nullopt);
}

// Tells how far it was read, from another thread.
class CountedSource : public ByteSource {
 public:
  explicit CountedSource(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<size_t> read(std::span<char> into) override {
    size_t count = std::min(into.size(), bytes_.size() - position_.load());
    bytes_.copy(into.data(), count, position_);
    position_ += count;
    return count;
  }
  size_t position() const { return position_; }

 private:
  std::string bytes_;
  std::atomic<size_t> position_ = 0;
};

TEST(Feed, has_one_long_record_on_its_way_at_a_time) {
  constexpr size_t record_bytes = 3 * long_chunk_bytes;
  constexpr size_t count = 8;
  std::string text;
  for (size_t i = 0; i < count; ++i) text += std::string(record_bytes - 1, 'x') + "\n";
  CountedSource source(text);
  csv::Dialect dialect;
  dialect.header = false;
  dialect.line_end = csv::LineEnd::newline;
  auto splitter = csv::Splitter::open(dialect, source, {limits::chunk_bytes, ""});
  ASSERT_TRUE(splitter.ok());
  splitter->begin_spans(record_bytes * count);
  Feed feed(*splitter, {size_t{1} << 30, 2});
  Result<> produced;
  std::thread reader([&] { produced = feed.produce(); });
  auto span = feed.claim();
  auto chunk = feed.pop(*span);
  ASSERT_TRUE(chunk.has_value());
  while (source.position() < 2 * record_bytes) std::this_thread::yield();
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();
  EXPECT_LT(source.position(), 5 * record_bytes) << "the second waits, and a little is read ahead";
  size_t seen = 0;
  while (chunk.has_value()) {
    seen += chunk->text().size();
    feed.give_back(std::move(*chunk));
    chunk = feed.pop(*span);
  }
  reader.join();
  EXPECT_TRUE(produced.ok());
  EXPECT_EQ(seen, text.size());
}

}  // namespace
}  // namespace silversmith::smith
