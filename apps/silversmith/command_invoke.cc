// SPDX-License-Identifier: Apache-2.0
// silversmith invoke LAKE --event FILE|-: one event through the handler that the Lambda runs, and
// its answer on standard output.
#include "commands.h"
#include "event_lake.h"
#include "files.h"
#include "smith/answer.h"

namespace silversmith::app {

namespace {

constexpr uint64_t event_bytes_max = uint64_t{6} << 20;  // what Lambda takes

// What Lambda hands to who called it, and the status that says whether a repeat makes sense.
Exit tell_failure(const smith::Failure& failure, Console& console) {
  Json json = Json::object();
  json.set("errorMessage", failure.message).set("errorType", failure.error_type);
  console.result_json(json);
  if (failure.error_type == "Function.Transient") return Exit::busy;
  return failure.error_type == "Function.AnswerTooLarge" ? Exit::io : Exit::usage;
}

}  // namespace

Result<Exit> invoke_command(const Invocation& invocation, Console& console) {
  smith::Progress progress;
  EventLake lake(invocation.settings, console, progress);
  SMITH_TRY(lake.open(invocation.operands.at(0)));
  std::string event =
      SMITH_TRY(read_whole_file(invocation.settings.text("event"), event_bytes_max).in("--event"));
  StopSignals signals(progress);  // a wait for the event is ended by the signal itself
  smith::HandlerSetup setup = lake.handler_setup(console.log());
  smith::Reply reply = smith::handle_event(event, setup);
  Exit exit = Exit::ok;
  if (const auto* failure = std::get_if<smith::Failure>(&reply)) {
    exit = tell_failure(*failure, console);
  } else {
    console.result(std::get<smith::Answer>(reply).text);
  }
  return signals.exit() == Exit::ok ? exit : signals.exit();
}

}  // namespace silversmith::app
