// SPDX-License-Identifier: Apache-2.0
// silversmith: reads the command line, runs one command, maps its outcome to an exit status.
#include <algorithm>
#include <string>

#include "commands.h"
#include "process.h"
#include "smith/pipeline.h"
#include "summary.h"

namespace silversmith::app {

namespace {

Result<Exit> version_command(Console& console) {
  std::string version(smith::engine_version());
  if (console.json()) {
    Json json = Json::object();
    json.set("version", version);
    console.result_json(json);
  } else {
    console.result("silversmith " + version);
  }
  return Exit::ok;
}

Result<Exit> dispatch(const Invocation& invocation, Console& console) {
  const std::string& command = invocation.command;
  if (command == "init") return init_command(invocation, console);
  if (command == "run") return run_command(invocation, console);
  if (command == "watch") return watch_command(invocation, console);
  if (command == "backfill" || command == "sweep") return backfill_command(invocation, console);
  if (command == "doctor") return doctor_command(invocation, console);
  if (command == "worker") return worker_command(invocation, console);
  if (command == "convert") return convert_command(invocation, console);
  if (command == "invoke") return invoke_command(invocation, console);
  if (command == "lambda") return lambda_command(invocation, console);
  if (command.starts_with("dlq ")) return dlq_command(invocation, console);
  if (command.starts_with("event ")) return event_command(invocation, console);
  if (command.starts_with("runs ")) return runs_command(invocation, console);
  if (command.starts_with("quarantine ")) return quarantine_command(invocation, console);
  if (command.starts_with("parquet ")) return parquet_command(invocation, console);
  if (command.starts_with("catalog ")) return catalog_command(invocation, console);
  if (command.starts_with("contract ")) return contract_command(invocation, console);
  if (command.starts_with("deploy ")) return deploy_command(invocation, console);
  SMITH_CHECK(command == "version", command);
  return version_command(console);
}

// Commands that change something: what they print is a report of it. Of all others it is the
// result.
bool only_reports(const std::string& command) {
  constexpr std::string_view names[] = {"init",        "run",       "watch",       "worker",
                                        "backfill",    "sweep",     "convert",     "lambda",
                                        "dlq redrive", "dlq purge", "catalog sync"};
  return std::find(std::begin(names), std::end(names), command) != std::end(names);
}

int run(int argc, char** argv) {
  auto invocation = read_invocation(argc, argv);
  auto opened = invocation ? Console::open(invocation->settings) : Result<Console>(Console());
  if (!invocation || !opened) {
    Console().error(invocation ? opened.error() : invocation.error());
    return static_cast<int>(Exit::usage);
  }
  Console& console = *opened;
  bool helps = invocation->help.has_value();
  if (helps) console.result(*invocation->help);
  auto outcome = helps ? Result<Exit>(Exit::ok) : dispatch(*invocation, console);
  if (!outcome) {
    console.error(outcome.error());
    if (console.json()) console.result_json(error_json(outcome.error()));
    return static_cast<int>(exit_of(outcome.error()));
  }
  std::optional<Error> lost = console.lost_output();
  if (!only_reports(invocation->command) && !lost.has_value()) lost = console.closed_output();
  if (*outcome != Exit::ok || !lost.has_value()) return static_cast<int>(*outcome);
  console.error(*lost);
  return static_cast<int>(exit_of(*lost));
}

}  // namespace

}  // namespace silversmith::app

int main(int argc, char** argv) {
  return silversmith::app::run_program([argc, argv] { return silversmith::app::run(argc, argv); });
}
