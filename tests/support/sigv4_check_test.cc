// SPDX-License-Identifier: Apache-2.0
#include "support/sigv4_check.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace silversmith::test {
namespace {

// 2013-05-24T00:00:00Z, the moment of AWS's own examples.
constexpr int64_t example_micros = int64_t{1'369'353'600} * 1'000'000;

SigV4Options example_options() {
  SigV4Options options;
  options.credentials = {{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""}};
  return options;
}

void add(HttpRequest& request, const Headers& headers) {
  for (const auto& [name, value] : headers.all()) request.headers.add(name, value);
}

HttpRequest signed_put(const SigV4Options& options) {
  HttpRequest request{"PUT", "/bucket/a%20b", "x=1", {}, "body"};
  request.headers.add("host", "localhost");
  request.headers.add("x-amz-meta-a", "  two   blanks ");
  add(request, sign_sigv4(request, options, example_micros));
  return request;
}

std::string verdict(const HttpRequest& request, const SigV4Options& options,
                    int64_t wall_micros = example_micros) {
  auto result = check_sigv4(request, options, wall_micros);
  return result ? *result : result.error().type;
}

HttpRequest with(HttpRequest request, std::string_view name, std::string_view value) {
  Headers headers;
  for (const auto& [field, old] : request.headers.all()) {
    headers.add(field, field == name ? value : std::string_view(old));
  }
  request.headers = headers;
  return request;
}

TEST(SigV4Check, accepts_the_examples_of_aws) {
  HttpRequest get{"GET", "/test.txt", "", {}, ""};
  get.headers.add("Host", "examplebucket.s3.amazonaws.com");
  get.headers.add("Range", "bytes=0-9");
  get.headers.add("x-amz-content-sha256", sha256_hex(""));
  get.headers.add("x-amz-date", "20130524T000000Z");
  get.headers.add("Authorization",
                  "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                  "aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature="
                  "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(verdict(get, example_options()), "AKIAIOSFODNN7EXAMPLE");

  HttpRequest put{"PUT", "/test%24file.text", "", {}, "Welcome to Amazon S3."};
  put.headers.add("Host", "examplebucket.s3.amazonaws.com");
  put.headers.add("Date", "Fri, 24 May 2013 00:00:00 GMT");
  put.headers.add("x-amz-content-sha256", sha256_hex(put.body));
  put.headers.add("x-amz-date", "20130524T000000Z");
  put.headers.add("x-amz-storage-class", "REDUCED_REDUNDANCY");
  put.headers.add("Authorization",
                  "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                  "aws4_request,SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;"
                  "x-amz-storage-class,Signature="
                  "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  EXPECT_EQ(verdict(put, example_options()), "AKIAIOSFODNN7EXAMPLE");

  HttpRequest list{"GET", "/", "max-keys=2&prefix=J", {}, ""};
  list.headers.add("Host", "examplebucket.s3.amazonaws.com");
  list.headers.add("x-amz-content-sha256", sha256_hex(""));
  list.headers.add("x-amz-date", "20130524T000000Z");
  list.headers.add("Authorization",
                   "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                   "aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature="
                   "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  EXPECT_EQ(verdict(list, example_options()), "AKIAIOSFODNN7EXAMPLE");
}

TEST(SigV4Check, refuses_what_changed_after_the_signature) {
  SigV4Options options = example_options();
  HttpRequest request = signed_put(options);
  ASSERT_EQ(verdict(request, options), "AKIAIOSFODNN7EXAMPLE");

  HttpRequest other = request;
  other.path = "/bucket/a+b";
  EXPECT_EQ(verdict(other, options), "SignatureDoesNotMatch");
  other = request;
  other.query = "x=2";
  EXPECT_EQ(verdict(other, options), "SignatureDoesNotMatch");
  other = request;
  other.method = "DELETE";
  EXPECT_EQ(verdict(other, options), "SignatureDoesNotMatch");
  EXPECT_EQ(verdict(with(request, "x-amz-meta-a", "three"), options), "SignatureDoesNotMatch");
  other = request;
  other.body = "Body";
  EXPECT_EQ(verdict(other, options), "XAmzContentSHA256Mismatch");
  other = request;
  other.headers.add("x-amz-acl", "public-read");
  EXPECT_EQ(verdict(other, options), "AccessDenied");
  EXPECT_EQ(verdict(HttpRequest{"GET", "/", "", {}, ""}, options), "AccessDenied");
}

TEST(SigV4Check, refuses_unknown_keys_wrong_secrets_and_regions) {
  SigV4Options options = example_options();
  HttpRequest request = signed_put(options);
  SigV4Options other = options;
  other.credentials[0].access_key = "AKIAOTHER";
  EXPECT_EQ(verdict(request, other), "InvalidAccessKeyId");
  other = options;
  other.credentials[0].secret_key = "wrong";
  EXPECT_EQ(verdict(request, other), "SignatureDoesNotMatch");
  other = options;
  other.region = "eu-central-1";
  EXPECT_EQ(verdict(request, other), "AuthorizationHeaderMalformed");
  EXPECT_EQ(verdict(with(request, "authorization", "Basic abc"), options), "InvalidRequest");
}

TEST(SigV4Check, wants_the_token_of_a_session) {
  SigV4Options options = example_options();
  HttpRequest without = signed_put(options);
  options.credentials[0].session_token = "token";
  EXPECT_EQ(verdict(without, options), "InvalidToken");
  EXPECT_EQ(verdict(signed_put(options), options), "AKIAIOSFODNN7EXAMPLE");
}

TEST(SigV4Check, bounds_the_skew_of_the_clock_in_both_directions) {
  SigV4Options options = example_options();
  HttpRequest request = signed_put(options);
  constexpr int64_t minute = 60'000'000;
  EXPECT_EQ(verdict(request, options, example_micros + 15 * minute), "AKIAIOSFODNN7EXAMPLE");
  EXPECT_EQ(verdict(request, options, example_micros + 15 * minute + 1'000'000),
            "RequestTimeTooSkewed");
  EXPECT_EQ(verdict(request, options, example_micros - 16 * minute), "RequestTimeTooSkewed");
}

TEST(SigV4Check, does_not_take_signed_chunks_that_it_cannot_verify) {
  SigV4Options options = example_options();
  HttpRequest request{"PUT", "/b/k", "", {}, "x"};
  request.headers.add("host", "localhost");
  request.headers.add("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  add(request, sign_sigv4(request, options, example_micros));
  EXPECT_EQ(verdict(request, options), "NotImplemented");
}

}  // namespace
}  // namespace silversmith::test
