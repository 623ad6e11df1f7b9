// SPDX-License-Identifier: Apache-2.0
#include "smith/handler.h"

#include <algorithm>

#include "base/text.h"
#include "smith/policy.h"

namespace silversmith::smith {

namespace {

constexpr std::string_view gone = "there is no such object, or no more";

RunResult result_about(const std::string& bucket, const std::string& key, Status status) {
  RunResult result;
  result.status = status;
  result.bucket = bucket;
  result.account.key = key;
  return result;
}

void set_text(Json& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.set(name, text);
}

Json error_fields(const std::string& id, const Error& error) {
  Json about = Json::object();
  about.set("code", public_code(error.code, error.type))
      .set("message", error.message)
      .set("hint", error.hint);
  Json json = Json::object();
  json.set("status", name_of(Status::error));
  set_text(json, "message_id", id);
  json.set("error", std::move(about));
  return json;
}

}  // namespace

Verdict verdict_of(const RunResult& result) {
  if (result.status != Status::error) return Verdict::done;
  return result.error.has_value() ? verdict_of(result.error->code) : Verdict::transient;
}

Verdict verdict_of(Code code) {
  switch (action_for(code)) {
    case Action::converge:
    case Action::back_off:
    case Action::leave_queued: return Verdict::transient;
    // An error that is not the data's: what we write to, or how we are set up, is wrong.
    case Action::refuse:
    case Action::ignore:
    case Action::configure: return Verdict::misconfigured;
  }
  return Verdict::transient;
}

DeliveryOutcome Handler::work(const bronze::Delivery& delivery) {
  DeliveryOutcome outcome;
  outcome.id = delivery.id;
  outcome.errors = delivery.errors;
  outcome.idle_reason = delivery.idle_reason;
  for (const std::string& warning : delivery.warnings) {
    Json fields = Json::object();
    set_text(fields, "message_id", delivery.id);
    setup_.log.write(Level::warn, "event", fields.set("note", warning));
  }
  for (const Error& error : delivery.errors) {
    outcome.verdict = Verdict::unreadable;
    setup_.log.write(Level::error, "event", error_fields(delivery.id, error));
  }
  for (const bronze::Event& event : delivery.events) {
    Handled handled = handle(event);
    log(handled, event, delivery.id);
    outcome.verdict = std::max(outcome.verdict, verdict_of(handled.result));
    outcome.events.push_back(std::move(handled));
  }
  if (delivery.events.empty() && delivery.errors.empty()) {
    Json fields = Json::object();
    fields.set("status", name_of(Status::ignored));
    set_text(fields, "message_id", delivery.id);
    setup_.log.write(Level::info, "event", fields.set("note", delivery.idle_reason));
  }
  return outcome;
}

Handled Handler::handle(const bronze::Event& event) {
  if (event.change == bronze::Change::removed) {
    return ignore(event, "the object was removed; silver keeps what it has");
  }
  if (event.change == bronze::Change::other) {
    return ignore(event, printable(event.change_name) + " brings no new bytes");
  }
  if (is_output(event.bucket, event.key)) {
    Handled loop = ignore(event, "");
    loop.result.error = RunError{Code::invalid, "event-loop",
                                 "an event about " + show(event.key) +
                                     ", which silversmith writes itself: a rule or "
                                     "notification that matches its own output would make a loop",
                                 "let the rule match " + setup_.prefixes.bronze + " alone"};
    return loop;
  }
  std::string why = why_not_ours(event.bucket, event.key);
  if (!why.empty()) return ignore(event, std::move(why));
  Handled handled = converge(event.bucket, event.key);
  bool missing = handled.result.status == Status::ignored;
  if (!missing || !event.other_key.has_value()) return handled;
  if (!why_not_ours(event.bucket, *event.other_key).empty()) return handled;
  Handled other = converge(event.bucket, *event.other_key);
  if (other.result.status == Status::ignored) return handled;
  other.fallback = true;
  return other;
}

Handled Handler::ignore(const bronze::Event& event, std::string note) const {
  Handled handled;
  handled.result = result_about(event.bucket, event.key, Status::ignored);
  handled.note = std::move(note);
  return handled;
}

Handled Handler::converge(const std::string& bucket, const std::string& key) {
  Handled handled;
  auto done = done_.find({bucket, key});
  if (done != done_.end()) {
    handled.result = done->second;
    handled.coalesced = true;
  } else if (setup_.may_start && !setup_.may_start()) {
    handled.result = result_about(bucket, key, Status::error);
    handled.result.error = RunError{Code::stopped, "", "not started: no time is left for it",
                                    "it is delivered again by itself"};
    return handled;
  } else {
    handled.result = setup_.converge(bucket, key);
    if (setup_.on_run) setup_.on_run(handled.result);
    // A batch may name thousands of objects, and nothing that is told of them needs these.
    handled.result.account.columns.clear();
    handled.result.account.first_rejects.clear();
    done_.emplace(Place(bucket, key), handled.result);
  }
  if (handled.result.status == Status::ignored) handled.note = gone;
  return handled;
}

// Silver, quarantine and receipts, wherever they are.
bool Handler::is_output(const std::string& bucket, const std::string& key) const {
  const std::string& lake = setup_.bucket.empty() ? bucket : setup_.bucket;
  const std::string& output = setup_.output_bucket.empty() ? lake : setup_.output_bucket;
  const silver::Prefixes& prefixes = setup_.prefixes;
  return bucket == output &&
         (key.starts_with(prefixes.silver) || key.starts_with(prefixes.quarantine) ||
          key.starts_with(prefixes.receipts));
}

// "" when it is ours.
std::string Handler::why_not_ours(const std::string& bucket, const std::string& key) const {
  const silver::Prefixes& prefixes = setup_.prefixes;
  if (!setup_.bucket.empty() && bucket != setup_.bucket) {
    return "the bucket is " + printable(bucket) + ", the lake's is " + setup_.bucket;
  }
  if (key.starts_with(prefixes.contracts)) return "a contract is no data";
  if (!key.starts_with(prefixes.bronze)) return "the key is not under " + prefixes.bronze;
  if (silver::accepts(prefixes, key)) return "";
  return "the name is hidden, or does not end in .csv, .tsv or .txt, each also with .gz or .zst";
}

void Handler::log(const Handled& handled, const bronze::Event& event, const std::string& id) const {
  Json fields = handled_json(handled);
  set_text(fields, "message_id", id);
  set_text(fields, "via", event.via);
  set_text(fields, "event_name", event.change_name);
  set_text(fields, "event_time", event.time);
  set_text(fields, "sequencer", event.sequencer);
  if (handled.coalesced) fields.set("coalesced", true);
  // The line of the run itself has been written.
  Level level = handled.coalesced ? Level::debug : level_of(handled.result);
  setup_.log.write(level, "run", fields);
}

Json handled_json(const Handled& handled) {
  Json json = result_json(handled.result);
  set_text(json, "note", handled.note);
  if (handled.fallback) json.set("key_decoding", "fallback");
  return json;
}

}  // namespace silversmith::smith
