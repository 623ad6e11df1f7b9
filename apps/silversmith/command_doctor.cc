// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
namespace silversmith::app {
Result<Exit> doctor_command(const Invocation&, Console&) { return Exit::ok; }
}  // namespace silversmith::app
