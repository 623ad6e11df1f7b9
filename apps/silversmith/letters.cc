// SPDX-License-Identifier: Apache-2.0
#include "letters.h"

#include <algorithm>

#include "base/clock.h"
#include "base/text.h"
#include "lake.h"
#include "silver/commit.h"
#include "silver/receipt.h"

namespace silversmith::app {

namespace {

using bronze::LetterKind;

constexpr uint64_t report_bytes_max = uint64_t{16} << 20;
constexpr size_t groups_shown_max = 10;
constexpr size_t error_bytes_max = 100;

bool says(const Letter& letter, std::string_view words) {
  return letter.read.error_code.find(words) != std::string::npos ||
         letter.read.error_message.find(words) != std::string::npos;
}

std::string advice_for_rule(const Letter& letter) {
  if (says(letter, "NO_PERMISSIONS")) {
    return "let the target's policy allow events.amazonaws.com for this rule, then redrive";
  }
  if (says(letter, "NO_RESOURCE")) {
    return "the target is gone: make it again or mend the rule, then redrive";
  }
  return "see whether the rule's target can be reached, then redrive";
}

std::string advice_for_failure(const Letter& letter) {
  if (says(letter, "imed out") || says(letter, "Timedout")) {
    return "give the function more time, or convert it here: dlq redrive --to lake";
  }
  if (says(letter, "ExitError") || says(letter, "OutOfMemory") || says(letter, "signal: killed")) {
    return "give the function more memory (its log says how much it had), then redrive";
  }
  if (says(letter, "EventAgeExceeded") || says(letter, "ZeroReservedConcurrency")) {
    return "let more of the function run at once, then redrive";
  }
  if (says(letter, "Misconfigured") || says(letter, "denied") || says(letter, "AccessDenied")) {
    return "mend what the error names (a right, a setting, a contract), then redrive";
  }
  if (letter.read.error_message.empty()) {
    return "the message does not say why: dlq redrive --to lake with its id shows it, or the log "
           "of who worked on it; then redrive";
  }
  return "mend what the error says, then redrive";
}

// What letters with the same trouble have in common: messages name keys.
std::string trouble_of(const Letter& letter) {
  const bronze::DeadLetter& read = letter.read;
  if (letter.rejection.has_value()) return letter.rejection->reason;
  if (letter.rejection_error.has_value()) return "its report can't be read";
  if (read.kind == LetterKind::unreadable) return "no event that is known";
  if (!read.delivery.idle_reason.empty()) return "nothing to do";
  bool named = read.kind == LetterKind::destination || read.kind == LetterKind::rule;
  if (named && !read.error_code.empty()) return read.error_code;
  if (read.error_message.empty()) return "no reason is said";
  return read.error_message.substr(0, std::min(read.error_message.find(": "), error_bytes_max));
}

std::string place_of(const Letter& letter) {
  std::string subject = subject_of(letter);
  size_t slash = subject.rfind('/');
  return slash == std::string::npos ? subject : subject.substr(0, slash + 1);
}

Json event_json(const bronze::Event& event) {
  Json json = Json::object();
  json.set("bucket", event.bucket).set("key", event.key).set("via", event.via);
  if (!event.change_name.empty()) json.set("event_name", event.change_name);
  if (!event.time.empty()) json.set("event_time", event.time);
  if (!event.version_id.empty()) json.set("version_id", event.version_id);
  if (event.size.has_value()) json.set("size", *event.size);
  return json;
}

void set_text(Json& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.set(name, text);
}

// Counts, the largest first.
std::string counts_text(const std::map<std::string, uint64_t>& counts) {
  std::vector<std::pair<uint64_t, std::string>> sorted;
  for (const auto& [name, count] : counts) sorted.emplace_back(count, name);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& left, const auto& right) { return left.first > right.first; });
  std::string text;
  for (size_t i = 0; i < std::min(sorted.size(), groups_shown_max); ++i) {
    text += "\n  " + human_count(sorted[i].first) + "  " + printable(sorted[i].second);
  }
  if (sorted.size() > groups_shown_max) {
    text += "\n  and " + human_count(sorted.size() - groups_shown_max) + " others";
  }
  return text;
}

}  // namespace

FindRejection rejections_of(Lake& lake) {
  return [&lake](const bronze::Event& event) -> Result<Rejection> {
    store::Store& target = lake.target();
    bool elsewhere = !lake.is_folder() && event.bucket != target.name();
    if (elsewhere || !event.key.starts_with(lake.prefixes().quarantine)) {
      return Error{
          Code::invalid,
          printable(event.bucket + "/" + event.key) + " is not in the quarantine of " + lake.root(),
          "give the --lake (and --silver) that it is of", ""};
    }
    std::string text = SMITH_TRY(silver::read_small(target, event.key, report_bytes_max)
                                     .in(printable(target.where(event.key))));
    silver::Rejected report =
        SMITH_TRY(silver::parse_rejected(text).in(printable(target.where(event.key))));
    Rejection rejection;
    rejection.bucket = lake.is_folder() ? event.bucket : lake.source().name();
    rejection.key = report.account.key;
    if (!report.account.faults.empty()) {
      rejection.reason = report.account.faults.front().code;
      rejection.message = report.account.faults.front().message;
    }
    return rejection;
  };
}

Letter read_letter(wire::QueueMessage message, const FindRejection& find) {
  bronze::LetterAttributes attributes;
  for (const wire::QueueAttribute& one : message.attributes) {
    attributes.emplace_back(one.name, one.value);
  }
  Letter letter;
  letter.read = bronze::read_dead_letter(message.id, message.body, attributes);
  letter.message = std::move(message);
  if (letter.read.kind != LetterKind::rejects || !find) return letter;
  Result<Rejection> found = find(letter.read.delivery.events.front());
  if (found.ok()) {
    letter.rejection = *std::move(found);
  } else {
    letter.rejection_error = std::move(found).error();
  }
  return letter;
}

std::string subject_of(const Letter& letter) {
  if (letter.rejection.has_value()) return letter.rejection->bucket + "/" + letter.rejection->key;
  const auto& events = letter.read.delivery.events;
  if (events.empty()) return "-";
  std::string text = events.front().bucket + "/" + events.front().key;
  if (events.size() > 1) text += " and " + std::to_string(events.size() - 1) + " more";
  return text;
}

std::string error_of(const Letter& letter) {
  const bronze::DeadLetter& read = letter.read;
  if (letter.rejection.has_value()) {
    return letter.rejection->reason + ": " + letter.rejection->message;
  }
  if (letter.rejection_error.has_value()) return letter.rejection_error->message;
  if (read.kind == LetterKind::unreadable && !read.delivery.errors.empty()) {
    return read.delivery.errors.front().message;
  }
  if (!read.delivery.idle_reason.empty()) return "nothing to do: " + read.delivery.idle_reason;
  if (read.kind == LetterKind::function && !read.error_message.empty()) return read.error_message;
  if (read.error_code.empty() && read.error_message.empty()) return "-";
  if (read.error_message.empty()) return read.error_code;
  return read.error_code + ": " + read.error_message;
}

std::string advice_of(const Letter& letter) {
  const bronze::DeadLetter& read = letter.read;
  if (read.kind == LetterKind::unreadable) {
    return "see who sends this here; dlq purge --export FILE with its id keeps it and takes it out";
  }
  if (!read.delivery.idle_reason.empty())
    return "nothing needs to be done again: dlq purge with its id";
  switch (read.kind) {
    case LetterKind::rejects:
      if (letter.rejection_error.has_value()) return "see why its report can't be read";
      return "mend the file and upload it under the same key, or publish a contract with a higher "
             "version and redrive with --lake";
    case LetterKind::rule: return advice_for_rule(letter);
    default: return advice_for_failure(letter);
  }
}

std::string age_text(const Letter& letter, int64_t now_micros) {
  if (letter.message.sent_millis == 0) return "-";
  int64_t seconds =
      std::max<int64_t>(0, now_micros / 1'000'000 - letter.message.sent_millis / 1000);
  auto two = [](int64_t large, const char* one, int64_t small, const char* other) {
    return std::to_string(large) + one + (small > 0 ? " " + std::to_string(small) + other : "");
  };
  if (seconds >= 86'400) return two(seconds / 86'400, "d", seconds % 86'400 / 3600, "h");
  if (seconds >= 3600) return two(seconds / 3600, "h", seconds % 3600 / 60, "m");
  if (seconds >= 60) return two(seconds / 60, "m", seconds % 60, "s");
  return std::to_string(seconds) + "s";
}

Json letter_json(const Letter& letter, int64_t now_micros, Extent extent) {
  const bronze::DeadLetter& read = letter.read;
  Json json = Json::object();
  json.set("schema", "silversmith.dead-letter/1").set("message_id", letter.message.id);
  json.set("kind", bronze::name_of(read.kind));
  if (letter.message.sent_millis > 0) {
    json.set("sent", rfc3339(letter.message.sent_millis * 1000));
    json.set("age_seconds",
             std::max<int64_t>(0, now_micros / 1'000'000 - letter.message.sent_millis / 1000));
  }
  json.set("receives", letter.message.receives);
  Json events = Json::array();
  for (const bronze::Event& event : read.delivery.events) events.add(event_json(event));
  json.set("events", std::move(events));
  if (letter.rejection.has_value()) {
    Json source = Json::object();
    source.set("bucket", letter.rejection->bucket).set("key", letter.rejection->key);
    json.set("source", std::move(source));
  }
  std::string error = error_of(letter);
  if (error != "-") json.set("error", error);
  set_text(json, "error_code",
           letter.rejection.has_value() ? letter.rejection->reason : read.error_code);
  set_text(json, "request_id", read.request_id);
  set_text(json, "function_arn", read.function_arn);
  set_text(json, "rule_arn", read.rule_arn);
  set_text(json, "target_arn", read.target_arn);
  set_text(json, "attempts", read.attempts);
  json.set("to_do", advice_of(letter));
  if (extent == Extent::brief) return json;
  Json attributes = Json::object();
  for (const wire::QueueAttribute& one : letter.message.attributes) {
    attributes.set(one.name, Json::object().set("type", one.type).set("value", one.value));
  }
  json.set("attributes", std::move(attributes)).set("body", letter.message.body);
  return json;
}

std::string letter_text(const Letter& letter, int64_t now_micros) {
  const bronze::DeadLetter& read = letter.read;
  std::string text = letter.message.id + "  " + std::string(bronze::name_of(read.kind)) +
                     ", sent " + age_text(letter, now_micros) + " ago, received " +
                     std::to_string(letter.message.receives) + " times";
  auto line = [&text](std::string_view name, const std::string& value) {
    if (!value.empty()) text += "\n  " + std::string(name) + ": " + printable(value);
  };
  if (letter.rejection.has_value()) line("source", subject_of(letter));
  for (const bronze::Event& event : read.delivery.events) {
    line("event", event.bucket + "/" + event.key + "  (" + event.via + ")");
  }
  line("error", error_of(letter));
  line("request", read.request_id);
  line("function", read.function_arn);
  line("rule", read.rule_arn);
  line("target", read.target_arn);
  line("attempts", read.attempts);
  line("to do", advice_of(letter));
  for (const wire::QueueAttribute& one : letter.message.attributes) {
    line("attribute " + one.name, one.value);
  }
  Result<Json> json = parse_json(letter.message.body);
  text += "\n  body:\n" + (json.ok() ? json->pretty() : printable(letter.message.body));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

void LetterCounts::add(const Letter& letter) {
  errors_[std::string(bronze::name_of(letter.read.kind)) + ": " + trouble_of(letter)]++;
  places_[place_of(letter)]++;
}

std::string LetterCounts::text() const {
  return "by error" + counts_text(errors_) + "\nby place" + counts_text(places_);
}

}  // namespace silversmith::app
