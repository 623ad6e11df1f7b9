// SPDX-License-Identifier: Apache-2.0
// Undoes the aws-chunked coding of a request's body (STREAMING-UNSIGNED-PAYLOAD-TRAILER), which
// SDKs use to send a checksum behind the bytes that it covers. It lies inside of HTTP's own coding.
//
//   4\r\nbody\r\n 0\r\n x-amz-checksum-crc32:iKyQ9g==\r\n \r\n
#pragma once

#include "base/result.h"
#include "support/http_message.h"

namespace silversmith::test {

bool is_aws_chunked(const HttpRequest& request);

// Afterwards the body is the object, and the trailer stands among the headers.
// Fails with IncompleteBody or InvalidRequest as refuse() makes them.
Result<> undo_aws_chunked(HttpRequest& request);

}  // namespace silversmith::test
