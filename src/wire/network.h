// SPDX-License-Identifier: Apache-2.0
// What all connections share: the AWS Common Runtime, one thread that moves bytes, the resolver,
// the TLS context and the credentials. Made on first need, since each costs time at a start. One a
// program; it outlives every client made with it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "wire/credential_sources.h"
#include "wire/proxy.h"

namespace silversmith::wire {

struct NetworkOptions {
  // PEM file of the authorities to trust; "" takes the system's.
  std::string authorities;
  // Credentials stand in the environment (AWS_ACCESS_KEY_ID and so on): nothing else is asked.
  bool credentials_in_environment = false;
  CredentialOptions credentials = {};
  ProxyOptions proxies = {};
};

class Network {
 public:
  explicit Network(NetworkOptions options);
  ~Network();

  // From now on each request carries this as X-Amzn-Trace-Id, unsigned: by it AWS sees loops and
  // joins traces. "" is none. Thread-safe.
  void set_trace(std::string trace_id);

 private:
  friend class HttpClient;
  friend class Credentials;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::wire
