// SPDX-License-Identifier: Apache-2.0
// The sources of credentials that are asked over HTTP: a container's endpoint, STS for a web
// identity, an instance's metadata. Each asks once and says of a failure which source it was, what
// it answered, and whether that passes (busy) or is the operator's (denied): a source that is
// configured and fails must never look like no source at all.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace silversmith::wire {

class Network;

// Where credentials are looked for besides the environment, in this order. "" is: not there.
struct CredentialOptions {
  std::string profile;  // of the shared configuration files; "" is the default one

  std::string web_identity_token_file;  // with a role: STS is asked for it
  std::string role_arn;
  std::string role_session_name;
  std::string sts_url = "https://sts.amazonaws.com";

  std::string container_url;
  std::string container_token_file;  // before the token; read for each call
  std::string container_token;

  bool instance = true;         // whether its metadata is asked
  bool instance_named = false;  // its address was given: it must be there
  bool instance_v1 = true;      // where it knows no tokens
  std::string instance_url = "http://169.254.169.254";
};

struct FoundCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  int64_t expires_micros = 0;  // wall clock; 0: they don't
};

// What the sources work with; all of it outlives the call.
struct SourceSetup {
  Network& network;
  const CredentialOptions& options;
  const std::atomic<bool>* stop;  // ends the wait; may be null
};

// Each fails with busy (no connection, 5xx, throttling, a time-out), denied (a refusal, no token
// file, a setting that is no URL, an answer that can't be read) and stopped.
Result<FoundCredentials> from_container(const SourceSetup& setup);
Result<FoundCredentials> from_web_identity(const SourceSetup& setup);
// Nothing where there is no metadata, and nobody said that there is, or no role in it.
Result<std::optional<FoundCredentials>> from_instance(const SourceSetup& setup);

}  // namespace silversmith::wire
