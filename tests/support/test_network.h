// SPDX-License-Identifier: Apache-2.0
// The network of tests that speak to our fake S3, and the credentials that it knows. One a process,
// as in the program.
#pragma once

#include <stdlib.h>

#include "wire/network.h"

namespace silversmith::test {

inline constexpr const char* test_access_key = "AKIDTEST";
inline constexpr const char* test_secret_key = "secret/of+tests";

inline wire::Network& test_network() {
  static wire::Network network([] {
    setenv("AWS_ACCESS_KEY_ID", test_access_key, 1);
    setenv("AWS_SECRET_ACCESS_KEY", test_secret_key, 1);
    unsetenv("AWS_SESSION_TOKEN");
    wire::NetworkOptions options;
    options.credentials_in_environment = true;
    return options;
  }());
  return network;
}

}  // namespace silversmith::test
