// SPDX-License-Identifier: Apache-2.0
#include "smith/answer.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/check.h"
#include "base/text.h"

namespace silversmith::smith {

namespace {

constexpr size_t result_bytes_max = 200;  // of a task: Batch Operations shows them in a table

// The statuses of finished work, the one to look at first in front.
constexpr Status by_attention[] = {
    Status::error,   Status::rejected,   Status::success_with_rejects,
    Status::success, Status::superseded, Status::duplicate,
    Status::ignored};

std::string with_hint(const std::string& message, const std::string& hint) {
  return hint.empty() ? message : message + " -> " + hint;
}

// The first thing that is as bad as the verdict.
std::string reason_of(const DeliveryOutcome& outcome) {
  for (const Handled& handled : outcome.events) {
    const RunResult& result = handled.result;
    if (verdict_of(result) != outcome.verdict || !result.error.has_value()) continue;
    return result.account.key + ": " + with_hint(result.error->message, result.error->hint);
  }
  if (outcome.errors.empty()) return "the run failed and does not say why";
  return with_hint(outcome.errors.front().message, outcome.errors.front().hint);
}

// Requires that some outcome has failed.
Failure failure_of(const std::vector<DeliveryOutcome>& outcomes) {
  const DeliveryOutcome* worst = &outcomes.front();
  size_t failed = 0;
  for (const DeliveryOutcome& outcome : outcomes) {
    if (outcome.verdict > worst->verdict) worst = &outcome;
    failed += outcome.errors.size();
    for (const Handled& handled : outcome.events) {
      bool told = handled.coalesced || verdict_of(handled.result) == Verdict::done;
      failed += told ? 0 : 1;
    }
  }
  SMITH_CHECK(worst->verdict != Verdict::done, "a failure without anything that failed");
  std::string more = failed > 1 ? " (and " + std::to_string(failed - 1) + " more)" : "";
  return {std::string(error_type_of(worst->verdict)), reason_of(*worst) + more};
}

bool all_done(const std::vector<DeliveryOutcome>& outcomes) {
  return std::all_of(outcomes.begin(), outcomes.end(), [](const DeliveryOutcome& outcome) {
    return outcome.verdict == Verdict::done;
  });
}

// Whom a failure can't be told of by its id fails with the whole.
bool can_name_failures(const std::vector<DeliveryOutcome>& outcomes) {
  return std::none_of(outcomes.begin(), outcomes.end(), [](const DeliveryOutcome& outcome) {
    return outcome.verdict != Verdict::done && outcome.id.empty();
  });
}

class Totals {
 public:
  void add(const Handled& handled) {
    events_++;
    if (handled.coalesced) {
      coalesced_++;
      return;
    }
    statuses_[static_cast<size_t>(handled.result.status)]++;
    metrics_.add(handled.result);
  }

  Status status() const {
    for (Status status : by_attention) {
      if (statuses_[static_cast<size_t>(status)] > 0) return status;
    }
    return Status::ignored;
  }

  Json json() const {
    Json json = Json::object();
    json.set("events", events_).set("coalesced", coalesced_);
    for (size_t i = 0; i < status_count; i++) {
      if (statuses_[i] > 0) json.set(name_of(static_cast<Status>(i)), statuses_[i]);
    }
    return json.set("rows_read", metrics_.rows_read_total)
        .set("rows", metrics_.rows_total)
        .set("rows_quarantined", metrics_.rows_quarantined_total);
  }

 private:
  uint64_t events_ = 0;
  uint64_t coalesced_ = 0;
  std::array<uint64_t, status_count> statuses_ = {};
  Metrics metrics_;
};

// The results of an invocation whose sender takes one answer.
std::string results_text(const std::vector<DeliveryOutcome>& outcomes) {
  Totals totals;
  std::vector<const Handled*> distinct;
  std::string idle_reason;
  for (const DeliveryOutcome& outcome : outcomes) {
    if (idle_reason.empty()) idle_reason = outcome.idle_reason;
    for (const Handled& handled : outcome.events) {
      totals.add(handled);
      if (!handled.coalesced) distinct.push_back(&handled);
    }
  }
  if (distinct.empty()) {
    Handled nothing;
    nothing.result.status = Status::ignored;
    nothing.note = idle_reason;
    return handled_json(nothing).dump();
  }
  if (distinct.size() == 1) return handled_json(*distinct.front()).dump();
  Json answer = Json::object();
  answer.set("schema", "silversmith.runs/1").set("status", name_of(totals.status()));
  answer.set("totals", totals.json());
  // Each is measured before the whole is made: thousands of results are cut without being printed.
  size_t bytes = answer.dump().size() + 64;
  Json results = Json::array();
  for (const Handled* handled : distinct) {
    Json result = handled_json(*handled);
    bytes += result.dump().size() + 1;
    if (bytes > answer_bytes_max) break;
    results.add(std::move(result));
  }
  if (bytes <= answer_bytes_max) return answer.set("results", std::move(results)).dump();
  return answer.set("results", Json::array())
      .set("note", "the results would be larger than an answer may be; the log has each")
      .dump();
}

std::string batch_failures_text(const std::vector<DeliveryOutcome>& outcomes) {
  Json failures = Json::array();
  std::set<std::string_view> told;
  for (const DeliveryOutcome& outcome : outcomes) {
    if (outcome.verdict == Verdict::done || !told.insert(outcome.id).second) continue;
    failures.add(Json::object().set("itemIdentifier", outcome.id));
  }
  return Json::object().set("batchItemFailures", std::move(failures)).dump();
}

// At most `bytes_max` bytes, and no character cut in two.
std::string shortened(std::string text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  text.resize(bytes_max - 3);
  while (find_invalid_utf8(text).has_value()) text.pop_back();
  return text + "...";
}

std::string task_text(const DeliveryOutcome& outcome) {
  if (outcome.verdict != Verdict::done) return reason_of(outcome);
  if (outcome.events.empty()) return outcome.idle_reason;
  const Handled& handled = outcome.events.front();
  const RunResult& result = handled.result;
  std::string text(name_of(result.status));
  if (result.account.refused()) return text + ": " + result.account.faults.front().message;
  if (result.error.has_value()) return text + ": " + result.error->message;
  if (!handled.note.empty()) return text + ": " + handled.note;
  if (result.account.rows_read == 0) return text;
  return text + ": " + std::to_string(result.account.rows) + " rows, " +
         std::to_string(result.account.rows_quarantined) + " quarantined";
}

std::string_view task_code(Verdict verdict) {
  if (verdict == Verdict::done) return "Succeeded";
  return verdict == Verdict::transient ? "TemporaryFailure" : "PermanentFailure";
}

std::string tasks_text(const bronze::Envelope& envelope,
                       const std::vector<DeliveryOutcome>& outcomes, size_t bytes_max) {
  Json results = Json::array();
  for (const DeliveryOutcome& outcome : outcomes) {
    Json result = Json::object();
    result.set("taskId", outcome.id)
        .set("resultCode", task_code(outcome.verdict))
        .set("resultString", shortened(task_text(outcome), bytes_max));
    results.add(std::move(result));
  }
  Json answer = Json::object();
  answer.set("invocationSchemaVersion", envelope.schema_version)
      .set("treatMissingKeysAs", "PermanentFailure")
      .set("invocationId", envelope.invocation_id)
      .set("results", std::move(results));
  return answer.dump();
}

}  // namespace

std::string_view error_type_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::unreadable: return "Function.UnreadableEvent";
    case Verdict::misconfigured: return "Function.Misconfigured";
    case Verdict::done:
    case Verdict::transient: break;
  }
  return "Function.Transient";
}

Reply answer_to(const bronze::Envelope& envelope, const std::vector<DeliveryOutcome>& outcomes) {
  SMITH_CHECK(envelope.deliveries.size() == outcomes.size(), "an outcome for each delivery");
  bool by_item = envelope.kind == bronze::EventKind::sqs ||
                 envelope.kind == bronze::EventKind::batch_operations;
  bool fails = by_item ? !can_name_failures(outcomes) : !all_done(outcomes);
  if (fails) return failure_of(outcomes);
  std::string text;
  if (envelope.kind == bronze::EventKind::sqs) {
    text = batch_failures_text(outcomes);
  } else if (envelope.kind == bronze::EventKind::batch_operations) {
    text = tasks_text(envelope, outcomes, result_bytes_max);
    if (text.size() > answer_bytes_max) text = tasks_text(envelope, outcomes, 3);
  } else {
    text = results_text(outcomes);
  }
  if (text.size() <= answer_bytes_max) return Answer{std::move(text)};
  // Only ids of our sender's making can be that long; the work is done, and is found done.
  return Failure{"Function.AnswerTooLarge", "the answer would have " + human_bytes(text.size()) +
                                                ": send fewer items at a time"};
}

Reply handle_event(std::string_view text, const HandlerSetup& setup) {
  bronze::Envelope envelope = bronze::read_event(text);
  Handler handler(setup);
  std::vector<DeliveryOutcome> outcomes;
  for (const bronze::Delivery& delivery : envelope.deliveries) {
    outcomes.push_back(handler.work(delivery));
  }
  return answer_to(envelope, outcomes);
}

}  // namespace silversmith::smith
