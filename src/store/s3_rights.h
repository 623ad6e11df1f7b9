// SPDX-License-Identifier: Apache-2.0
// The rights that a lake in S3 needs, each tried out without changing anything: a PUT on a
// condition that can't hold says whether it would be allowed. And what an answer tells besides: how
// far the clocks are apart, which region the bucket is in.
#pragma once

#include "base/clock.h"
#include "store/probe.h"
#include "store/s3_service.h"

namespace silversmith::store {

Rights probe_rights(S3Service& service, const RightsQuery& query, Clock& clock);

}  // namespace silversmith::store
