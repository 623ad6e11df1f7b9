// SPDX-License-Identifier: Apache-2.0
// The program that a profile names as its `credential_process`: run by the shell in a process group
// of its own, heard for a bounded time and length, and ended with its group. What it writes to its
// standard output is a secret and never told.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "wire/credential_sources.h"

namespace silversmith::wire {

struct CredentialProcess {
  std::string source;   // for messages: "the profile x"
  std::string command;  // as the shell takes it
  int64_t micros_max = 60'000'000;
  const std::atomic<bool>* stop = nullptr;  // ends the wait; may be null
};

// Fails with denied (it can't be started, ends with another status than 0, says what can't be read
// or is no version 1, or gives credentials that have expired), busy (not done in time) and stopped.
Result<FoundCredentials> from_process(const CredentialProcess& process);

}  // namespace silversmith::wire
