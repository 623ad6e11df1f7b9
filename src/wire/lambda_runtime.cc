// SPDX-License-Identifier: Apache-2.0
#include "wire/lambda_runtime.h"

#include <algorithm>
#include <cstdint>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

namespace silversmith::wire {

namespace {

constexpr std::string_view invocations = "/2018-06-01/runtime/invocation/";
// Five times what Lambda delivers (6 MB): the emulator sends more, and the bound is ours, not its.
constexpr size_t payload_bytes_max = size_t{32} << 20;
// For an outcome to be taken by a server on this machine. Lambda's own deadline comes first.
constexpr int64_t tell_micros_max = 30'000'000;
constexpr uint32_t failures_in_a_row_max = 3;
constexpr size_t request_id_bytes_max = 128;
constexpr size_t message_bytes_max = size_t{32} << 10;  // a person reads it; the cause has less
constexpr size_t cause_bytes_max = size_t{4} << 10;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// It becomes part of a path: no slash, blank or line end may come in that way.
bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= request_id_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

std::string path_of(const std::string& request_id, std::string_view call) {
  SMITH_CHECK(is_request_id(request_id), "the id is one that next() gave");
  return std::string(invocations).append(request_id).append("/").append(call);
}

// As milliseconds since 1970; 0 where there are none.
int64_t millis_of(std::string_view text) {
  uint64_t number = parse_number(text).value_or(0);
  return number > INT64_MAX ? 0 : static_cast<int64_t>(number);
}

std::string error_type_of(const Failure& failure) {
  return is_error_type(failure.error_type) ? failure.error_type : "Function.Unknown";
}

// What X-Ray shows, in the shape that the API checks. It travels as a header, where DEL, which JSON
// leaves alone, would have the whole call refused.
std::string cause_of(const Failure& failure) {
  Json exception = Json::object();
  exception.set("type", error_type_of(failure));
  exception.set("message", std::string_view(failure.message).substr(0, cause_bytes_max));
  exception.set("stack", Json::array());
  Json cause = Json::object();
  cause.set("working_directory", "");
  cause.set("exceptions", Json::array().add(std::move(exception)));
  cause.set("paths", Json::array());
  std::string text = cause.dump();
  std::replace(text.begin(), text.end(), '\x7f', '?');
  return text;
}

std::string body_of(const Failure& failure) {
  Json body = Json::object();
  body.set("errorMessage", std::string_view(failure.message).substr(0, message_bytes_max));
  body.set("errorType", error_type_of(failure));
  body.set("stackTrace", Json::array());
  return body.dump();
}

Result<Invocation> invocation_of(PlainResponse response) {
  Invocation invocation;
  invocation.request_id = response.header("Lambda-Runtime-Aws-Request-Id");
  if (!is_request_id(invocation.request_id)) {
    return Error{Code::corrupt,
                 "an invocation without a usable Lambda-Runtime-Aws-Request-Id: found " +
                     show(invocation.request_id),
                 "it cannot be answered; Lambda will time it out", ""};
  }
  invocation.deadline_millis = millis_of(response.header("Lambda-Runtime-Deadline-Ms"));
  invocation.function_arn = response.header("Lambda-Runtime-Invoked-Function-Arn");
  invocation.trace_id = response.header("Lambda-Runtime-Trace-Id");
  invocation.client_context = response.header("Lambda-Runtime-Client-Context");
  invocation.cognito_identity = response.header("Lambda-Runtime-Cognito-Identity");
  invocation.tenant_id = response.header("Lambda-Runtime-Aws-Tenant-Id");
  invocation.payload = std::move(response.body);
  invocation.payload_cut = response.body_cut;
  return invocation;
}

Code code_of(int status) {
  if (status == 403) return Code::conflict;
  if (status == 413) return Code::limit;
  if (status == 500) return Code::stopped;
  return status > 500 ? Code::busy : Code::invalid;
}

}  // namespace

bool is_error_type(std::string_view text) {
  for (std::string_view origin : {"Runtime.", "Function."}) {
    if (!text.starts_with(origin)) continue;
    std::string_view name = text.substr(origin.size());
    return name.size() >= 2 && name[0] >= 'A' && name[0] <= 'Z' &&
           std::all_of(name.begin(), name.end(), is_letter);
  }
  return false;
}

Error refused(const PlainResponse& response) {
  std::string message = "the Lambda API answers " + std::to_string(response.status);
  auto body = parse_json(response.body);
  std::string type = body ? body->text_or("errorType", "") : "";
  std::string says = body ? body->text_or("errorMessage", "") : response.body;
  if (!type.empty()) message += " " + printable(type);
  if (!says.empty()) message += ": " + show(says, 200);
  std::string hint =
      response.status == 500 ? "the sandbox is beyond repair: the program exits" : "";
  return {code_of(response.status), std::move(message), std::move(hint), ""};
}

LambdaRuntime::LambdaRuntime(SocketAddress address, RuntimeOptions options)
    : http_(std::move(address), {.body_bytes_max = payload_bytes_max}),
      options_(std::move(options)) {}

Result<LambdaRuntime> LambdaRuntime::open(std::string_view address, RuntimeOptions options) {
  SocketAddress parsed = SMITH_TRY(SocketAddress::parse(address).in("AWS_LAMBDA_RUNTIME_API"));
  return LambdaRuntime(std::move(parsed), std::move(options));
}

Result<Invocation> LambdaRuntime::next() {
  PlainRequest request;
  request.path = std::string(invocations) + "next";
  // Asked again without an outcome between, the API gives the same invocation again.
  request.repeat = Repeat::when_unheard;
  PlainResponse response = SMITH_TRY(http_.send(request, {.wake = options_.stop}));
  if (response.status != 200) return refused(response).in("next invocation");
  return invocation_of(std::move(response));
}

Result<> LambdaRuntime::post(PlainRequest request) {
  request.method = "POST";
  request.headers.push_back({"Content-Type", "application/json"});
  // An outcome that is told twice is refused the second time, and changes nothing.
  request.repeat = Repeat::when_unheard;
  // The stop does not end this: what was begun is told.
  Until until{.deadline_micros = system_clock().steady_micros() + tell_micros_max};
  PlainResponse response = SMITH_TRY(http_.send(request, until));
  if (response.status == 202 || response.status == 200) return {};
  return refused(response);
}

Result<> LambdaRuntime::post_failure(std::string path, const Failure& failure) {
  std::string body = body_of(failure);
  PlainRequest request;
  request.path = std::move(path);
  request.headers.push_back({"Lambda-Runtime-Function-Error-Type", error_type_of(failure)});
  request.headers.push_back({"Lambda-Runtime-Function-XRay-Error-Cause", cause_of(failure)});
  request.body = body;
  return post(std::move(request));
}

Result<> LambdaRuntime::respond(const std::string& request_id, std::string_view text) {
  PlainRequest request;
  request.path = path_of(request_id, "response");
  request.body = text;
  auto told = post(std::move(request)).in("answer to " + request_id);
  if (told || told.error().code != Code::limit) return told;
  // The API has most likely failed the invocation by itself with the same words; then it refuses
  // this, which is as well. Where it has not, nobody else would.
  Failure failure{"Function.ResponseSizeTooLarge",
                  "the answer has " + std::to_string(text.size()) +
                      " bytes, more than Lambda takes; split the batch"};
  auto failed = fail(request_id, failure);
  if (!failed && failed.error().code != Code::conflict) return failed;
  return told;
}

Result<> LambdaRuntime::fail(const std::string& request_id, const Failure& failure) {
  return post_failure(path_of(request_id, "error"), failure).in("failure of " + request_id);
}

Result<> LambdaRuntime::init_error(const Failure& failure) {
  return post_failure("/2018-06-01/runtime/init/error", failure).in("failure to begin");
}

Result<> LambdaRuntime::tell(const Invocation& invocation, const Outcome& outcome) {
  if (const auto* failure = std::get_if<Failure>(&outcome)) {
    return fail(invocation.request_id, *failure);
  }
  return respond(invocation.request_id, std::get<Answer>(outcome).text);
}

void LambdaRuntime::trouble(const Error& error) const {
  if (options_.on_trouble) options_.on_trouble(error);
}

Result<> LambdaRuntime::run(const Handler& handler) {
  uint32_t failures_in_a_row = 0;
  while (options_.stop == nullptr || !options_.stop->rung()) {
    auto invocation = next();
    if (!invocation) {
      const Error& error = invocation.error();
      bool stopped = error.code == Code::stopped;
      if (stopped && options_.stop != nullptr && options_.stop->rung()) return {};
      if (stopped || ++failures_in_a_row == failures_in_a_row_max) return error;
      trouble(error);
      continue;
    }
    failures_in_a_row = 0;
    Outcome outcome = invocation->payload_cut
                          ? Failure{"Runtime.PayloadTooLarge",
                                    "the event has more than " + human_bytes(payload_bytes_max)}
                          : handler(*invocation);
    auto told = tell(*invocation, outcome);
    if (told) continue;
    if (told.error().code == Code::stopped) return told;
    trouble(told.error());
  }
  return {};
}

}  // namespace silversmith::wire
