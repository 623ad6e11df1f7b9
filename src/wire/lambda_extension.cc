// SPDX-License-Identifier: Apache-2.0
#include "wire/lambda_extension.h"

#include <string>

#include "base/clock.h"
#include "base/text.h"
#include "wire/lambda_runtime.h"
#include "wire/plain_http.h"

namespace silversmith::wire {

namespace {

// A cold start waits for this answer, so the wait is short: the extension is a nicety.
constexpr int64_t register_micros_max = 2'000'000;

Result<std::string> register_at(PlainHttp& http, std::string_view name) {
  PlainRequest request;
  request.method = "POST";
  request.path = "/2020-01-01/extension/register";
  request.headers = {{"Lambda-Extension-Name", std::string(name)},
                     {"Content-Type", "application/json"}};
  request.body = R"({"events":[]})";
  Until until{.deadline_micros = system_clock().steady_micros() + register_micros_max};
  PlainResponse response = SMITH_TRY(http.send(request, until));
  if (response.status != 200) return refused(response);
  std::string id(response.header("Lambda-Extension-Identifier"));
  if (id.empty()) {
    return Error{Code::corrupt, "the answer has no Lambda-Extension-Identifier", "", ""};
  }
  return id;
}

}  // namespace

// What the thread uses; it stays where it is while the extension moves.
struct LambdaExtension::Waiting {
  PlainHttp http;
  std::string id;
  Wake stop;

  // Lambda answers this only to end the sandbox. Whatever comes, there is nothing left to wait for.
  void wait() {
    PlainRequest request;
    request.path = "/2020-01-01/extension/event/next";
    request.headers = {{"Lambda-Extension-Identifier", id}};
    [[maybe_unused]] auto ended = http.send(request, {.wake = &stop});
  }
};

LambdaExtension::LambdaExtension(std::unique_ptr<Waiting> waiting, Thread thread)
    : waiting_(std::move(waiting)), thread_(std::move(thread)) {}
LambdaExtension::LambdaExtension(LambdaExtension&&) noexcept = default;
LambdaExtension::~LambdaExtension() {
  if (waiting_ != nullptr) waiting_->stop.ring();
}

Result<LambdaExtension> LambdaExtension::start(std::string_view address, std::string_view name) {
  PlainHttp http(SMITH_TRY(SocketAddress::parse(address).in("AWS_LAMBDA_RUNTIME_API")));
  std::string id = SMITH_TRY(register_at(http, name).in("extension " + show(name)));
  Wake stop = SMITH_TRY(Wake::make());
  auto waiting =
      std::make_unique<Waiting>(Waiting{std::move(http), std::move(id), std::move(stop)});
  Thread thread = SMITH_TRY(Thread::start([waits = waiting.get()] { waits->wait(); }));
  return LambdaExtension(std::move(waiting), std::move(thread));
}

}  // namespace silversmith::wire
