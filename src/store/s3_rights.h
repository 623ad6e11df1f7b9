// SPDX-License-Identifier: Apache-2.0
// The rights that a lake in S3 needs, each tried out without changing anything: a PUT on a
// condition that can't hold says whether it would be allowed. And what an answer tells besides: how
// far the clocks are apart, which region the bucket is in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/probe.h"
#include "store/s3_service.h"

namespace silversmith::store {

struct RightsQuery {
  std::vector<std::string> read = {};    // prefixes that are listed and read
  std::vector<std::string> write = {};   // prefixes that are written to, on conditions
  std::vector<std::string> upload = {};  // of these, where uploads in parts may be
  bool sweeps = false;                   // bronze is here: versions are listed
  std::string scratch = {};              // in front of what names no object, ends a prefix
};

struct Rights {
  std::vector<RightRow> rows;
  int64_t clock_ahead_micros = 0;      // ours, of the service's
  std::string region;                  // the bucket's, as the service says; "" when it doesn't
  std::optional<Error> error;          // the bucket can't be talked to at all
  std::vector<std::string> left = {};  // what could not be removed, by where()
};

Rights probe_rights(S3Service& service, const RightsQuery& query, Clock& clock);

}  // namespace silversmith::store
