// SPDX-License-Identifier: Apache-2.0
// What became of every object that a sweep or backfill listed: each is found once and gets one
// fate, so that the counts add up, and how old the oldest was that nobody had worked on. The
// reconciliation object, its line for people and its metrics are made from this
// (docs/operations/backfill.md).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/log.h"
#include "base/result.h"
#include "smith/telemetry.h"

namespace silversmith::smith {

enum class Fate : uint8_t {
  converted,  // here and now
  duplicate,  // silver held it already, or somebody else was faster
  rejected,   // refused as a whole, now or before: it has its report
  ignored,    // listed, and deleted since
  queued,     // handed to the queue
  resting,    // too young to be looked at
  older,      // too old: an earlier sweep looked, or a whole one will
  pending,    // still to be done
  error,      // could not be found out, or failed
};
inline constexpr size_t fate_count = 9;
std::string_view name_of(Fate fate);
// What the outcome of a run means here. A run that was stopped is pending.
Fate fate_of(const RunResult& result);

// How long an object has waited, seconds; nothing when there is none.
struct Ages {
  std::optional<int64_t> oldest_found_micros;  // last modified, of those that were unprocessed
  std::optional<int64_t> oldest_left_micros;   // of those that still are at the end
};

struct Ledger {
  uint64_t objects = 0;  // listed, and objects of bronze by their names
  std::array<uint64_t, fate_count> counts = {};
  uint64_t unreadable = 0;  // folders that could not be listed
  Ages ages;
  std::string last_key;   // everything up to here has its fate
  bool complete = false;  // the listing was followed to its end

  enum class Found : uint8_t { processed, unprocessed };
  void add(Fate fate, int64_t modified_micros, Found found);
  uint64_t count(Fate fate) const { return counts[static_cast<size_t>(fate)]; }
  // Every object that was listed has a fate.
  bool balances() const;
  // Not all was done that was to be looked at: time or a stop ended it, or it was a dry run.
  bool cut_short() const;
  // Every object of bronze is in silver or has its report, where it began at the start.
  bool reconciled() const;
  // Nothing is left for anybody to do about what was listed: what rests or is queued is in hand.
  bool settled() const;
};

// Of one reconciliation, for what it tells.
struct LedgerContext {
  std::string command;  // "backfill", "sweep"
  std::string lake;     // as it was named
  std::string run_id;
  std::string after;  // the key it began behind; "" is the start
  uint64_t duration_ms = 0;
  int64_t wall_micros = 0;     // now
  std::optional<Error> error;  // what ended it early
};

// {"schema": "silversmith.reconciliation/1", ...}
Json ledger_json(const Ledger& ledger, const LedgerContext& context);
// One line: "12 objects: 3 converted, 9 duplicate; ...".
std::string ledger_text(const Ledger& ledger, const LedgerContext& context);
// One line of CloudWatch's embedded metric format (emf.h), without its newline. The dimension is
// Lake; every line has the level `level`, as Lambda drops lines below its own.
std::string ledger_emf(const Ledger& ledger, const LedgerContext& context, Level level);

}  // namespace silversmith::smith
