// SPDX-License-Identifier: Apache-2.0
// What AWS Lambda says of the function that this program is: the settings that follow from it, and
// the one switch to the function's way of starting (a program called `bootstrap`).
// Variables: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
#pragma once

#include "config.h"

namespace silversmith::app {

// Whether the program was started as Lambda starts it, under the name `bootstrap`.
bool is_bootstrap(std::string_view program);

// The settings of `silversmith lambda`, from the environment and the configuration file alone; what
// neither says follows from the function: three quarters of its memory, its log level, and logs as
// JSON. Fails as read_invocation().
Result<Invocation> read_function();

// The last part of it, where the command line was read already.
void add_function_defaults(Settings& settings);

// When work on an invocation must stop, wall clock milliseconds, so that its outcome is still told
// before `deadline_millis`: a tenth of what is left earlier, half a second to five, and at most
// half of what is left. 0 when there is no deadline.
int64_t stop_millis(int64_t now_millis, int64_t deadline_millis);

}  // namespace silversmith::app
