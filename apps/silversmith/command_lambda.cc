// SPDX-License-Identifier: Apache-2.0
// silversmith lambda, and bootstrap: the function's life. It opens what the function needs
// (handlers.h), then answers one invocation after the other until Lambda ends the sandbox
// (docs/operations/lambda.md). The one
// thing to know: work stops before the deadline and says so, since behind it there is only a kill.
#include <signal.h>

#include <optional>

#include "commands.h"
#include "function.h"
#include "handlers.h"
#include "watchdog.h"
#include "wire/lambda_extension.h"
#include "wire/lambda_runtime.h"

namespace silversmith::app {

namespace {

constexpr std::string_view extension_name = "silversmith";
// A start that fails at its first setting takes less than a millisecond, and AWS's emulator then
// may not listen yet: seen once in 240 starts, as an answer without a reason.
constexpr int begin_tries_max = 20;
constexpr int64_t begin_pause_micros = 25'000;

const wire::Wake* stop_of_function = nullptr;

// While it lives SIGTERM and SIGINT ring the stop.
class StopRinging {
 public:
  explicit StopRinging(const wire::Wake& stop) {
    stop_of_function = &stop;
    struct sigaction action {};
    action.sa_handler = [](int) { stop_of_function->ring(); };
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);
  }
  ~StopRinging() {
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
  }
  StopRinging(const StopRinging&) = delete;
  StopRinging& operator=(const StopRinging&) = delete;
};

// Every line of an invocation says which one it belongs to.
class InvocationLog : public Log {
 public:
  explicit InvocationLog(Log& log) : log_(log) {}
  void begin(const wire::Invocation& invocation) {
    request_id_ = invocation.request_id;
    trace_id_ = invocation.trace_id;
  }
  void write(Level level, std::string_view message, const Json& fields) override {
    Json whole = fields;
    whole.set("request_id", request_id_);
    if (!trace_id_.empty()) whole.set("xray_trace_id", trace_id_);
    log_.write(level, message, whole);
  }

 private:
  Log& log_;
  std::string request_id_, trace_id_;
};

class Function {
 public:
  Function(Work& work, InvocationLog& log, smith::Progress& progress)
      : work_(work), log_(log), progress_(progress) {}

  wire::Outcome handle(const wire::Invocation& invocation) {
    log_.begin(invocation);
    int64_t now = system_clock().wall_micros() / 1000;
    int64_t stop_at = stop_millis(now, invocation.deadline_millis);
    int64_t steady = system_clock().steady_micros();
    int64_t deadline = stop_at == 0 ? 0 : steady + (stop_at - now) * 1000;
    auto watchdog = Watchdog::start(progress_.stop, deadline);
    if (!watchdog) return wire::Failure{"Function.Transient", watchdog.error().message};
    return work_.work(invocation, {deadline});
  }

 private:
  Work& work_;
  InvocationLog& log_;
  smith::Progress& progress_;
};

// An operator must act; Lambda shows this text for each invocation until then.
Result<Exit> tell_no_begin(wire::LambdaRuntime& runtime, Error error, Console& console) {
  const wire::Failure failure = {"Runtime.Misconfigured", one_line(error)};
  auto told = runtime.init_error(failure);
  for (int again = 0; !told && told.error().code == Code::busy && again < begin_tries_max;
       ++again) {
    system_clock().sleep_micros(begin_pause_micros);
    told = runtime.init_error(failure);
  }
  if (!told) console.error(told.error());
  return error;
}

}  // namespace

Result<Exit> lambda_command(const Invocation& invocation, Console& console) {
  std::string address = variable("AWS_LAMBDA_RUNTIME_API");
  if (address.empty()) {
    return Error{Code::invalid, "AWS_LAMBDA_RUNTIME_API is not set: this is no Lambda function",
                 "to try an event here: silversmith invoke LAKE --event FILE", ""};
  }
  wire::Wake stop = SMITH_TRY(wire::Wake::make());
  StopRinging ringing(stop);
  auto trouble = [&console](const Error& error) { console.warning(error.message); };
  auto runtime =
      SMITH_TRY(wire::LambdaRuntime::open(address, {.stop = &stop, .on_trouble = trouble}));
  smith::Progress progress;
  InvocationLog log(console.log());
  auto work = make_work(variable("_HANDLER"), {invocation.settings, console, log, progress});
  auto opened = work ? (*work)->open() : Result<>(work.error());
  if (!opened) return tell_no_begin(runtime, std::move(opened).error(), console);
  std::optional<wire::LambdaExtension> extension;
  auto registered = wire::LambdaExtension::start(address, extension_name);
  if (registered) {
    extension.emplace(*std::move(registered));
  } else {
    console.warning("no SIGTERM at the end: " + registered.error().message);
  }
  Function function(**work, log, progress);
  SMITH_TRY(runtime.run(
      [&function](const wire::Invocation& invoked) { return function.handle(invoked); }));
  return Exit::ok;
}

}  // namespace silversmith::app
