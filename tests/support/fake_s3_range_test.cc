// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3_range.h"

#include <gtest/gtest.h>

namespace silversmith::test {
namespace {

std::string range_of(std::string_view header, uint64_t size = 10) {
  auto range = parse_range(std::string(header), size);
  if (!range) return range.error().type;
  return range->partial ? range->header(size) : "whole";
}

TEST(FakeS3Range, has_three_forms) {
  EXPECT_EQ(range_of("bytes=2-4"), "bytes 2-4/10");
  EXPECT_EQ(range_of("bytes=2-"), "bytes 2-9/10");
  EXPECT_EQ(range_of("bytes=-3"), "bytes 7-9/10");
  EXPECT_EQ(range_of("bytes=2-99"), "bytes 2-9/10");
  EXPECT_EQ(range_of("bytes=-99"), "bytes 0-9/10");
}

TEST(FakeS3Range, behind_the_end_is_refused) {
  EXPECT_EQ(range_of("bytes=10-"), "InvalidRange");
  EXPECT_EQ(range_of("bytes=10-12"), "InvalidRange");
  EXPECT_EQ(range_of("bytes=-0"), "InvalidRange");
  EXPECT_EQ(range_of("bytes=0-0", 0), "InvalidRange");
}

TEST(FakeS3Range, that_is_none_is_ignored) {
  for (std::string_view header :
       {"", "lines=1-2", "bytes=", "bytes=-", "bytes=a-b", "bytes=4-2", "bytes=0-1,3-4"}) {
    EXPECT_EQ(range_of(header), "whole") << header;
  }
  EXPECT_FALSE(parse_range(std::nullopt, 10)->partial);
}

std::string read_of(const std::vector<Headers::Field>& fields) {
  Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  // 2023-11-14T22:13:20.5Z
  auto result = check_read(headers, "tag", 1'700'000'000'500'000);
  return result ? "read" : result.error().type;
}

TEST(FakeS3Range, conditions_by_tag_come_before_those_by_date) {
  std::string before = "Tue, 14 Nov 2023 22:13:19 GMT";
  std::string same = "Tue, 14 Nov 2023 22:13:20 GMT";
  EXPECT_EQ(read_of({{"If-Match", "\"tag\""}}), "read");
  EXPECT_EQ(read_of({{"If-Match", "\"a\", \"tag\""}}), "read");
  EXPECT_EQ(read_of({{"If-Match", "*"}}), "read");
  EXPECT_EQ(read_of({{"If-Match", "\"other\""}}), "PreconditionFailed");
  EXPECT_EQ(read_of({{"If-None-Match", "\"tag\""}}), "NotModified");
  EXPECT_EQ(read_of({{"If-None-Match", "\"other\""}}), "read");
  EXPECT_EQ(read_of({{"If-Unmodified-Since", same}}), "read");
  EXPECT_EQ(read_of({{"If-Unmodified-Since", before}}), "PreconditionFailed");
  EXPECT_EQ(read_of({{"If-Modified-Since", before}}), "read");
  EXPECT_EQ(read_of({{"If-Modified-Since", same}}), "NotModified");
  EXPECT_EQ(read_of({{"If-Match", "\"tag\""}, {"If-Unmodified-Since", before}}), "read");
  EXPECT_EQ(read_of({{"If-None-Match", "\"other\""}, {"If-Modified-Since", same}}), "read");
}

}  // namespace
}  // namespace silversmith::test
