// SPDX-License-Identifier: Apache-2.0
// silversmith: reads the command line, runs one command, maps its outcome to an exit status.
#include <malloc.h>

#include <cstdio>
#include <exception>
#include <string>

#include "commands.h"
#include "smith/pipeline.h"

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
  if (command == "convert") return convert_command(invocation, console);
  if (command.starts_with("runs ")) return runs_command(invocation, console);
  if (command.starts_with("quarantine ")) return quarantine_command(invocation, console);
  if (command.starts_with("parquet ")) return parquet_command(invocation, console);
  if (command.starts_with("contract ")) return contract_command(invocation, console);
  SMITH_CHECK(command == "version", command);
  return version_command(console);
}

int run(int argc, char** argv) {
  auto invocation = read_invocation(argc, argv);
  if (!invocation) {
    Console console{Settings()};
    console.error(invocation.error());
    return static_cast<int>(Exit::usage);
  }
  Console console(invocation->settings);
  if (invocation->help.has_value()) {
    console.result(*invocation->help);
    return static_cast<int>(Exit::ok);
  }
  auto outcome = dispatch(*invocation, console);
  if (outcome) return static_cast<int>(*outcome);
  console.error(outcome.error());
  return static_cast<int>(exit_of(outcome.error()));
}

}  // namespace

}  // namespace silversmith::app

int main(int argc, char** argv) {
  // A large block goes back to the system when it is freed. By itself the allocator raises this
  // bound to the largest block ever freed, and one long record would stay with us for good.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  try {
    return silversmith::app::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "internal error: %s\n", error.what());
  } catch (...) {
    std::fprintf(stderr, "internal error\n");
  }
  return static_cast<int>(silversmith::app::Exit::internal);
}
