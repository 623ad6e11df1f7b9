// SPDX-License-Identifier: Apache-2.0
#include "wire/lambda_invoke.h"

#include <gtest/gtest.h>

#include "support/http_server.h"
#include "support/s3_world.h"

namespace silversmith::wire {
namespace {

// Answers as it is told, and keeps what it was asked.
class Service : public test::HttpHandler {
 public:
  test::HttpResponse answer(test::HttpRequest request, test::HttpConnection&) override {
    target = request.path + (request.query.empty() ? "" : "?" + request.query);
    type = request.headers.get("x-amz-invocation-type");
    signature = request.headers.get("authorization");
    body = request.body;
    test::HttpResponse response;
    response.status = status;
    response.text = text;
    if (!error_type.empty()) response.headers.add("x-amzn-errortype", error_type);
    return response;
  }
  test::HttpResponse refuse(const Error&) override { return {}; }

  int status = 202;
  std::string text, error_type;
  std::string target, type, signature, body;
};

class LambdaInvoke : public ::testing::Test {
 protected:
  LambdaInvoke()
      : server(test::HttpServer::start(service, {}).value()),
        client(HttpClient::make(test::test_network(),
                                {"127.0.0.1", server.port(), false, "us-east-1", "lambda"},
                                test::test_http_options())
                   .value()) {}

  Error refused(int status, const std::string& error_type, const std::string& text = "") {
    service.status = status;
    service.error_type = error_type;
    service.text = text;
    Result<> outcome = LambdaFunction(client, {"convert", "", ""}).invoke("{}");
    return outcome.ok() ? Error{Code::invalid, "it was accepted", "", ""} : outcome.error();
  }

  Service service;
  test::HttpServer server;
  HttpClient client;
};

TEST_F(LambdaInvoke, hands_over_the_event_and_waits_for_nothing) {
  ASSERT_TRUE(LambdaFunction(client, {"csv-validator", "", ""}).invoke(R"({"a":1})").ok());
  EXPECT_EQ(service.target, "/2015-03-31/functions/csv-validator/invocations");
  EXPECT_EQ(service.type, "Event");
  EXPECT_EQ(service.body, R"({"a":1})");
  EXPECT_NE(service.signature.find("/us-east-1/lambda/aws4_request"), std::string::npos);
}

TEST_F(LambdaInvoke, names_the_qualifier_in_the_query) {
  ASSERT_TRUE(LambdaFunction(client, {"convert", "$LATEST", ""}).invoke("{}").ok());
  EXPECT_EQ(service.target, "/2015-03-31/functions/convert/invocations?Qualifier=%24LATEST");
}

TEST_F(LambdaInvoke, names_the_right_that_is_missing) {
  Error error = refused(403, "AccessDeniedException", R"({"Message":"User is not authorized"})");
  EXPECT_EQ(error.code, Code::denied);
  EXPECT_EQ(error.message, "invoking convert: 403 AccessDeniedException: User is not authorized");
  EXPECT_NE(error.hint.find("lambda:InvokeFunction"), std::string::npos);
}

TEST_F(LambdaInvoke, tells_what_passes_from_what_stays) {
  EXPECT_EQ(refused(429, "TooManyRequestsException").code, Code::busy);
  EXPECT_EQ(refused(409, "ResourceConflictException").code, Code::busy);
  EXPECT_EQ(refused(500, "ServiceException").code, Code::busy);
  EXPECT_EQ(refused(413, "RequestTooLargeException").code, Code::invalid);
  EXPECT_EQ(refused(400, "InvalidRequestContentException:http://x").code, Code::invalid);
  Error missing = refused(404, "ResourceNotFoundException:");
  EXPECT_EQ(missing.code, Code::denied);
  EXPECT_NE(missing.hint.find("region"), std::string::npos);
}

// 200 is the answer to a call that was waited for, and what it says of the work is not looked at.
TEST_F(LambdaInvoke, takes_no_other_success_than_its_own) {
  EXPECT_EQ(refused(200, "").message, "invoking convert: found the status 200, wanted 202");
}

TEST(FunctionName, is_read_in_every_form_that_aws_takes) {
  auto parts = [](std::string_view text) {
    Result<FunctionName> found = parse_function_name(text);
    return found.ok() ? found->name + "|" + found->qualifier + "|" + found->region : "none";
  };
  EXPECT_EQ(parts("csv-validator"), "csv-validator||");
  EXPECT_EQ(parts("csv-validator:live"), "csv-validator|live|");
  EXPECT_EQ(parts("123456789012:function:convert"), "convert||");
  EXPECT_EQ(parts("arn:aws:lambda:eu-west-1:123456789012:function:convert"), "convert||eu-west-1");
  EXPECT_EQ(parts("arn:aws:lambda:eu-west-1:123456789012:function:convert:$LATEST"),
            "convert|$LATEST|eu-west-1");
  for (const char* wrong : {"", "a b", "a:b:c", "a/b", ":live", "a:"}) {
    EXPECT_EQ(parts(wrong), "none") << wrong;
  }
}

}  // namespace
}  // namespace silversmith::wire
