// SPDX-License-Identifier: Apache-2.0
// Who may do what in the fake S3: everything, but for what is denied, as an explicit Deny of IAM
// would. The one thing to know is S3's own rule about keys that are not there: 404 for whoever may
// list the bucket, 403 for everybody else.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "support/fake_s3_call.h"

namespace silversmith::test {

struct DenyRule {
  std::string access_key;  // empty: everybody
  std::string action;      // "s3:GetObject"; "*" is all
  std::string prefix;      // of keys; empty: all, and the bucket itself
};

class Access {
 public:
  void deny(DenyRule rule);
  void clear();
  // Fails with AccessDenied, naming the action that is missing.
  Result<> check(const Call& call) const;
  // What a request for an absent key is told: `missing` as it is, or AccessDenied.
  Error absent(const Call& call, Error missing) const;

 private:
  bool denied(const Call& call, std::string_view action, std::string_view key) const;

  struct Guarded {
    mutable std::mutex mutex;
    std::vector<DenyRule> rules;
  };
  Guarded guarded_;
};

// {"action": "s3:GetObject", "prefix": "silver/", "access_key": "..."}, or a list of such.
// Fails with invalid.
Result<std::vector<DenyRule>> parse_deny(const Json& json);

}  // namespace silversmith::test
