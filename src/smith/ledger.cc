// SPDX-License-Identifier: Apache-2.0
#include "smith/ledger.h"

#include <algorithm>
#include <numeric>

#include "base/clock.h"
#include "base/text.h"
#include "smith/emf.h"

namespace silversmith::smith {

namespace {

constexpr std::string_view ledger_schema = "silversmith.reconciliation/1";
constexpr int64_t micros_a_second = 1'000'000;

bool is_left(Fate fate) {
  return fate == Fate::queued || fate == Fate::pending || fate == Fate::error;
}

void take_older(std::optional<int64_t>& oldest, int64_t modified_micros) {
  oldest = std::min(oldest.value_or(modified_micros), modified_micros);
}

// A clock that is behind the store's must not make an age negative.
std::optional<uint64_t> seconds_since(const std::optional<int64_t>& micros, int64_t now) {
  if (!micros.has_value()) return std::nullopt;
  return static_cast<uint64_t>(std::max<int64_t>(0, now - *micros) / micros_a_second);
}

Json number_or_null(const std::optional<uint64_t>& number) {
  return number.has_value() ? Json(*number) : Json();
}

std::string age_text(uint64_t seconds) {
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7'200) return std::to_string(seconds / 60) + " min";
  if (seconds < 172'800) return std::to_string(seconds / 3'600) + " h";
  return std::to_string(seconds / 86'400) + " days";
}

}  // namespace

std::string_view name_of(Fate fate) {
  switch (fate) {
    case Fate::converted: return "converted";
    case Fate::duplicate: return "duplicate";
    case Fate::rejected: return "rejected";
    case Fate::ignored: return "ignored";
    case Fate::queued: return "queued";
    case Fate::resting: return "resting";
    case Fate::older: return "older";
    case Fate::pending: return "pending";
    case Fate::error: return "error";
  }
  return "";
}

Fate fate_of(const RunResult& result) {
  switch (result.status) {
    case Status::success:
    case Status::success_with_rejects: return Fate::converted;
    case Status::duplicate:
    case Status::superseded: return Fate::duplicate;
    case Status::rejected: return Fate::rejected;
    case Status::ignored: return Fate::ignored;
    case Status::error: break;
  }
  bool stopped = result.error.has_value() && result.error->code == Code::stopped;
  return stopped ? Fate::pending : Fate::error;
}

void Ledger::add(Fate fate, int64_t modified_micros, Found found) {
  counts[static_cast<size_t>(fate)]++;
  if (found == Found::unprocessed) take_older(ages.oldest_found_micros, modified_micros);
  if (is_left(fate)) take_older(ages.oldest_left_micros, modified_micros);
}

bool Ledger::balances() const {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0}) == objects;
}

bool Ledger::settled() const {
  return complete && unreadable == 0 && count(Fate::pending) == 0 && count(Fate::error) == 0;
}

bool Ledger::cut_short() const { return !complete || count(Fate::pending) != 0; }

bool Ledger::reconciled() const {
  bool all_looked_at = count(Fate::resting) == 0 && count(Fate::older) == 0;
  return settled() && all_looked_at && count(Fate::queued) == 0;
}

Json ledger_json(const Ledger& ledger, const LedgerContext& context) {
  const Ages& ages = ledger.ages;
  Json counts = Json::object();
  for (size_t i = 0; i < fate_count; ++i) {
    counts.set(name_of(static_cast<Fate>(i)), ledger.counts[i]);
  }
  Json json = Json::object();
  json.set("schema", ledger_schema)
      .set("command", context.command)
      .set("lake", context.lake)
      .set("run_id", context.run_id)
      .set("objects", ledger.objects)
      .set("counts", std::move(counts))
      .set("unreadable_folders", ledger.unreadable)
      .set("complete", ledger.complete)
      .set("reconciled", ledger.reconciled() && context.after.empty())
      .set("oldest_found_seconds",
           number_or_null(seconds_since(ages.oldest_found_micros, context.wall_micros)))
      .set("oldest_left_seconds",
           number_or_null(seconds_since(ages.oldest_left_micros, context.wall_micros)))
      .set("after", context.after)
      .set("last_key", ledger.last_key)
      .set("duration_ms", context.duration_ms);
  if (!context.error.has_value()) return json;
  Json error = Json::object();
  error.set("code", public_code(context.error->code, context.error->type))
      .set("message", context.error->message)
      .set("hint", context.error->hint);
  json.set("error", std::move(error));
  return json;
}

std::string ledger_text(const Ledger& ledger, const LedgerContext& context) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < fate_count; ++i) {
    if (ledger.counts[i] == 0) continue;
    std::string name(name_of(static_cast<Fate>(i)));
    parts.push_back(human_count(ledger.counts[i]) + " " + name);
  }
  std::string text = human_count(ledger.objects) + (ledger.objects == 1 ? " object" : " objects");
  if (!parts.empty()) text += ": " + join(parts, ", ");
  text += ledger.reconciled() && context.after.empty() ? "; all reconciled" : "";
  if (!ledger.complete) text += "; not all were listed";
  const Ages& ages = ledger.ages;
  if (auto age = seconds_since(ages.oldest_found_micros, context.wall_micros)) {
    text += "; the oldest that was unprocessed is " + age_text(*age) + " old";
  }
  if (!ledger.complete && !ledger.last_key.empty()) {
    text += "; to go on there: --after " + printable(ledger.last_key);
  }
  return text;
}

std::string ledger_emf(const Ledger& ledger, const LedgerContext& context, Level level) {
  auto age = [&](const std::optional<int64_t>& micros) {
    return seconds_since(micros, context.wall_micros).value_or(0);
  };
  uint64_t unprocessed = ledger.count(Fate::converted) + ledger.count(Fate::queued) +
                         ledger.count(Fate::pending) + ledger.count(Fate::error);
  Json line = emf_json(
      {.dimensions = {{"Lake", context.lake}},
       .metrics = {{"SweptFiles", "Count", ledger.objects},
                   {"SweptUnprocessedFiles", "Count", unprocessed},
                   {"SweepErrors", "Count", ledger.count(Fate::error) + ledger.unreadable},
                   {"SweepsCutShort", "Count", ledger.cut_short() ? 1U : 0U},
                   {"OldestUnprocessedSeconds", "Seconds", age(ledger.ages.oldest_found_micros)},
                   {"OldestLeftSeconds", "Seconds", age(ledger.ages.oldest_left_micros)}},
       .level = level,
       .wall_micros = context.wall_micros});
  line.set("command", context.command).set("run_id", context.run_id);
  return line.dump();
}

}  // namespace silversmith::smith
