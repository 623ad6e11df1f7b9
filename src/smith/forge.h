// SPDX-License-Identifier: Apache-2.0
// One object through the commit protocol: forge(key) looks at what silver holds, reads bronze,
// converts, publishes the rejects, commits silver under a condition, writes the receipt, and looks
// at bronze again. Safe to call for any key, any number of times, from any number of processes:
// events are hints, and silver is always one whole bronze version that never goes back
// (docs/decisions/0050-commit-protocol.md; tests/sim drives this very code against faults).
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "silver/name.h"
#include "smith/converter.h"
#include "smith/policy.h"
#include "smith/telemetry.h"
#include "store/store.h"

namespace silversmith::smith {

struct ForgeOptions {
  bool reprocess = false;           // also where contract or engine differ
  bool force = false;               // also where nothing differs
  bool adopt = false;               // replace silver that lacks our lineage
  bool skip_known_rejects = false;  // a file refused as this generation is not converted again
  RetryOptions retry = {};
  std::string run_id = {};  // of the caller; only for results and `observed`
  std::string host = {};
  uint64_t (*memory_peak_bytes)() = nullptr;
  const std::atomic<bool>* stop = nullptr;  // set: every read of the source ends with stopped
};

// What forge works with; all are borrowed. `source` and `target` may be the same store.
struct Smithy {
  store::Store& source;
  store::Store& target;
  const silver::Prefixes& prefixes;
  Converters& converters;
  Clock& clock;
  ForgeOptions options;
};

// Converges the silver of one bronze key. Never fails: status `error` carries what stopped it, and
// nothing half-done is visible then. The caller logs the result (log_result).
RunResult forge(std::string_view key, const Smithy& smithy);

}  // namespace silversmith::smith
