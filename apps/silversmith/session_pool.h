// SPDX-License-Identifier: Apache-2.0
// Several objects of one lake worked on at the same time, and how the process is divided among
// them: each has a session of its own with an equal share of --memory and of the processors; the
// lake and its network are one. What needs more than its share is done alone, with all of it.
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "session.h"
#include "smith/reconcile.h"

namespace silversmith::app {

// --concurrency. Fails with invalid: not 1 to 64.
Result<uint32_t> concurrency_of(const Settings& settings);
// --lease-seconds. Fails with invalid: not 3 to 43,200.
Result<uint32_t> lease_seconds_of(const Settings& settings);
// concurrency_of() of a command that takes it from the lake where nobody says it: a bucket is far
// away, so it is the option's own default there, or as many as --memory has room for; of a folder
// 1. Fails with invalid.
Result<uint32_t> concurrency_for(const std::string& root, const Settings& settings);

// What each of `count` engines may use of the process, beside the network. Fails with invalid when
// that is too little.
Result<smith::EngineOptions> share_of(smith::EngineOptions engine, uint64_t network_bytes,
                                      uint32_t count);

// The option's whole number from `least` to `most`. Fails with invalid.
struct Bounds {
  uint32_t least;
  uint32_t most;
};
Result<uint32_t> number_within(const Settings& settings, std::string_view name, Bounds bounds);

class SessionPool {
 public:
  // As many sessions as concurrency_for() says. All is borrowed. Fails as Session::open() and
  // share_of().
  static Result<std::unique_ptr<SessionPool>> open(const std::string& root,
                                                   const Settings& settings, Console& console,
                                                   smith::Progress& progress);

  // The one that looks and tells. Of a pool of one it also works: then it must not look meanwhile.
  Session& lead() { return *lead_; }
  uint32_t size() const { return size_; }
  // Converges one object and tells nobody. Safe to call from size() threads at a time.
  smith::RunResult forge(const store::Listed& object, smith::Refusals refusals);

 private:
  // Who works, with what; all is borrowed.
  struct Staff {
    const Settings& settings;
    Console& console;
    smith::Progress& progress;
  };
  Result<> open_several(const std::string& root, const Staff& staff);
  Result<std::unique_ptr<Session>> open_one(const Staff& staff, const smith::EngineOptions& engine);
  smith::RunResult forge_with(Session& session, const store::Listed& object,
                              smith::Refusals refusals);

  struct Guarded {
    std::mutex mutex;
    std::vector<Session*> idle;
  };
  uint32_t size_ = 1;
  std::unique_ptr<Lake> lake_;  // of several; one session has its own
  std::unique_ptr<Session> lead_;
  std::vector<std::unique_ptr<Session>> hands_;  // none: the lead works itself
  std::unique_ptr<Session> whole_;               // has all of --memory
  std::shared_mutex alone_;                      // hands share it, whole_ has it for itself
  std::mutex queue_;  // in front of it, or who wants to be alone would wait for ever
  Guarded guarded_;
};

}  // namespace silversmith::app
