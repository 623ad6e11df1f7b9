// SPDX-License-Identifier: Apache-2.0
// The fake S3's control over HTTP, under /_fake/, unsigned. Bodies are JSON:
//   POST /_fake/faults     a rule or a list of them, as in fake_s3_faults.h
//   POST /_fake/deny       a denial or a list of them, as in fake_s3_access.h
//   DELETE /_fake/faults   no rule is left; the same of /_fake/deny
//   POST /_fake/pattern    {"bucket", "key", "header", "block", "repeats"}: put_pattern()
//   POST /_fake/reset      all but the buckets goes
//   GET  /_fake/requests   [{"number", "method", "operation", "bucket", "key", "status", ...}]
#pragma once

#include "support/fake_s3.h"
#include "support/http_message.h"

namespace silversmith::test {

bool is_control(const HttpRequest& request);
// 200, or 400 with {"error": "..."}; 404 for other paths.
HttpResponse control(FakeS3& fake, const HttpRequest& request);

}  // namespace silversmith::test
