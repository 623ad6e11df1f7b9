// SPDX-License-Identifier: Apache-2.0
// A Lambda function for tests of the Runtime API client. The event {"do": ...} says what it does;
// every answer names the process, the number of the invocation in it, and the time that is left.
//   echo    {"event": the event}            fail   a failure with the event's "type" and "message"
//   big     an answer of "bytes" bytes      hang   until it is killed
//   wait    until it is told to stop        crash  ends the process
// Anything else, and what is not JSON, is a failure. ECHO_INIT_ERROR and ECHO_NO_EXTENSION in the
// environment make it fail to begin, and begin without the extension.
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "wire/lambda_extension.h"
#include "wire/lambda_runtime.h"

namespace {

using namespace silversmith;
using wire::Answer;
using wire::Failure;
using wire::Outcome;

const wire::Wake* stop_of_program = nullptr;

void on_signal(int) { stop_of_program->ring(); }

std::string_view variable(char** environment, std::string_view name) {
  for (; *environment != nullptr; ++environment) {
    std::string_view entry = *environment;
    if (!entry.starts_with(name) || entry.substr(name.size(), 1) != "=") continue;
    return entry.substr(name.size() + 1);
  }
  return {};
}

void say(const std::string& text) {
  std::printf("echo: %s\n", text.c_str());
  std::fflush(stdout);
}

int fail_with(const Error& error) {
  say("ends: " + error.message);
  return 1;
}

class Echo {
 public:
  explicit Echo(const wire::Wake& stop) : stop_(stop) {}

  Outcome handle(const wire::Invocation& invocation) {
    ++invocations_;
    auto event = parse_json(invocation.payload);
    if (!event) return Failure{"Function.NotJson", event.error().message};
    std::string action = event->text_or("do", "");
    if (action == "fail") {
      return Failure{event->text_or("type", ""), event->text_or("message", "")};
    }
    if (action == "big") {
      return Answer{"\"" + std::string(event->int_or("bytes", 2) - 2, 'x') + "\""};
    }
    if (action == "crash") std::abort();
    while (action == "hang") ::poll(nullptr, 0, -1);
    if (action == "wait") {
      say("waits");
      pollfd waited{stop_.descriptor(), POLLIN, 0};
      while (::poll(&waited, 1, -1) != 1) {
      }
      say("has waited");
    } else if (action != "echo") {
      return Failure{"Function.NoSuchAction", "found " + quote_json(action)};
    }
    return answer(invocation, *std::move(event));
  }

 private:
  Outcome answer(const wire::Invocation& invocation, Json event) const {
    Json answer = Json::object();
    answer.set("pid", int64_t{::getpid()});
    answer.set("invocations", invocations_);
    answer.set("left_millis", invocation.deadline_millis - system_clock().wall_micros() / 1000);
    answer.set("request_id", invocation.request_id);
    answer.set("function_arn", invocation.function_arn);
    answer.set("event", std::move(event));
    return Answer{answer.dump()};
  }

  const wire::Wake& stop_;
  int invocations_ = 0;
};

int run(std::string_view address, char** environment) {
  wire::Wake stop = *wire::Wake::make();
  stop_of_program = &stop;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGTERM, &action, nullptr);

  auto trouble = [](const Error& error) { say("goes on: " + error.message); };
  auto runtime = wire::LambdaRuntime::open(address, {.stop = &stop, .on_trouble = trouble});
  if (!runtime) return fail_with(runtime.error());
  if (!variable(environment, "ECHO_INIT_ERROR").empty()) {
    auto told = runtime->init_error({"Runtime.NoLake", "no lake is named"});
    if (!told) say("could not tell: " + told.error().message);
    return 1;
  }
  std::optional<wire::LambdaExtension> extension;
  if (variable(environment, "ECHO_NO_EXTENSION").empty()) {
    auto started = wire::LambdaExtension::start(address, "silversmith-echo");
    if (started) extension.emplace(*std::move(started));
    if (!started) say("goes on without an extension: " + started.error().message);
  }
  Echo echo(stop);
  auto ended = runtime->run([&](const wire::Invocation& each) { return echo.handle(each); });
  if (!ended) return fail_with(ended.error());
  say("stopped in good order");
  return 0;
}

}  // namespace

int main(int, char**, char** environment) {
  return run(variable(environment, "AWS_LAMBDA_RUNTIME_API"), environment);
}
