// SPDX-License-Identifier: Apache-2.0
// An internal extension of Lambda that wants no events: a sandbox that has one gets SIGTERM and
// half a second before SIGKILL, one that has none gets SIGKILL at once. Started by apps before
// LambdaRuntime::run(). The one thing to know: nothing depends on it; a program that is killed at
// any moment leaves nothing half done, and a failure to register is a warning.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/thread.h"

namespace silversmith::wire {

class LambdaExtension {
 public:
  // Registers under `name`, unique among the function's extensions, and waits on a thread of its
  // own. `address` is the value of AWS_LAMBDA_RUNTIME_API.
  // Requires that no invocation was asked for yet: that ends the time for registering.
  // Fails with invalid when it is no address, busy when there is no thread or no answer within two
  // seconds, corrupt when the answer names no id, and as refused() and PlainHttp::send() do.
  static Result<LambdaExtension> start(std::string_view address, std::string_view name);
  LambdaExtension(LambdaExtension&&) noexcept;
  LambdaExtension& operator=(LambdaExtension&&) = delete;
  ~LambdaExtension();  // stops waiting

 private:
  struct Waiting;
  LambdaExtension(std::unique_ptr<Waiting> waiting, Thread thread);
  std::unique_ptr<Waiting> waiting_;
  Thread thread_;  // goes before what it uses
};

}  // namespace silversmith::wire
