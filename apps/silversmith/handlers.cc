// SPDX-License-Identifier: Apache-2.0
#include "handlers.h"

#include <algorithm>

#include "base/text.h"
#include "smith/answer.h"

namespace silversmith::app {

namespace {

using Maker = std::unique_ptr<Work> (*)(const FunctionSetup& setup);
struct Named {
  std::string_view handler;
  Maker make;
};
constexpr Named functions[] = {{"convert", make_convert},   {"sweep", make_sweep},
                               {"catalog", make_catalog},   {"notify", make_notify},
                               {"bootstrap", make_convert}, {"", make_convert}};

wire::Outcome failure(const ItemOutcome& worst, size_t failed) {
  std::string more = failed > 1 ? " (and " + std::to_string(failed - 1) + " more)" : "";
  return wire::Failure{std::string(smith::error_type_of(worst.verdict)), worst.reason + more};
}

std::string answer_text(const std::vector<ItemOutcome>& outcomes) {
  Json results = Json::array();
  for (const ItemOutcome& outcome : outcomes) {
    for (const Json& result : outcome.results) results.add(result);
  }
  bool worked =
      std::any_of(results.as_array().begin(), results.as_array().end(),
                  [](const Json& result) { return result.text_or("status", "") == "success"; });
  Json answer = Json::object();
  answer.set("status", worked ? "success" : "ignored").set("results", std::move(results));
  std::string text = answer.dump();
  if (text.size() <= smith::answer_bytes_max) return text;
  return answer.set("results", Json::array()).dump();
}

}  // namespace

Result<std::unique_ptr<Work>> make_work(std::string_view handler, const FunctionSetup& setup) {
  for (const Named& named : functions) {
    if (named.handler == handler) return named.make(setup);
  }
  return Error{Code::invalid, "the function's handler is " + show(handler),
               "set it to convert, sweep, catalog or notify", ""};
}

Result<std::string> wanted_setting(const Settings& settings, std::string_view name) {
  std::string value = settings.text(name);
  if (!value.empty()) return value;
  return Error{Code::invalid, variable_of(name) + " is not set",
               "this function needs it: docs/operations/lambda.md", ""};
}

void add_error(ItemOutcome& outcome, const Error& error) {
  bool of_event = error.type == "event-error";
  smith::Verdict verdict = of_event ? smith::Verdict::unreadable : smith::verdict_of(error.code);
  if (verdict > outcome.verdict || outcome.verdict == smith::Verdict::done) {
    outcome.verdict = verdict;
    outcome.reason = one_line(error);
  }
  Json told = Json::object();
  told.set("status", "error").set("error", one_line(error));
  outcome.results.push_back(std::move(told));
}

wire::Outcome answer_items(Sender sender, const std::vector<ItemOutcome>& outcomes) {
  const ItemOutcome* worst = nullptr;
  size_t failed = 0;
  bool nameless = false;
  Json failures = Json::array();
  for (const ItemOutcome& outcome : outcomes) {
    if (outcome.verdict == smith::Verdict::done) continue;
    ++failed;
    nameless = nameless || outcome.id.empty();
    if (worst == nullptr || outcome.verdict > worst->verdict) worst = &outcome;
    failures.add(Json::object().set("itemIdentifier", outcome.id));
  }
  if (worst != nullptr && (sender == Sender::one || nameless)) return failure(*worst, failed);
  if (sender == Sender::one) return wire::Answer{answer_text(outcomes)};
  return wire::Answer{Json::object().set("batchItemFailures", std::move(failures)).dump()};
}

}  // namespace silversmith::app
