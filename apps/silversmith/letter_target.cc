// SPDX-License-Identifier: Apache-2.0
#include "letter_target.h"

#include <algorithm>

#include "aws.h"
#include "base/text.h"

namespace silversmith::app {

namespace {

using bronze::LetterKind;

Error refused(std::string message, std::string hint = "") {
  return {Code::invalid, std::move(message), std::move(hint), ""};
}

bool about_output(const Letter& letter) {
  const auto& events = letter.read.delivery.events;
  return std::any_of(events.begin(), events.end(), [](const bronze::Event& event) {
    return bronze::area_of(event.key) == bronze::Area::output;
  });
}

// What a function or a rule failed on, a function was meant to have: notices and catalogs are made
// of our output, sweeps of a schedule's events. Anything else that gets such an event is a loop.
bool meant_for_function(const Letter& letter, TargetKind kind) {
  LetterKind sort = letter.read.kind;
  bool failed =
      sort == LetterKind::function || sort == LetterKind::destination || sort == LetterKind::rule;
  return kind == TargetKind::function && failed && letter.read.delivery.idle_reason.empty();
}

std::string status_of(const smith::DeliveryOutcome& outcome) {
  if (outcome.events.empty()) return outcome.idle_reason;
  std::string text(smith::name_of(outcome.events.front().result.status));
  if (outcome.events.size() > 1) {
    text += " and " + std::to_string(outcome.events.size() - 1) + " more";
  }
  return text;
}

// What went wrong first.
Error failure_of(const smith::DeliveryOutcome& outcome) {
  for (const smith::Handled& handled : outcome.events) {
    const auto& error = handled.result.error;
    if (smith::verdict_of(handled.result) == smith::Verdict::done || !error.has_value()) continue;
    return {error->code, error->message, error->hint, error->type};
  }
  if (!outcome.errors.empty()) return outcome.errors.front();
  return {Code::busy, "it was not worked on", "", ""};
}

bool refused_again(const smith::DeliveryOutcome& outcome) {
  return std::any_of(outcome.events.begin(), outcome.events.end(),
                     [](const smith::Handled& handled) {
                       return handled.result.status == smith::Status::rejected;
                     });
}

}  // namespace

std::optional<Error> objection_to(const Letter& letter, TargetKind kind) {
  const bronze::DeadLetter& read = letter.read;
  if (meant_for_function(letter, kind)) return std::nullopt;
  if (read.delivery.events.empty() && !read.delivery.errors.empty()) {
    return refused("it is no event that is known: " + read.delivery.errors.front().message,
                   advice_of(letter));
  }
  if (read.delivery.events.empty()) {
    return refused("it asks for nothing: " + read.delivery.idle_reason, advice_of(letter));
  }
  if (read.kind == LetterKind::rejects) {
    if (letter.rejection.has_value()) return std::nullopt;
    if (letter.rejection_error.has_value()) return letter.rejection_error;
    return refused("which file was refused stands in its report", "give --lake, to read that");
  }
  if (!about_output(letter)) return std::nullopt;
  return refused("it is about our own output, and sent again it makes a loop",
                 "see which rule sends it, and narrow that to bronze");
}

std::string event_for(const Letter& letter) {
  if (letter.read.kind != LetterKind::rejects) return letter.read.event_text;
  Json json = Json::object();
  json.set("bucket", letter.rejection->bucket).set("key", letter.rejection->key);
  return json.dump();
}

Result<std::string> QueueTarget::take(const Letter& letter) {
  wire::NewMessage message{.body = event_for(letter)};
  // Of the other kinds the attributes say why it failed, and with them it would look as if it had
  // failed again.
  if (letter.read.kind == LetterKind::queue) message.attributes = letter.message.attributes;
  if (is_fifo_) {
    // What had no order gets none: a group of its own.
    message.group = letter.message.group.empty() ? letter.message.id : letter.message.group;
    message.once = letter.message.id;
  }
  SMITH_TRY(queue_.send(message));
  return std::string("accepted");
}

Result<std::string> FunctionTarget::take(const Letter& letter) {
  SMITH_TRY(invoke_(event_for(letter)));
  return std::string("accepted");
}

Result<std::string> LakeTarget::take(const Letter& letter) {
  // Each letter alone: what became of an earlier one about the same key may be out of date.
  smith::Handler handler(setup_);
  smith::DeliveryOutcome outcome =
      handler.work(bronze::read_message(letter.message.id, event_for(letter)));
  if (outcome.verdict != smith::Verdict::done) return failure_of(outcome);
  // The refusal is what the letter is about: it is done when the file is taken.
  if (letter.read.kind == LetterKind::rejects && refused_again(outcome)) {
    return Error{Code::conflict, "the file is refused as before: " + error_of(letter),
                 "mend the file or the contract first", ""};
  }
  return status_of(outcome);
}

bool same_queue(std::string_view one, std::string_view other) {
  if (one == other) return true;
  auto place = [](std::string_view url) {
    size_t name = url.rfind('/');
    size_t account = name == std::string_view::npos ? name : url.rfind('/', name - 1);
    return account == std::string_view::npos ? url : url.substr(account);
  };
  return place(one) == place(other) && region_of_queue(one) == region_of_queue(other);
}

}  // namespace silversmith::app
