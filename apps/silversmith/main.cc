// SPDX-License-Identifier: Apache-2.0
// silversmith: reads the command line, runs one command, maps its outcome to an exit status.
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>

#include "commands.h"
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
  if (command == "worker") return worker_command(invocation, console);
  if (command == "convert") return convert_command(invocation, console);
  if (command == "invoke") return invoke_command(invocation, console);
  if (command == "lambda") return lambda_command(invocation, console);
  if (command.starts_with("event ")) return event_command(invocation, console);
  if (command.starts_with("runs ")) return runs_command(invocation, console);
  if (command.starts_with("quarantine ")) return quarantine_command(invocation, console);
  if (command.starts_with("parquet ")) return parquet_command(invocation, console);
  if (command.starts_with("contract ")) return contract_command(invocation, console);
  SMITH_CHECK(command == "version", command);
  return version_command(console);
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
  if (*outcome != Exit::ok || !console.lost_output().has_value()) return static_cast<int>(*outcome);
  console.error(*console.lost_output());
  return static_cast<int>(exit_of(*console.lost_output()));
}

// A closed standard descriptor would be given to the next file that is opened, and what is meant
// for a person would be written into it. What stands in for it can't be used the way it is meant,
// so that using it stays an error.
void fill_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    bool closed = fcntl(fd, F_GETFD) < 0 && errno == EBADF;
    if (closed && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

}  // namespace

}  // namespace silversmith::app

int main(int argc, char** argv) {
  // A large block goes back to the system when it is freed. By itself the allocator raises this
  // bound to the largest block ever freed, and one long record would stay with us for good.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  std::set_new_handler(silversmith::out_of_memory);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a write past the limit on file sizes then fails like any other
  silversmith::app::fill_standard_descriptors();
  try {
    return silversmith::app::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "internal error: %s\n", error.what());
  } catch (...) {
    std::fprintf(stderr, "internal error\n");
  }
  return static_cast<int>(silversmith::app::Exit::internal);
}
