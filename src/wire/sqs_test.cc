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

TEST_F(Sqs, receives_what_the_sender_wrote_beside_the_body) {
  service.text =
      R"({"Messages":[{"MessageId":"m","Attributes":{"MessageGroupId":"g"},"MessageAttributes":{)"
      R"("ErrorCode":{"DataType":"Number","StringValue":"200"},)"
      R"("Raw":{"DataType":"Binary","BinaryValue":"AAE="}}}]})";
  auto messages = *queue.receive(1, 0, 30);
  EXPECT_EQ(service.asked.find("MessageAttributeNames")->dump(), R"(["All"])");
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].group, "g");
  EXPECT_EQ(messages[0].attribute("ErrorCode"), "200");
  EXPECT_EQ(messages[0].attribute("Raw"), "AAE=");
  EXPECT_EQ(messages[0].attribute("raw"), "");
  EXPECT_EQ(messages[0].attributes[1].type, "Binary");
}

TEST_F(Sqs, tells_how_many_messages_there_are) {
  service.text = R"({"Attributes":{"ApproximateNumberOfMessages":"5",)"
                 R"("ApproximateNumberOfMessagesNotVisible":"2",)"
                 R"("ApproximateNumberOfMessagesDelayed":"1"}})";
  QueueState state = queue.state().value();
  EXPECT_EQ(service.target, "AmazonSQS.GetQueueAttributes");
  EXPECT_EQ(state.waiting, 5U);
  EXPECT_EQ(state.in_flight, 2U);
  EXPECT_EQ(state.all(), 8U);
  EXPECT_FALSE(state.redrives);
  service.text = R"({"Attributes":{"RedrivePolicy":"{\"maxReceiveCount\":5}"}})";
  EXPECT_TRUE(queue.state().value().redrives);
}

TEST_F(Sqs, lists_the_queues_whose_dead_letters_come_here) {
  service.text = R"({"queueUrls":["http://q/1/a","http://q/1/b"]})";
  EXPECT_EQ(queue.sources().value(), (std::vector<std::string>{"http://q/1/a", "http://q/1/b"}));
  EXPECT_EQ(service.target, "AmazonSQS.ListDeadLetterSourceQueues");
  service.status = 403;
  service.text = R"({"__type":"com.amazon.coral.service#AccessDeniedException"})";
  EXPECT_EQ(queue.sources().error().hint,
            "the role needs sqs:ListDeadLetterSourceQueues on the queue");
}

TEST_F(Sqs, gives_up_on_pages_without_end) {
  service.text = R"({"queueUrls":[],"NextToken":"more"})";
  EXPECT_EQ(queue.sources().error().code, Code::denied);
}

TEST_F(Sqs, sends_a_message_with_its_attributes_and_its_place_in_line) {
  NewMessage message{.body = "b", .attributes = {{"A", "String", "x"}, {"B", "Binary", "AAE="}}};
  ASSERT_TRUE(queue.send(message).ok());
  EXPECT_EQ(service.asked.dump(),
            R"({"MessageBody":"b","MessageAttributes":{"A":{"DataType":"String",)"
            R"("StringValue":"x"},"B":{"DataType":"Binary","BinaryValue":"AAE="}},)"
            R"("QueueUrl":"http://q/1/in"})");
  ASSERT_TRUE(queue.send(NewMessage{.body = "b", .group = "g", .once = "o"}).ok());
  EXPECT_EQ(service.asked.text_or("MessageGroupId", ""), "g");
  EXPECT_EQ(service.asked.text_or("MessageDeduplicationId", ""), "o");
}

TEST_F(Sqs, a_message_that_no_queue_takes_is_told_from_a_missing_right) {
  service.status = 400;
  service.text = R"({"__type":"com.amazonaws.sqs#InvalidMessageContents"})";
  EXPECT_EQ(queue.send(NewMessage{}).error().code, Code::invalid);
  service.text = R"({"__type":"com.amazon.coral.service#InvalidParameterValueException",)"
                 R"("message":"One or more parameters are invalid. Reason: Message must be )"
                 R"(shorter than 1048576 bytes."})";
  EXPECT_EQ(queue.send(NewMessage{}).error().code, Code::invalid);
}

TEST_F(Sqs, gives_back_ten_at_a_time) {
  std::vector<QueueMessage> messages(13);
  for (QueueMessage& message : messages) message.receipt = "r";
  ASSERT_TRUE(queue.give_back(messages).ok());
  EXPECT_EQ(service.target, "AmazonSQS.ChangeMessageVisibilityBatch");
  const Json* entries = service.asked.find("Entries");
  ASSERT_EQ(entries->as_array().size(), 3U);
  EXPECT_EQ(entries->as_array()[2].dump(),
            R"({"Id":"2","ReceiptHandle":"r","VisibilityTimeout":0})");
  service.status = 403;
  service.text = R"({"__type":"com.amazon.coral.service#AccessDeniedException"})";
  EXPECT_EQ(queue.give_back(messages).error().hint,
            "the role needs sqs:ChangeMessageVisibility on the queue");
}

TEST_F(Sqs, a_purge_just_after_another_may_be_tried_later) {
  ASSERT_TRUE(queue.purge().ok());
  EXPECT_EQ(service.target, "AmazonSQS.PurgeQueue");
  service.status = 403;
  service.text = R"({"__type":"com.amazonaws.sqs#PurgeQueueInProgress"})";
  EXPECT_EQ(queue.purge().error().code, Code::busy);
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
