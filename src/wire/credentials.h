// SPDX-License-Identifier: Apache-2.0
// The credentials that requests are signed with: the first source that is configured, asked when
// the last answer grows old. A source that is configured and fails ends the search; another
// identity is never taken instead. Safe to use from several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "wire/network.h"

struct aws_credentials;

namespace silversmith::wire {

struct CredentialsRelease {
  void operator()(aws_credentials* credentials) const;
};
using CredentialsHandle = std::unique_ptr<aws_credentials, CredentialsRelease>;

class Credentials {
 public:
  // `network` outlives this.
  explicit Credentials(Network& network);
  ~Credentials();

  // Waits where a source must be asked; `stop` (may be null) ends that. While credentials are good
  // and can't be had anew, the old ones are told.
  // Fails as the sources do (credential_sources.h), and with denied where there is none: the
  // message lists what was tried.
  Result<CredentialsHandle> current(const std::atomic<bool>* stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::wire
