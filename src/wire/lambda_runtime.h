// SPDX-License-Identifier: Apache-2.0
// The Lambda Runtime API: takes one invocation after the other, hands each to a handler and tells
// its outcome. Between AWS Lambda and the handler of smith; apps give it the address
// (AWS_LAMBDA_RUNTIME_API). The one thing to know: nothing that an invocation brings ends the loop;
// only the stop, an API that says it is beyond repair, and one that cannot be reached do.
// Statuses and limits: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "wire/plain_http.h"
#include "wire/socket.h"

namespace silversmith::wire {

// One event to work on, with what the headers say of it; a text is empty when they don't.
struct Invocation {
  std::string request_id;
  int64_t deadline_millis = 0;  // since the epoch: when the sandbox is killed; 0: not said
  std::string function_arn;
  std::string trace_id;  // for X-Amzn-Trace-Id of our own calls, which detects loops
  std::string client_context;
  std::string cognito_identity;
  std::string tenant_id;
  std::string payload;       // any bytes
  bool payload_cut = false;  // it is larger than Lambda's own limit; this is its beginning
};

struct Answer {
  std::string text;  // JSON
};

// What Lambda is to treat as failed and, where it may, to deliver again.
struct Failure {
  std::string error_type;  // like "Function.StoreBusy"; see is_error_type()
  std::string message;
};

using Outcome = std::variant<Answer, Failure>;
// Must not throw, and should return before the deadline: behind it the sandbox is killed.
using Handler = std::function<Outcome(const Invocation&)>;

// Whether Lambda keeps the text as an error type: Runtime or Function, a dot, then a capital and
// more letters. Others would all become Runtime.Unknown there.
bool is_error_type(std::string_view text);

struct RuntimeOptions {
  const Wake* stop = nullptr;  // ends run() between invocations; may be null
  // Told of what run() notices and goes on from; may be empty.
  std::function<void(const Error&)> on_trouble;
};

class LambdaRuntime {
 public:
  // `address` is the value of AWS_LAMBDA_RUNTIME_API. Nothing is connected yet.
  // Fails with invalid when it is none.
  static Result<LambdaRuntime> open(std::string_view address, RuntimeOptions options = {});

  // Waits for the next invocation, without limit.
  // Fails with stopped when the stop is rung or the API is beyond repair (500), corrupt when the
  // invocation cannot be answered for want of an id, and as refused() and PlainHttp::send() do.
  Result<Invocation> next();
  // Tells the outcome of an invocation. A text larger than Lambda's 6 MiB is told as a failure,
  // Function.ResponseSizeTooLarge, and is limit.
  // Fails as refused() and PlainHttp::send() do.
  Result<> respond(const std::string& request_id, std::string_view text);
  Result<> fail(const std::string& request_id, const Failure& failure);
  // Tells that the program could not begin; it must exit then. Fails as fail() does.
  Result<> init_error(const Failure& failure);

  // Works until the stop is rung: then it has told the outcome of what it had begun, and is ok.
  // Fails with stopped when the API is beyond repair, and with the last error when three calls for
  // an invocation failed in a row. The program must exit with a failure then.
  Result<> run(const Handler& handler);

 private:
  LambdaRuntime(SocketAddress address, RuntimeOptions options);

  Result<> post_failure(std::string path, const Failure& failure);
  Result<> post(PlainRequest request);
  Result<> tell(const Invocation& invocation, const Outcome& outcome);
  void trouble(const Error& error) const;

  PlainHttp http_;
  RuntimeOptions options_;
};

// What an answer of the API that is no success means: conflict for 403 (not in this state), limit
// for 413, stopped for 500 (beyond repair: exit), busy for other 5xx, else invalid. The message
// says what the API said.
Error refused(const PlainResponse& response);

}  // namespace silversmith::wire
