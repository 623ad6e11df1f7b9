// SPDX-License-Identifier: Apache-2.0
// Events as AWS sends them about one object, for tests and for trying out (`silversmith event`).
// The inverse of bronze/event: each spells the key as its kind does. The one thing to know: no
// clock and no chance is in them, so that the same object gives the same text; what only AWS can
// know (accounts, signatures, receipt handles) has the values of AWS's own examples.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"

namespace silversmith::bronze {

// sqs is a message around EventBridge's event, as the recommended deployment has it; sns one around
// S3's notification.
enum class SampleKind : uint8_t { eventbridge, s3, sqs, sns };

struct SampleObject {
  std::string bucket;
  std::string key;
  uint64_t size = 0;
  std::string etag;  // without quotes
  int64_t modified_micros = 0;
};

Json sample_event(SampleKind kind, const SampleObject& object);

}  // namespace silversmith::bronze
