// SPDX-License-Identifier: Apache-2.0
#include "wire/aws_json.h"

#include <utility>

namespace silversmith::wire {

namespace {

std::string doing(const AwsJsonCall& call) {
  return std::string(call.action) + " " + std::string(call.about);
}

// The fault's name: "com.amazonaws.sqs#QueueDoesNotExist" in the body, or in a header for those
// that the JSON protocol has no name for ("InvalidParameterValue;Sender").
std::string name_in(const HttpAnswer& answer, const Json& said) {
  std::string_view header = answer.header("x-amzn-query-error");
  if (!header.empty()) return std::string(header.substr(0, header.find(';')));
  std::string type = said.text_or("__type", "");
  return type.substr(type.find('#') + 1);
}

AwsFault fault_in(const HttpAnswer& answer) {
  Result<Json> said = parse_json(answer.body);
  AwsFault fault;
  fault.status = answer.status;
  fault.name = name_in(answer, said.ok() ? *said : Json::object());
  if (said.ok()) fault.message = said->text_or("message", said->text_or("Message", ""));
  return fault;
}

}  // namespace

bool AwsFault::passes() const {
  if (status >= 500 || status == 429) return true;
  for (std::string_view end : {"Throttled", "ThrottlingException", "Throttling", "OverLimit",
                               "RequestLimitExceeded", "TooManyRequestsException"}) {
    if (name.ends_with(end)) return true;
  }
  return false;
}

Result<AwsJsonAnswer> call_aws(HttpClient& client, const AwsJsonService& service,
                               const AwsJsonCall& call, const Json& fields) {
  TextBody body(fields.dump());
  Request request;
  request.method = "POST";
  request.target = "/";
  request.headers.push_back(
      {"X-Amz-Target", std::string(service.target) + "." + std::string(call.action)});
  request.headers.push_back(
      {"Content-Type", "application/x-amz-json-" + std::string(service.version)});
  request.body = &body;
  HttpAnswer answer = SMITH_TRY(client.send(std::move(request)).in(doing(call)));
  AwsJsonAnswer told;
  if (!answer.good()) {
    told.fault = fault_in(answer);
    return told;
  }
  if (answer.body.empty()) return told;
  Result<Json> said = parse_json(answer.body);
  if (!said) return Error{Code::busy, doing(call) + ": the answer is no JSON", "", ""};
  told.body = *std::move(said);
  return told;
}

Error error_of(const AwsRights& rights, const AwsJsonCall& call, const AwsFault& fault) {
  Error error;
  error.code = fault.passes() ? Code::busy : Code::denied;
  error.message = doing(call) + ": " + std::to_string(fault.status);
  if (!fault.name.empty()) error.message += " " + fault.name;
  if (!fault.message.empty()) error.message += ": " + fault.message;
  if (error.code == Code::denied) {
    error.hint = "the role needs " + std::string(rights.service) + ":" + std::string(call.action) +
                 " on " + std::string(rights.resource);
  }
  return error;
}

}  // namespace silversmith::wire
