// SPDX-License-Identifier: Apache-2.0
#include "store/s3_errors.h"

#include <gtest/gtest.h>

namespace silversmith::store {
namespace {

wire::HttpAnswer answer(int status, const std::string& name) {
  wire::HttpAnswer answer;
  answer.status = status;
  if (!name.empty()) {
    answer.body =
        "<?xml version=\"1.0\"?><Error><Code>" + name + "</Code><Message>so</Message></Error>";
  }
  return answer;
}

Code code_of(int status, const std::string& name) {
  return s3_error(S3Action::read, "GET s3://b/k", answer(status, name)).code;
}

// What S3 was seen to answer, and what then happens to the work.
TEST(S3Errors, have_the_codes_that_the_protocol_wants) {
  EXPECT_EQ(code_of(404, "NoSuchKey"), Code::missing);
  EXPECT_EQ(code_of(404, ""), Code::missing);
  EXPECT_EQ(code_of(404, "NoSuchBucket"), Code::denied);
  EXPECT_EQ(code_of(404, "NoSuchUpload"), Code::conflict);
  EXPECT_EQ(code_of(403, ""), Code::denied);
  EXPECT_EQ(code_of(403, "RequestTimeTooSkewed"), Code::denied);
  EXPECT_EQ(code_of(412, "PreconditionFailed"), Code::conflict);
  EXPECT_EQ(code_of(409, "ConditionalRequestConflict"), Code::conflict);
  EXPECT_EQ(code_of(409, "OperationAborted"), Code::busy);
  EXPECT_EQ(code_of(501, "NotImplemented"), Code::denied);
  EXPECT_EQ(code_of(301, "PermanentRedirect"), Code::denied);
  EXPECT_EQ(code_of(400, "BadDigest"), Code::busy);
  EXPECT_EQ(code_of(400, "RequestTimeout"), Code::busy);
  EXPECT_EQ(code_of(400, "SomethingNew"), Code::denied);
  EXPECT_EQ(code_of(503, "SlowDown"), Code::busy);
  EXPECT_EQ(code_of(500, ""), Code::busy);
  EXPECT_EQ(code_of(429, ""), Code::busy);
}

// Bad data is refused for good; trouble with a bucket must never look like it.
TEST(S3Errors, never_blame_the_data) {
  for (int status = 300; status < 600; ++status) {
    Code code = code_of(status, "");
    EXPECT_TRUE(code != Code::invalid && code != Code::corrupt && code != Code::limit) << status;
  }
}

TEST(S3Errors, name_the_right_that_is_missing) {
  auto hint = [](S3Action action) {
    return s3_error(action, "X", answer(403, "AccessDenied")).hint;
  };
  EXPECT_NE(hint(S3Action::look).find("s3:ListBucket"), std::string::npos);
  EXPECT_NE(hint(S3Action::read).find("s3:GetObject"), std::string::npos);
  EXPECT_NE(hint(S3Action::write).find("s3:PutObject"), std::string::npos);
  EXPECT_NE(hint(S3Action::list).find("s3:ListBucket"), std::string::npos);
  EXPECT_NE(hint(S3Action::remove).find("s3:DeleteObject"), std::string::npos);
  EXPECT_NE(hint(S3Action::abort_upload).find("s3:AbortMultipartUpload"), std::string::npos);
}

TEST(S3Errors, say_what_where_and_the_request) {
  wire::HttpAnswer denied = answer(403, "AccessDenied");
  denied.headers.push_back({"x-amz-request-id", "R1"});
  Error error = s3_error(S3Action::write, "PUT s3://lake/silver/a.parquet", denied);
  EXPECT_EQ(error.message, "PUT s3://lake/silver/a.parquet: 403 AccessDenied: so (request R1)");
  wire::HttpAnswer moved = answer(301, "PermanentRedirect");
  moved.headers.push_back({"x-amz-bucket-region", "eu-west-1"});
  EXPECT_NE(s3_error(S3Action::read, "X", moved).hint.find("eu-west-1"), std::string::npos);
}

TEST(S3Errors, are_seen_in_the_body_of_a_200) {
  EXPECT_FALSE(error_in_body(S3Action::write, "X", {200, {}, "<Done><ETag>e</ETag></Done>", 0}));
  auto named = error_in_body(S3Action::write, "X", answer(200, "PreconditionFailed"));
  ASSERT_TRUE(named.has_value());
  EXPECT_EQ(named->code, Code::conflict);
  EXPECT_EQ(error_in_body(S3Action::write, "X", answer(200, "Unheard"))->code, Code::busy);
  EXPECT_EQ(error_in_body(S3Action::write, "X", {200, {}, "", 0})->code, Code::busy);
}

TEST(S3Errors, tell_what_is_no_s3_from_a_listing_that_broke_off) {
  auto code = [](const char* body) {
    wire::HttpAnswer answer;
    answer.status = 200;
    answer.body = body;
    return no_listing("s3://lake/", answer, "ListBucketResult").code;
  };
  const char* declared = "<?xml version=\"1.0\"?>\n";
  for (const char* cut : {"", "<?xml vers", "<", "<ListBucket", "<ListBucketResult><Name>la",
                          "<Error><Code>InternalError</Code></Error>", "\xEF\xBB\xBF <ListB"}) {
    EXPECT_EQ(code(cut), Code::busy) << cut;
  }
  EXPECT_EQ(code((declared + std::string("<ListB")).c_str()), Code::busy);
  for (const char* foreign :
       {"<html><body>It works!</body></html>", "<!DOCTYPE html>", "ok", "{}"}) {
    EXPECT_EQ(code(foreign), Code::denied) << foreign;
    EXPECT_EQ(code((declared + std::string(foreign)).c_str()), Code::denied) << foreign;
  }
}

}  // namespace
}  // namespace silversmith::store
