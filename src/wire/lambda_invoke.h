// SPDX-License-Identifier: Apache-2.0
// One Lambda function, called so that nobody waits for it: the Invoke API with the invocation type
// Event. What is accepted stands in the function's own queue, with its retries and its
// destination. Nothing is repeated here.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/http.h"

namespace silversmith::wire {

// A function's name in its parts. As people write it: NAME, NAME:QUALIFIER, ACCOUNT:function:NAME,
// or the whole ARN, each with or without a qualifier.
struct FunctionName {
  std::string name;
  std::string qualifier;  // a version or alias; "" is the latest
  std::string region;     // of an ARN; "" where it is not said
};
// Fails with invalid.
Result<FunctionName> parse_function_name(std::string_view text);

class LambdaFunction {
 public:
  // `client` outlives this; its endpoint is the region's Lambda service.
  LambdaFunction(HttpClient& client, FunctionName name) : client_(client), name_(std::move(name)) {}

  // Hands the payload, a JSON text, to the function's queue.
  // Fails with busy (it may have been accepted), denied (rights, no such function), invalid (the
  // payload is not taken: too large, or no JSON), stopped.
  Result<> invoke(std::string_view payload);

 private:
  HttpClient& client_;
  FunctionName name_;
};

}  // namespace silversmith::wire
