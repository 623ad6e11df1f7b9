// SPDX-License-Identifier: Apache-2.0
#include "bronze/dead_letter.h"

#include <algorithm>
#include <optional>

#include "base/json.h"
#include "base/text.h"

namespace silversmith::bronze {

namespace {

std::string value_of(const LetterAttributes& attributes, std::string_view name) {
  for (const auto& [known, value] : attributes) {
    if (known == name) return value;
  }
  return {};
}

bool has(const LetterAttributes& attributes, std::string_view name) {
  return std::any_of(attributes.begin(), attributes.end(),
                     [&](const auto& one) { return one.first == name; });
}

// The record of an on-failure destination: itself, or as EventBridge carries it to a bus.
std::optional<Json> record_in(std::string_view body) {
  Result<Json> json = parse_json(body);
  if (!json.ok()) return std::nullopt;
  const Json* record = &*json;
  bool carried = json->text_or("detail-type", "").starts_with("Lambda Function Invocation Result");
  if (carried && json->find("detail") != nullptr) record = json->find("detail");
  if (record->find("requestContext") == nullptr) return std::nullopt;
  if (record->find("requestPayload") == nullptr) return std::nullopt;
  return *record;
}

void read_record(const Json& record, DeadLetter& letter) {
  letter.kind = LetterKind::destination;
  const Json& payload = *record.find("requestPayload");
  letter.event_text = payload.is_string() ? payload.as_string() : payload.dump();
  const Json& context = *record.find("requestContext");
  letter.request_id = context.text_or("requestId", "");
  letter.function_arn = context.text_or("functionArn", "");
  int64_t attempts = context.int_or("approximateInvokeCount", 0);
  if (attempts > 0) letter.attempts = std::to_string(attempts);
  letter.error_code = context.text_or("condition", "");
  const Json* answer = record.find("responsePayload");
  if (answer == nullptr) return;
  // A function's own words say more than that its retries are exhausted.
  std::string type = answer->text_or("errorType", "");
  if (!type.empty()) letter.error_code = type;
  letter.error_message = answer->text_or("errorMessage", "");
}

void read_rule(const LetterAttributes& attributes, DeadLetter& letter) {
  letter.kind = LetterKind::rule;
  letter.rule_arn = value_of(attributes, "RULE_ARN");
  letter.target_arn = value_of(attributes, "TARGET_ARN");
  letter.error_code = value_of(attributes, "ERROR_CODE");
  letter.error_message = value_of(attributes, "ERROR_MESSAGE");
  letter.attempts = value_of(attributes, "RETRY_ATTEMPTS");
}

// The number that Lambda calls the error's code is an HTTP status; what failed is in the message.
void read_function(const LetterAttributes& attributes, DeadLetter& letter) {
  letter.kind = LetterKind::function;
  letter.request_id = value_of(attributes, "RequestID");
  letter.error_code = value_of(attributes, "ErrorCode");
  letter.error_message = value_of(attributes, "ErrorMessage");
}

bool all_are_rejections(const Delivery& delivery) {
  return !delivery.events.empty() &&
         std::all_of(delivery.events.begin(), delivery.events.end(), [](const Event& event) {
           return event.change == Change::made && is_rejection(event.key);
         });
}

}  // namespace

std::string_view name_of(LetterKind kind) {
  switch (kind) {
    case LetterKind::queue: return "queue";
    case LetterKind::function: return "function";
    case LetterKind::destination: return "destination";
    case LetterKind::rule: return "rule";
    case LetterKind::rejects: return "rejects";
    case LetterKind::unreadable: return "unreadable";
  }
  return "unreadable";
}

DeadLetter read_dead_letter(std::string_view id, std::string_view body,
                            const LetterAttributes& attributes) {
  DeadLetter letter;
  letter.delivery = read_message(id, body);
  letter.event_text = body;
  std::optional<Json> record = record_in(body);
  if (has(attributes, "RULE_ARN") || has(attributes, "TARGET_ARN")) {
    read_rule(attributes, letter);
  } else if (has(attributes, "RequestID") && has(attributes, "ErrorCode")) {
    read_function(attributes, letter);
  } else if (record.has_value()) {
    read_record(*record, letter);
  } else if (all_are_rejections(letter.delivery)) {
    letter.kind = LetterKind::rejects;
  } else {
    letter.kind = LetterKind::queue;
  }
  bool unknown = letter.delivery.events.empty() && !letter.delivery.errors.empty();
  if (unknown && letter.kind == LetterKind::queue) letter.kind = LetterKind::unreadable;
  return letter;
}

Area area_of(std::string_view key) {
  for (std::string_view segment : split(key, '/')) {
    if (segment == "bronze") return Area::bronze;
    bool output = segment == "silver" || segment == "quarantine" || segment == "receipts";
    if (output) return Area::output;
  }
  return Area::elsewhere;
}

bool is_rejection(std::string_view key) {
  return key.ends_with("/rejected.json") && area_of(key) == Area::output &&
         (key.starts_with("quarantine/") || key.find("/quarantine/") != std::string_view::npos);
}

}  // namespace silversmith::bronze
