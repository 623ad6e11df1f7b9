// SPDX-License-Identifier: Apache-2.0
// Bronze, listed, against silver and receipts: what events lost is found and converted here, or
// handed on. Keeps no state of its own: an object is done when silver's metadata says so
// (silver/lineage.h) or a refusal stands (smith/refusal.h), so that one that was killed goes on by
// starting again, and it may run beside anything else that converts. Between a store's listing and
// forge(). The one thing to know: an object that is done costs one HEAD, two with its receipt, and
// no byte of it is read.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "silver/lineage.h"
#include "smith/forge.h"
#include "smith/ledger.h"
#include "store/store.h"

namespace silversmith::smith {

enum class Receipts : uint8_t {
  passed_over,
  wanted,  // an object whose receipt is missing is not done: forge() makes it again
};

struct ReconcileOptions {
  std::string after = {};  // begin behind this key
  Receipts receipts = Receipts::passed_over;
  int64_t min_age_micros = 0;  // what was modified since rests: events about it may still come
  int64_t max_age_micros = 0;  // what is older is passed over; 0: no bound
  uint32_t rate_max = 0;       // objects worked on a second; 0: no bound
  uint32_t looks_max = 1;      // looks at silver at a time: threads
  uint32_t concurrency = 1;    // objects worked on at a time: threads
};

// What converge() need not find out again.
enum class Refusals : uint8_t {
  unknown,
  none,  // none stands of this version, under the terms of now
};

// All are borrowed. Of the smithy's options `reprocess` and `stop` hold here as well.
struct ReconcileSetup {
  const Smithy& smithy;
  ReconcileOptions options;
  // What is done about an object that is not done: forge() and its like here, or a message to
  // somebody who does it. Neither: it is only told, as pending. Both are called from as many
  // threads at a time as `concurrency` says; above 1, converge() must not use the smithy's own
  // converters.
  std::function<RunResult(const store::Listed& object, Refusals refusals)> converge = {};
  std::function<Result<>(const std::string& key)> send = {};
  // These are called by one thread at a time.
  std::function<void(const RunResult& result)> on_run = {};  // of converge
  std::function<void(const std::string& key)> on_pending = {};
  std::function<void(const Error&)> on_error = {};  // of an object or folder, but for converge's
  std::function<void(const Error&)> on_warning = {};
};

struct Reconciliation {
  Ledger ledger;
  int exit = 0;                // of the worst that happened, as exit_status()
  std::optional<Error> error;  // what ended it early
};

// Never fails: what could not be done is in the result.
Reconciliation reconcile(const ReconcileSetup& setup);

// What the stores say of one listed object, without reading any.
struct Look {
  std::string version;  // of the source; "" when only reading it tells
  bool gone = false;    // the source
  silver::Held held;
  bool has_receipt = true;  // as far as was asked
};
// Fails with denied, busy. Safe to call from several threads.
Result<Look> look_at(const store::Listed& object, const Smithy& smithy, Receipts receipts);

// Whether silver holds what was looked at, under whatever contract, and its receipt is there.
bool is_done(const Look& look);

}  // namespace silversmith::smith
