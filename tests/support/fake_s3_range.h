// SPDX-License-Identifier: Apache-2.0
// What a GET or HEAD asks of an object besides its key: a range of bytes, and that it is, or is no
// longer, in a certain state. RFC 9110 13 and 14, as far as S3 follows it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "support/http_message.h"

namespace silversmith::test {

struct Range {
  uint64_t offset = 0;
  uint64_t bytes = 0;
  bool partial = false;

  std::string header(uint64_t size) const;  // of Content-Range
};

// The whole where there is no range, several, or one that can't be read.
// Fails with InvalidRange where it begins behind the end.
Result<Range> parse_range(const std::optional<std::string>& header, uint64_t size);

// If-Match, If-None-Match and the two by date. Fails with PreconditionFailed, NotModified.
Result<> check_read(const Headers& headers, std::string_view etag, int64_t modified_micros);

}  // namespace silversmith::test
