// SPDX-License-Identifier: Apache-2.0
// The function `convert`: events about bronze objects, each converged (smith/handler.h).
#include "event_lake.h"
#include "handlers.h"
#include "smith/answer.h"
#include "smith/emf.h"

namespace silversmith::app {

namespace {

class ConvertWork : public Work {
 public:
  explicit ConvertWork(const FunctionSetup& setup)
      : setup_(setup), lake_(setup.settings, setup.console, setup.progress) {
    emf_.pipeline = variable("AWS_LAMBDA_FUNCTION_NAME");
    emf_.level = setup.console.level();
  }

  Result<> open() override { return lake_.open(setup_.settings.text("lake")); }

  wire::Outcome work(const wire::Invocation& invocation, const Until& until) override {
    lake_.begin(until.deadline_micros, invocation.trace_id);
    smith::HandlerSetup handling = lake_.handler_setup(setup_.log);
    handling.on_run = [this](const smith::RunResult& result) {
      setup_.console.result(smith::emf_line(result, emf_, system_clock().wall_micros()));
    };
    smith::Reply reply = smith::handle_event(invocation.payload, handling);
    if (auto* failure = std::get_if<smith::Failure>(&reply)) {
      if (setup_.progress.stop.load()) {
        failure->message +=
            "; it was stopped before the function's timeout, which is too short for "
            "it if this comes again";
      }
      return wire::Failure{std::move(failure->error_type), std::move(failure->message)};
    }
    return wire::Answer{std::move(std::get<smith::Answer>(reply).text)};
  }

 private:
  FunctionSetup setup_;
  EventLake lake_;
  smith::EmfOptions emf_;
};

}  // namespace

std::unique_ptr<Work> make_convert(const FunctionSetup& setup) {
  return std::make_unique<ConvertWork>(setup);
}

}  // namespace silversmith::app
