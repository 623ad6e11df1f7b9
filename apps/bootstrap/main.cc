// SPDX-License-Identifier: Apache-2.0
// bootstrap: `silversmith lambda` alone, in one static file, as Lambda's custom runtimes want it.
// Settings come from the environment and silversmith.yaml beside it.
#include "commands.h"
#include "function.h"
#include "process.h"

namespace silversmith::app {

namespace {

int run() {
  auto invocation = read_function();
  auto opened = invocation ? Console::open(invocation->settings) : Result<Console>(Console());
  if (!invocation || !opened) {
    // Lambda can't be told properly before there are settings: it sees a program that ends, and its
    // log says why.
    Console().error(invocation ? opened.error() : invocation.error());
    return static_cast<int>(Exit::usage);
  }
  auto outcome = lambda_command(*invocation, *opened);
  if (outcome) return static_cast<int>(*outcome);
  opened->error(outcome.error());
  return static_cast<int>(exit_of(outcome.error()));
}

}  // namespace

}  // namespace silversmith::app

int main() { return silversmith::app::run_program(&silversmith::app::run); }
