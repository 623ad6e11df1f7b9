// SPDX-License-Identifier: Apache-2.0
#include "wire/webhook.h"

namespace silversmith::wire {

namespace {

constexpr std::string_view about = "the webhook";

}  // namespace

Result<> post_webhook(HttpClient& client, const std::string& target, const Json& message) {
  TextBody body(message.dump());
  Request request;
  request.method = "POST";
  request.target = target;
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = &body;
  request.about = about;
  HttpAnswer answer = SMITH_TRY(client.send(std::move(request)));
  if (answer.good()) return {};
  std::string said = std::string(about) + " answered " + std::to_string(answer.status);
  // What it says besides is not told: it may say the address.
  if (passes_by_itself(answer.status)) return Error{Code::busy, std::move(said), "", ""};
  return Error{Code::denied, std::move(said), "see the address that SILVERSMITH_WEBHOOK has", ""};
}

}  // namespace silversmith::wire
