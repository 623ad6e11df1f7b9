// SPDX-License-Identifier: Apache-2.0
// Verifies the SigV4 of a request as S3 does: the Authorization header, the date, what has to be
// signed, the digest of the body. Written from AWS's description and sharing no code with a client
// under test, so that a client that signs wrongly is found here.
// The one thing to know: the path is encoded once, as S3 alone wants it, and its slashes stay.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "support/http_message.h"

namespace silversmith::test {

struct Credential {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // when not empty, requests carry it
};

struct SigV4Options {
  std::vector<Credential> credentials;
  std::string region = "us-east-1";
  int64_t skew_micros_max = int64_t{15} * 60 * 1'000'000;
};

// Returns the access key that signed. Fails with an error whose type is S3's own code:
// AccessDenied, InvalidAccessKeyId, InvalidToken, SignatureDoesNotMatch, RequestTimeTooSkewed,
// AuthorizationHeaderMalformed, MissingSecurityHeader, XAmzContentSHA256Mismatch, InvalidRequest.
// Requires the body as it was signed: before an aws-chunked coding is undone.
Result<std::string> check_sigv4(const HttpRequest& request, const SigV4Options& options,
                                int64_t wall_micros);

// The headers that sign `request` with the first credential: x-amz-date, x-amz-content-sha256,
// x-amz-security-token, authorization. For tests of what stands behind the check.
Headers sign_sigv4(const HttpRequest& request, const SigV4Options& options, int64_t wall_micros);

}  // namespace silversmith::test
