// SPDX-License-Identifier: Apache-2.0
// A lake, its contracts, the engine and the log, wired together; and one object's way through them.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "config.h"
#include "console.h"
#include "lake.h"
#include "smith/contracts.h"
#include "smith/forge.h"
#include "store/spool.h"

namespace silversmith::app {

class Session {
 public:
  // Fails with invalid or denied: nothing was read or written then.
  static Result<std::unique_ptr<Session>> open(const std::string& root, const Settings& settings,
                                               Console& console, smith::Progress& progress);
  // One of several that work on a lake at the same time, each with its own share of the machine.
  struct Share {
    Lake& lake;  // outlives the session
    smith::EngineOptions engine;
  };
  static Result<std::unique_ptr<Session>> open(const Share& share, const Settings& settings,
                                               Console& console, smith::Progress& progress);
  explicit Session(Console& console) : console_(console) {}

  Lake& lake() { return *lake_; }
  smith::Contracts& contracts() { return *contracts_; }
  smith::ForgeOptions& options() { return forge_options_; }
  // What forge() works with. Valid until this goes.
  smith::Smithy smithy();

  // From now on what only repeats an earlier outcome (a duplicate, a refusal that stands) is
  // neither logged nor printed: for sweeps, where it is the usual case.
  void hide_repeats() { hide_repeats_ = true; }

  // Converges one object and tells nobody; `bytes` is for the progress line, 0 is unknown.
  smith::RunResult forge(const std::string& key, uint64_t bytes);
  // Prints and logs a result.
  void tell(const smith::RunResult& result);
  // Both.
  smith::RunResult converge(const std::string& key, uint64_t bytes);

 private:
  Result<> begin(const Settings& settings, const smith::EngineOptions& engine);
  Result<> find_contracts(const Settings& settings, smith::PipelineSetup engine);

  Console& console_;
  std::unique_ptr<Lake> own_lake_;  // absent: shared
  Lake* lake_ = nullptr;
  std::unique_ptr<store::Store> contracts_store_;  // of --contracts
  std::unique_ptr<store::BudgetSpools> spools_;
  std::unique_ptr<smith::Contracts> contracts_;
  smith::ForgeOptions forge_options_;
  smith::Progress* progress_ = nullptr;
  bool hide_repeats_ = false;
};

}  // namespace silversmith::app
