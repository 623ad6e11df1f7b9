// SPDX-License-Identifier: Apache-2.0
// What a process of ours sets up before anything else, and the barrier that no exception passes.
#pragma once

#include <cstdint>
#include <functional>

namespace silversmith::app {

// Runs `body` in a process that is set up; its exit status, or 70 when an exception ended it.
int run_program(const std::function<int()>& body);

// Where the chance of this process begins: workers that meet must not meet again at the same pace.
uint64_t seed_of_process();

}  // namespace silversmith::app
