// SPDX-License-Identifier: Apache-2.0
#include "support/aws_chunked.h"

#include <gtest/gtest.h>

namespace silversmith::test {
namespace {

constexpr std::string_view whole =
    "4\r\nbody\r\n3;x=y\r\n123\r\n0\r\nx-amz-checksum-crc32:iKyQ9g==\r\n\r\n";

HttpRequest request_with(std::string_view body, std::string_view decoded = "7") {
  HttpRequest request{"PUT", "/b/k", "", {}, std::string(body)};
  request.headers.add("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  request.headers.add("x-amz-trailer", "x-amz-checksum-crc32");
  request.headers.add("x-amz-decoded-content-length", decoded);
  return request;
}

TEST(AwsChunked, leaves_the_object_and_its_trailer) {
  HttpRequest request = request_with(whole);
  ASSERT_TRUE(is_aws_chunked(request));
  ASSERT_TRUE(undo_aws_chunked(request));
  EXPECT_EQ(request.body, "body123");
  EXPECT_EQ(request.headers.get("x-amz-checksum-crc32"), "iKyQ9g==");
}

TEST(AwsChunked, refuses_a_body_that_is_cut_before_its_trailer) {
  for (size_t size = 0; size + 4 < whole.size(); ++size) {
    HttpRequest request = request_with(whole.substr(0, size));
    EXPECT_FALSE(undo_aws_chunked(request)) << size;
  }
}

TEST(AwsChunked, refuses_other_lengths_and_trailers) {
  HttpRequest request = request_with(whole, "8");
  EXPECT_EQ(undo_aws_chunked(request).error().type, "IncompleteBody");
  request = request_with("0\r\nx-amz-checksum-sha1:x\r\n\r\n", "0");
  EXPECT_EQ(undo_aws_chunked(request).error().type, "InvalidRequest");
  request = request_with("zz\r\n");
  EXPECT_EQ(undo_aws_chunked(request).error().type, "IncompleteBody");
}

}  // namespace
}  // namespace silversmith::test
