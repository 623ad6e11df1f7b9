// SPDX-License-Identifier: Apache-2.0
// S3's table of conditional writes, asked of the service at hand: single PUTs, uploads in parts,
// reads pinned to a state, and writers that race. The statuses are those that AWS gives
// (tests/s3/conditions.py states them for our tests); where another one is as good, it holds too.
#pragma once

#include <string>

#include "store/probe.h"
#include "store/s3_service.h"

namespace silversmith::store {

// Works on keys that begin with `scratch`, and removes what it made, versions too. Takes about
// 200 requests.
Probe probe_s3(S3Service& service, const std::string& scratch);

}  // namespace silversmith::store
