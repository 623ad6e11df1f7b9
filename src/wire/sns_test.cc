// SPDX-License-Identifier: Apache-2.0
#include "wire/sns.h"

#include <gtest/gtest.h>

#include "support/http_server.h"
#include "support/s3_world.h"

namespace silversmith::wire {
namespace {

class Topic : public test::HttpHandler {
 public:
  test::HttpResponse answer(test::HttpRequest request, test::HttpConnection&) override {
    seen = std::move(request);
    test::HttpResponse response;
    response.status = status;
    response.text = text;
    return response;
  }
  test::HttpResponse refuse(const Error&) override { return {}; }
  void fail(int with, const std::string& code) {
    status = with;
    text =
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error>"
        "<Type>Sender</Type><Code>" +
        code + "</Code><Message>told &amp; said</Message></Error></ErrorResponse>";
  }

  int status = 200;
  std::string text = "<PublishResponse/>";
  test::HttpRequest seen;
};

class Sns : public ::testing::Test {
 protected:
  Sns()
      : server(test::HttpServer::start(topic, {}).value()),
        client(HttpClient::make(test::test_network(),
                                {"127.0.0.1", server.port(), false, "eu-west-1", "sns"},
                                test::test_http_options())
                   .value()) {}

  Topic topic;
  test::HttpServer server;
  HttpClient client;
};

const std::string arn = "arn:aws:sns:eu-west-1:1:notices";

TEST_F(Sns, publishes_as_a_form) {
  ASSERT_TRUE(publish(client, arn, {"A & b", "line\nGröße=1+1", {{"silversmith", "x"}}}).ok());
  EXPECT_EQ(topic.seen.body,
            "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A1%3Anotices"
            "&Subject=A%20%26%20b&Message=line%0AGr%C3%B6%C3%9Fe%3D1%2B1"
            "&MessageAttributes.entry.1.Name=silversmith"
            "&MessageAttributes.entry.1.Value.DataType=String"
            "&MessageAttributes.entry.1.Value.StringValue=x");
  EXPECT_EQ(topic.seen.headers.get("content-type"),
            "application/x-www-form-urlencoded; charset=utf-8");
  std::string signature(topic.seen.headers.get("authorization"));
  EXPECT_NE(signature.find("/eu-west-1/sns/aws4_request"), std::string::npos);
}

TEST_F(Sns, has_no_subject_where_none_is_given) {
  ASSERT_TRUE(publish(client, arn, {"", "text"}).ok());
  EXPECT_EQ(topic.seen.body.find("Subject"), std::string::npos);
}

TEST_F(Sns, names_the_right_that_is_missing) {
  topic.fail(403, "AuthorizationError");
  Error error = publish(client, arn, {"", "text"}).error();
  EXPECT_EQ(error.code, Code::denied);
  EXPECT_EQ(error.message, "Publish " + arn + ": 403 AuthorizationError: told & said");
  EXPECT_EQ(error.hint, "the role needs sns:Publish on the topic");
}

TEST_F(Sns, tells_a_wrong_topic_and_what_passes) {
  topic.fail(404, "NotFound");
  EXPECT_EQ(publish(client, arn, {"", "text"}).error().hint, "see the topic's ARN and its region");
  topic.fail(400, "InvalidParameter");
  EXPECT_EQ(publish(client, arn, {"", "text"}).error().hint, "");
  topic.fail(400, "Throttling");
  EXPECT_EQ(publish(client, arn, {"", "text"}).error().code, Code::busy);
  topic.status = 503;
  topic.text = "<html>";
  EXPECT_EQ(publish(client, arn, {"", "text"}).error().code, Code::busy);
}

}  // namespace
}  // namespace silversmith::wire
