// SPDX-License-Identifier: Apache-2.0
#include "session_pool.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "smith/memory.h"

namespace silversmith::app {

namespace {

constexpr uint64_t share_bytes_min = uint64_t{32} << 20;
// What does for most objects, where nobody says how many at a time.
constexpr uint64_t share_bytes_good = uint64_t{48} << 20;
constexpr Bounds concurrency_bounds{1, 64};
// SQS keeps a message hidden for at most twelve hours.
constexpr Bounds lease_bounds{3, 43'200};

// How many good shares there are, at least 1.
uint64_t shares_in(uint64_t memory_bytes) {
  uint64_t network = std::min(smith::network_bytes_of(memory_bytes), memory_bytes);
  return std::max<uint64_t>(1, (memory_bytes - network) / share_bytes_good);
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

Result<uint32_t> lease_seconds_of(const Settings& settings) {
  return number_within(settings, "lease-seconds", lease_bounds);
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
  engine = smith::beside_network(std::move(engine), network_bytes);
  engine.memory_bytes_max /= count;
  if (engine.memory_bytes_max < share_bytes_min) {
    uint64_t wanted = share_bytes_min * count;
    if (network_bytes > 0) wanted = smith::memory_beside_network(wanted);
    return Error{Code::invalid,
                 "--concurrency " + std::to_string(count) + " leaves " +
                     smith::memory_text(engine.memory_bytes_max) + " of --memory " +
                     smith::memory_text(whole) + " to each object, wanted at least " +
                     smith::memory_text(share_bytes_min),
                 "give --memory " + smith::memory_text(smith::whole_mib(wanted)) +
                     " or more, or a lower --concurrency",
                 ""};
  }
  engine.engines = count;
  if (engine.threads == 0) engine.threads = (smith::usable_cores() + count - 1) / count;
  return engine;
}

Result<std::unique_ptr<SessionPool>> SessionPool::open(const std::string& root,
                                                       const Settings& settings, Console& console,
                                                       smith::Progress& progress) {
  auto pool = std::make_unique<SessionPool>();
  pool->size_ = SMITH_TRY(concurrency_for(root, settings));
  if (pool->size_ > 1) {
    SMITH_TRY(pool->open_several(root, {settings, console, progress}));
    return pool;
  }
  pool->lead_ = SMITH_TRY(Session::open(root, settings, console, progress));
  pool->guarded_.idle.push_back(pool->lead_.get());
  return pool;
}

Result<> SessionPool::open_several(const std::string& root, const Staff& staff) {
  smith::EngineOptions engine = SMITH_TRY(engine_options(staff.settings));
  lake_ = SMITH_TRY(Lake::open(root, staff.settings, &staff.progress.stop, size_));
  SMITH_TRY(lake_->check_written());
  uint64_t network_bytes = lake_->network_bytes();
  smith::EngineOptions share = SMITH_TRY(share_of(engine, network_bytes, size_));
  smith::EngineOptions all = SMITH_TRY(share_of(engine, network_bytes, 1));
  lead_ = SMITH_TRY(open_one(staff, share));
  whole_ = SMITH_TRY(open_one(staff, all));
  for (uint32_t i = 0; i < size_; ++i) {
    hands_.push_back(SMITH_TRY(open_one(staff, share)));
    hands_.back()->options().retry.seed += i;  // those that meet once don't meet again
    guarded_.idle.push_back(hands_.back().get());
  }
  return {};
}

Result<std::unique_ptr<Session>> SessionPool::open_one(const Staff& staff,
                                                       const smith::EngineOptions& engine) {
  Session::Share share{*lake_, engine};
  auto session = SMITH_TRY(Session::open(share, staff.settings, staff.console, staff.progress));
  if (lead_ != nullptr) session->options().run_id = lead_->options().run_id;
  return session;
}

smith::RunResult SessionPool::forge_with(Session& session, const store::Listed& object,
                                         smith::Refusals refusals) {
  session.options().skip_known_rejects = refusals == smith::Refusals::unknown;
  return session.forge(object.key, object.size);
}

smith::RunResult SessionPool::forge(const store::Listed& object, smith::Refusals refusals) {
  Session* session = nullptr;
  {
    std::lock_guard lock(guarded_.mutex);
    SMITH_CHECK(!guarded_.idle.empty(), "more threads than sessions");
    session = guarded_.idle.back();
    guarded_.idle.pop_back();
  }
  std::shared_lock with_others(alone_, std::defer_lock);
  {
    std::lock_guard queue(queue_);
    with_others.lock();
  }
  smith::RunResult result = forge_with(*session, object, refusals);
  with_others.unlock();
  {
    std::lock_guard lock(guarded_.mutex);
    guarded_.idle.push_back(session);
  }
  // Many columns, or the window of a long zstd frame: what one object alone has room for must not
  // fail because others are worked on. Nothing of it is visible yet.
  bool misses_something = result.error.has_value() && result.error->type == "configuration-error";
  if (whole_ == nullptr || !misses_something) return result;
  std::lock_guard queue(queue_);
  std::unique_lock alone(alone_);
  return forge_with(*whole_, object, refusals);
}

}  // namespace silversmith::app
