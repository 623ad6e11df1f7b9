// SPDX-License-Identifier: Apache-2.0
#include "session_pool.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "smith/memory.h"

namespace silversmith::app {

namespace {

constexpr uint64_t share_bytes_min = uint64_t{32} << 20;
constexpr Bounds concurrency_bounds{1, 64};

// How many shares of the least size there are, at least 1.
uint64_t shares_in(uint64_t memory_bytes) {
  uint64_t network = std::min(smith::network_bytes_of(memory_bytes), memory_bytes);
  return std::max<uint64_t>(1, (memory_bytes - network) / share_bytes_min);
}

}  // namespace

Result<uint32_t> number_within(const Settings& settings, std::string_view name, Bounds bounds) {
  uint64_t number = SMITH_TRY(whole_number(settings, name));
  if (number >= bounds.least && number <= bounds.most) return static_cast<uint32_t>(number);
  return Error{Code::invalid,
               "--" + std::string(name) + ": found " + std::to_string(number) + ", wanted " +
                   std::to_string(bounds.least) + " to " + std::to_string(bounds.most),
               "", ""};
}

Result<uint32_t> concurrency_of(const Settings& settings) {
  return number_within(settings, "concurrency", concurrency_bounds);
}

Result<uint32_t> concurrency_for(const std::string& root, const Settings& settings) {
  uint32_t wanted = SMITH_TRY(concurrency_of(settings));
  if (settings.given("concurrency").has_value()) return wanted;
  if (!is_in_s3(root)) return uint32_t{1};
  smith::EngineOptions engine = SMITH_TRY(engine_options(settings));
  return static_cast<uint32_t>(std::min<uint64_t>(wanted, shares_in(engine.memory_bytes_max)));
}

Result<smith::EngineOptions> share_of(smith::EngineOptions engine, uint64_t network_bytes,
                                      uint32_t count) {
  uint64_t whole = engine.memory_bytes_max;
  engine.memory_bytes_max = (whole - std::min(whole, network_bytes)) / count;
  if (engine.memory_bytes_max < share_bytes_min) {
    uint64_t wanted = share_bytes_min * count;
    if (network_bytes > 0) wanted = smith::memory_beside_network(wanted);
    return Error{Code::invalid,
                 "--concurrency " + std::to_string(count) + " leaves " +
                     human_bytes(engine.memory_bytes_max) + " of --memory " + human_bytes(whole) +
                     " to each object, wanted at least " + human_bytes(share_bytes_min),
                 "give --memory " + std::to_string((wanted >> 20) + 1) +
                     "MiB or more, or a lower --concurrency",
                 ""};
  }
  engine.engines = count;
  engine.networked = network_bytes > 0;
  if (engine.threads == 0) engine.threads = (smith::usable_cores() + count - 1) / count;
  return engine;
}

Result<std::unique_ptr<SessionPool>> SessionPool::open(const std::string& root,
                                                       const Settings& settings, Console& console,
                                                       smith::Progress& progress) {
  auto pool = std::make_unique<SessionPool>();
  pool->size_ = SMITH_TRY(concurrency_for(root, settings));
  if (pool->size_ == 1) {
    pool->lead_ = SMITH_TRY(Session::open(root, settings, console, progress));
    pool->guarded_.idle.push_back(pool->lead_.get());
    return pool;
  }
  smith::EngineOptions engine = SMITH_TRY(engine_options(settings));
  pool->lake_ = SMITH_TRY(Lake::open(root, settings, &progress.stop, pool->size_));
  SMITH_TRY(pool->lake_->check_written());
  Session::Share share{
      *pool->lake_,
      SMITH_TRY(share_of(std::move(engine), pool->lake_->network_bytes(), pool->size_))};
  SMITH_TRY(pool->open_hands(share, settings, console, progress));
  return pool;
}

Result<> SessionPool::open_hands(const Session::Share& share, const Settings& settings,
                                 Console& console, smith::Progress& progress) {
  lead_ = SMITH_TRY(Session::open(share, settings, console, progress));
  for (uint32_t i = 0; i < size_; ++i) {
    hands_.push_back(SMITH_TRY(Session::open(share, settings, console, progress)));
    smith::ForgeOptions& options = hands_.back()->options();
    options.run_id = lead_->options().run_id;
    options.retry.seed += i;  // those that meet once don't meet again
    guarded_.idle.push_back(hands_.back().get());
  }
  return {};
}

smith::RunResult SessionPool::forge(const store::Listed& object, smith::Refusals refusals) {
  Session* session = nullptr;
  {
    std::lock_guard lock(guarded_.mutex);
    SMITH_CHECK(!guarded_.idle.empty(), "more threads than sessions");
    session = guarded_.idle.back();
    guarded_.idle.pop_back();
  }
  session->options().skip_known_rejects = refusals == smith::Refusals::unknown;
  smith::RunResult result = session->forge(object.key, object.size);
  std::lock_guard lock(guarded_.mutex);
  guarded_.idle.push_back(session);
  return result;
}

}  // namespace silversmith::app
