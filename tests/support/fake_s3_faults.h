// SPDX-License-Identifier: Apache-2.0
// The faults of the fake S3: rules that say which requests go wrong, and how. Every rule that
// matches a request counts it, and all that fire take effect together, so that a delay and an error
// may meet. The JSON form is what POST /_fake/faults takes, one rule or a list of them:
//   {"fault": "slow_down", "operation": "PutObject", "key": "silver/*", "skip": 1, "times": 3}
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace silversmith::test {

enum class FaultKind : uint8_t {
  delay,           // `amount` microseconds before the effect
  internal_error,  // 500, no effect
  slow_down,       // 503, no effect
  drop_before,     // the connection closes, no effect
  drop_after,      // the effect, and no answer
  truncate,        // the body of the answer ends after `amount` bytes
  slow_body,       // `amount` bytes a second
  flip_byte,       // byte number `amount` of the body of the answer is inverted
  wrong_checksum,  // of an answer: another value; of a request with a body: 400 BadDigest, no
                   // effect
  error_in_body,   // CompleteMultipartUpload: 200, `amount` blanks, then InternalError; no effect
  blanks,          // CompleteMultipartUpload: `amount` blanks in front of the answer
  conflict,        // 409; of CompleteMultipartUpload for good. No effect
  // What other stores get wrong: a condition is passed over, or looked at first and the write
  // comes `amount` microseconds later, whatever happened in between.
  ignore_if_match,
  ignore_if_none_match,
  late_write,
};

struct FaultRule {
  FaultKind kind = FaultKind::internal_error;
  std::string method = {};     // empty: any
  std::string operation = {};  // S3's name, for example PutObject; empty: any
  std::string key = "*";       // * any bytes, ? one
  uint64_t skip = 0;           // so many that match go well first
  uint64_t times = 1;          // then so many fail; 0: all
  uint64_t amount = 0;
};

struct Fault {
  FaultKind kind = FaultKind::internal_error;
  uint64_t amount = 0;
};

class Faults {
 public:
  void add(FaultRule rule);
  void clear();
  // Counts the request in all rules that match it; returns those that fire.
  std::vector<Fault> next(std::string_view method, std::string_view operation,
                          std::string_view key);

 private:
  struct Counted {
    FaultRule rule;
    uint64_t seen = 0;
  };
  struct Guarded {
    std::mutex mutex;
    std::vector<Counted> rules;
  };
  Guarded guarded_;
};

// * any bytes, ? one byte.
bool matches_glob(std::string_view pattern, std::string_view text);

// Fails with invalid: which member, what it may be.
Result<std::vector<FaultRule>> parse_faults(const Json& json);

}  // namespace silversmith::test
