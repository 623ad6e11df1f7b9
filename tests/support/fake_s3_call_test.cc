// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3_call.h"

#include <gtest/gtest.h>

namespace silversmith::test {
namespace {

std::string described(std::string_view method, std::string_view path, std::string_view query = "",
                      std::string_view host = "127.0.0.1:9000") {
  HttpRequest request{std::string(method), std::string(path), std::string(query), {}, ""};
  request.headers.add("host", host);
  auto call = parse_call(request, {});
  if (!call) return call.error().type;
  return std::string(name_of(call->op)) + " " + call->place.bucket + " " + call->place.key;
}

TEST(FakeS3Call, names_the_operation) {
  EXPECT_EQ(described("GET", "/"), "ListBuckets  ");
  EXPECT_EQ(described("PUT", "/lake"), "CreateBucket lake ");
  EXPECT_EQ(described("PUT", "/lake/", "versioning"), "PutBucketVersioning lake ");
  EXPECT_EQ(described("GET", "/lake", "list-type=2&prefix=a%2F"), "ListObjectsV2 lake ");
  EXPECT_EQ(described("PUT", "/lake/a%2Fb%20c+"), "PutObject lake a/b c+");
  EXPECT_EQ(described("PUT", "/lake/k", "partNumber=1&uploadId=x"), "UploadPart lake k");
  EXPECT_EQ(described("POST", "/lake/k", "uploads="), "CreateMultipartUpload lake k");
  EXPECT_EQ(described("POST", "/lake/k", "uploadId=x"), "CompleteMultipartUpload lake k");
  EXPECT_EQ(described("DELETE", "/lake/k", "versionId=x"), "DeleteObject lake k");
  EXPECT_EQ(described("GET", "/lake/k", "x-id=GetObject"), "GetObject lake k");
}

TEST(FakeS3Call, takes_the_bucket_from_the_host) {
  EXPECT_EQ(described("GET", "/a/b", "", "lake.s3.eu-central-1.amazonaws.com"),
            "GetObject lake a/b");
  EXPECT_EQ(described("GET", "/a/b", "", "lake.s3.localhost:9000"), "GetObject lake a/b");
  EXPECT_EQ(described("GET", "/", "list-type=2", "lake.localhost:9000"), "ListObjectsV2 lake ");
  EXPECT_EQ(described("GET", "/lake/b", "", "localhost:9000"), "GetObject lake b");
  EXPECT_EQ(described("GET", "/lake/b", "", "s3.amazonaws.com"), "GetObject lake b");
}

TEST(FakeS3Call, keeps_slashes_of_keys) {
  EXPECT_EQ(described("GET", "/lake//a//b/"), "GetObject lake /a//b/");
  EXPECT_EQ(described("GET", "//a", "", "lake.s3.localhost"), "GetObject lake /a");
}

TEST(FakeS3Call, refuses_by_name_what_it_does_not_do) {
  EXPECT_EQ(described("GET", "/lake"), "NotImplemented");
  EXPECT_EQ(described("GET", "/lake/k", "partNumber=1"), "NotImplemented");
  EXPECT_EQ(described("PUT", "/lake/k", "tagging"), "NotImplemented");
  EXPECT_EQ(described("PATCH", "/lake/k"), "NotImplemented");
  EXPECT_EQ(described("GET", "/lake/%"), "InvalidURI");
  EXPECT_EQ(described("GET", "/lake/" + std::string(1025, 'k')), "KeyTooLongError");
  HttpRequest request{"PUT", "/lake/k", "", {}, ""};
  request.headers.add("x-amz-copy-source", "lake/x");
  EXPECT_EQ(parse_call(request, {}).error().type, "NotImplemented");
}

}  // namespace
}  // namespace silversmith::test
