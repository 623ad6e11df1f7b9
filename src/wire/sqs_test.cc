// SPDX-License-Identifier: Apache-2.0
#include "wire/sqs.h"

#include <gtest/gtest.h>

#include "support/http_server.h"
#include "support/s3_world.h"

namespace silversmith::wire {
namespace {

// Answers one text to all, and keeps what it was asked.
class Queue : public test::HttpHandler {
 public:
  test::HttpResponse answer(test::HttpRequest request, test::HttpConnection&) override {
    target = request.headers.get("x-amz-target");
    asked = parse_json(request.body).value();
    test::HttpResponse response;
    response.status = status;
    response.text = text;
    for (const auto& [name, value] : headers) response.headers.add(name, value);
    return response;
  }
  test::HttpResponse refuse(const Error&) override { return {}; }

  int status = 200;
  std::string text = "{}";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string target;
  Json asked;
};

class Sqs : public ::testing::Test {
 protected:
  Sqs()
      : server(test::HttpServer::start(service, {}).value()),
        client(HttpClient::make(test::test_network(),
                                {"127.0.0.1", server.port(), false, "us-east-1", "sqs"},
                                test::test_http_options())
                   .value()),
        queue(client, "http://q/1/in") {}

  Queue service;
  test::HttpServer server;
  HttpClient client;
  SqsQueue queue;
};

TEST_F(Sqs, receives_messages_with_their_counts) {
  service.text = R"({"Messages":[{"MessageId":"m1","ReceiptHandle":"r1","Body":"{\"a\":1}",)"
                 R"("Attributes":{"ApproximateReceiveCount":"3","SentTimestamp":"1700000000123"}},)"
                 R"({"MessageId":"m2"}]})";
  auto messages = *queue.receive(10, 20, 60);
  EXPECT_EQ(service.target, "AmazonSQS.ReceiveMessage");
  EXPECT_EQ(service.asked.text_or("QueueUrl", ""), "http://q/1/in");
  EXPECT_EQ(service.asked.int_or("WaitTimeSeconds", 0), 20);
  EXPECT_EQ(service.asked.int_or("VisibilityTimeout", 0), 60);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].id, "m1");
  EXPECT_EQ(messages[0].receipt, "r1");
  EXPECT_EQ(messages[0].body, "{\"a\":1}");
  EXPECT_EQ(messages[0].receives, 3U);
  EXPECT_EQ(messages[0].sent_millis, 1'700'000'000'123);
  EXPECT_EQ(messages[1].receives, 0U);
}

TEST_F(Sqs, takes_no_messages_for_no_failure) {
  EXPECT_TRUE(queue.receive(1, 0, 30)->empty());
  service.text = "";
  EXPECT_TRUE(queue.receive(1, 0, 30)->empty());
}

TEST_F(Sqs, names_the_delivery_that_it_keeps_or_removes) {
  ASSERT_TRUE(queue.hide({"m", "r", "", 1, 0}, 45).ok());
  EXPECT_EQ(service.target, "AmazonSQS.ChangeMessageVisibility");
  EXPECT_EQ(service.asked.text_or("ReceiptHandle", ""), "r");
  EXPECT_EQ(service.asked.int_or("VisibilityTimeout", 0), 45);
  ASSERT_TRUE(queue.remove({"m", "r", "", 1, 0}).ok());
  EXPECT_EQ(service.target, "AmazonSQS.DeleteMessage");
}

TEST_F(Sqs, says_conflict_for_a_lease_that_is_lost) {
  service.status = 400;
  service.text = R"({"__type":"com.amazonaws.sqs#ReceiptHandleIsInvalid","message":"gone"})";
  EXPECT_EQ(queue.hide({}, 1).error().code, Code::conflict);
  service.text = R"({"__type":"com.amazonaws.sqs#MessageNotInflight"})";
  EXPECT_EQ(queue.remove({}).error().code, Code::conflict);
}

// What AWS says of a receipt that was good once; only these words tell it from other parameters.
TEST_F(Sqs, tells_an_expired_receipt_from_other_wrong_values) {
  service.status = 400;
  const std::string type =
      R"({"__type":"com.amazon.coral.service#InvalidParameterValueException",)";
  service.text = type + R"("message":"Value AQEB for parameter ReceiptHandle is invalid. )" +
                 R"(Reason: The receipt handle has expired."})";
  EXPECT_EQ(queue.remove({}).error().code, Code::conflict);
  service.text = type +
                 R"("message":"Value AQEB for parameter ReceiptHandle is invalid. Reason: )" +
                 R"(Message does not exist or is not available for visibility timeout change."})";
  EXPECT_EQ(queue.hide({}, 1).error().code, Code::conflict);
  service.text = type + R"("message":"Value 43200 for parameter VisibilityTimeout is invalid. )" +
                 R"(Reason: Total VisibilityTimeout for the message is beyond the limit."})";
  EXPECT_EQ(queue.hide({}, 43'200).error().code, Code::denied);
}

TEST_F(Sqs, takes_the_errors_name_from_the_header_that_has_it) {
  service.status = 400;
  service.headers = {{"x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender"}};
  service.text = R"({"__type":"com.amazonaws.sqs#Other","message":"none"})";
  Error error = queue.receive(1, 0, 30).error();
  EXPECT_NE(error.message.find("NonExistentQueue"), std::string::npos) << error.message;
  EXPECT_NE(error.hint.find("URL"), std::string::npos);
}

TEST_F(Sqs, too_many_messages_in_flight_pass) {
  service.status = 403;
  service.text = R"({"__type":"com.amazonaws.sqs#OverLimit"})";
  EXPECT_EQ(queue.receive(1, 0, 30).error().code, Code::busy);
}

TEST_F(Sqs, takes_ten_messages_of_the_largest_kind) {
  std::string body;
  for (int i = 0; i < (1 << 20); ++i) body += "\"";
  service.text = R"({"Messages":[)";
  for (int i = 0; i < 10; ++i) {
    service.text += (i == 0 ? "" : ",") + std::string(R"({"MessageId":"m","Body":")");
    for (char c : body) service.text += c == '"' ? std::string("\\\"") : std::string(1, c);
    service.text += "\"}";
  }
  service.text += "]}";
  HttpOptions options = test::test_http_options();
  options.body_bytes_max = size_t{64} << 20;
  HttpClient large = HttpClient::make(test::test_network(), client.endpoint(), options).value();
  SqsQueue patient(large, "http://q/1/in");
  auto messages = patient.receive(10, 0, 30).value();
  ASSERT_EQ(messages.size(), 10U);
  EXPECT_EQ(messages[9].body, body);
  EXPECT_EQ(queue.receive(10, 0, 30).error().code, Code::busy);
}

TEST_F(Sqs, tells_operators_what_is_wrong_with_the_queue) {
  service.status = 400;
  service.text = R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no such queue"})";
  Error error = queue.receive(1, 0, 30).error();
  EXPECT_EQ(error.code, Code::denied);
  EXPECT_NE(error.message.find("http://q/1/in"), std::string::npos);
  EXPECT_NE(error.hint.find("URL"), std::string::npos);
  service.status = 403;
  service.text = R"({"__type":"com.amazon.coral.service#AccessDeniedException"})";
  EXPECT_EQ(queue.receive(1, 0, 30).error().hint, "the role needs sqs:ReceiveMessage on the queue");
  EXPECT_EQ(queue.hide({}, 1).error().hint,
            "the role needs sqs:ChangeMessageVisibility on the queue");
  EXPECT_EQ(queue.remove({}).error().hint, "the role needs sqs:DeleteMessage on the queue");
  EXPECT_EQ(queue.send("x").error().hint, "the role needs sqs:SendMessage on the queue");
  service.status = 503;
  EXPECT_EQ(queue.receive(1, 0, 30).error().code, Code::busy);
}

TEST_F(Sqs, sends_a_body_as_it_is) {
  ASSERT_TRUE(queue.send("text").ok());
  EXPECT_EQ(service.target, "AmazonSQS.SendMessage");
  EXPECT_EQ(service.asked.text_or("MessageBody", ""), "text");
}

}  // namespace
}  // namespace silversmith::wire
