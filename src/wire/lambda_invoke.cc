// SPDX-License-Identifier: Apache-2.0
#include "wire/lambda_invoke.h"

#include <algorithm>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "base/uri.h"

namespace silversmith::wire {

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 170 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '$' || c == '.';
  });
}

Error no_name(std::string_view text) {
  return {Code::invalid, show(text) + " names no Lambda function",
          "wanted function:NAME, function:NAME:ALIAS or function: and its ARN", ""};
}

Error error_of(const std::string& doing, const HttpAnswer& answer) {
  Result<Json> said = parse_json(answer.body);
  std::string message = said.ok() ? said->text_or("Message", said->text_or("message", "")) : "";
  std::string name(answer.header("x-amzn-errortype"));
  name.resize(std::min(name.find(':'), name.size()));
  Error error{Code::denied, doing + ": " + std::to_string(answer.status), "", ""};
  if (!name.empty()) error.message += " " + name;
  if (!message.empty()) error.message += ": " + message;
  // 409: the function is being changed, or its snapshot made.
  if (answer.status >= 500 || answer.status == 429 || answer.status == 409) {
    error.code = Code::busy;
  } else if (answer.status == 404) {
    error.hint = "see the function's name and its region";
  } else if (answer.status == 403) {
    error.hint = "who calls this needs lambda:InvokeFunction on the function";
  } else if (answer.status == 413 || answer.status == 415 || name.starts_with("InvalidRequest")) {
    error.code = Code::invalid;
  }
  return error;
}

}  // namespace

Result<FunctionName> parse_function_name(std::string_view text) {
  auto parts = split(text, ':');
  FunctionName found;
  if (parts.size() >= 7 && parts[0] == "arn" && parts[2] == "lambda") {
    found.region = parts[3];
    parts.erase(parts.begin(), parts.begin() + 5);
  } else if (parts.size() >= 3 && parse_number(parts[0]).has_value()) {
    parts.erase(parts.begin());
  }
  if (parts.size() >= 2 && parts[0] == "function") parts.erase(parts.begin());
  if (parts.size() > 2 || !is_name(parts[0])) return no_name(text);
  if (parts.size() == 2 && !is_name(parts[1])) return no_name(text);
  found.name = parts[0];
  if (parts.size() == 2) found.qualifier = parts[1];
  return found;
}

Result<> LambdaFunction::invoke(std::string_view payload) {
  TextBody body{std::string(payload)};
  Request request;
  request.method = "POST";
  request.target = "/2015-03-31/functions/" + uri_encoded(name_.name) + "/invocations";
  if (!name_.qualifier.empty()) request.target += "?Qualifier=" + uri_encoded(name_.qualifier);
  request.headers.push_back({"X-Amz-Invocation-Type", "Event"});
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = &body;
  std::string doing = "invoking " + name_.name;
  HttpAnswer answer = SMITH_TRY(client_.send(std::move(request)).in(doing));
  if (answer.status == 202) return {};
  if (!answer.good()) return error_of(doing, answer);
  // Anything else is an answer of another invocation type: whoever gave it did something else.
  return Error{Code::denied,
               doing + ": found the status " + std::to_string(answer.status) + ", wanted 202",
               "is this endpoint Lambda's?", ""};
}

}  // namespace silversmith::wire
