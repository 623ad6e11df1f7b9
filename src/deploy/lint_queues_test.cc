// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/lint_ids.h"

namespace silversmith::deploy {
namespace {

// A queue that feeds a function with a timeout of a parameter's default, 300 s.
std::string fed(std::string_view queue, std::string_view source) {
  return "Parameters: {Time: {Type: Number, Default: 300}}\n"
         "Mappings: {Times: {'300': {Hidden: 1800}}}\n"
         "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: {" +
         std::string(queue) +
         "}\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {Timeout: !Ref Time}\n"
         "  S:\n    Type: AWS::Lambda::EventSourceMapping\n    Properties: {FunctionName: !Ref F, "
         "EventSourceArn: !GetAtt Q.Arn, " +
         std::string(source) + "}\n";
}

constexpr std::string_view careful_queue =
    "VisibilityTimeout: 1800, RedrivePolicy: {deadLetterTargetArn: x, maxReceiveCount: 5}";
constexpr std::string_view careful_source = "FunctionResponseTypes: [ReportBatchItemFailures]";

TEST(LintQueues, wants_batches_that_say_which_message_failed) {
  EXPECT_FALSE(finds(fed(careful_queue, careful_source), "S:source-batch-failures"));
  EXPECT_TRUE(finds(fed(careful_queue, "BatchSize: 1"), "S:source-batch-failures"));
}

TEST(LintQueues, wants_messages_hidden_for_six_timeouts) {
  EXPECT_FALSE(finds(fed(careful_queue, careful_source), "Q:queue-visibility"));
  EXPECT_FALSE(
      finds(fed("VisibilityTimeout: !FindInMap [Times, !Ref Time, Hidden]", careful_source),
            "Q:queue-visibility"));
  EXPECT_TRUE(finds(fed("VisibilityTimeout: 1799", careful_source), "Q:queue-visibility"));
  EXPECT_TRUE(finds(fed("QueueName: x", careful_source), "Q:queue-visibility"));
  EXPECT_FALSE(finds(fed("VisibilityTimeout: !Ref Unknown", careful_source), "Q:queue-visibility"));
}

TEST(LintQueues, wants_dead_letters_after_five_receives) {
  EXPECT_TRUE(finds(fed("VisibilityTimeout: 1800", careful_source), "Q:queue-no-redrive"));
  EXPECT_TRUE(
      finds(fed("RedrivePolicy: {deadLetterTargetArn: x, maxReceiveCount: 3}", careful_source),
            "Q:queue-receives"));
  EXPECT_FALSE(finds(fed(careful_queue, careful_source), "Q:queue-receives"));
}

TEST(LintQueues, wants_queues_that_let_buckets_and_topics_in) {
  std::string text =
      "Resources:\n  Q: {Type: AWS::SQS::Queue}\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n"
      "      NotificationConfiguration: {QueueConfigurations: [{Queue: !GetAtt Q.Arn}]}\n"
      "  T:\n    Type: AWS::SNS::Subscription\n    Properties: {Protocol: sqs, Endpoint: !GetAtt "
      "Q.Arn}\n";
  EXPECT_TRUE(finds(text, "B:queue-not-allowed"));
  EXPECT_TRUE(finds(text, "T:queue-not-allowed"));
  std::string policy =
      "  P:\n    Type: AWS::SQS::QueuePolicy\n    Properties:\n      Queues: [!Ref Q]\n"
      "      PolicyDocument: {Statement: {Effect: Allow, Principal: {Service: [s3.amazonaws.com, "
      "sns.amazonaws.com]}, Action: 'sqs:*', Resource: '*'}}\n";
  EXPECT_FALSE(finds(text + policy, "B:queue-not-allowed"));
  EXPECT_FALSE(finds(text + policy, "T:queue-not-allowed"));
}

TEST(LintQueues, lets_services_in_where_anybody_is) {
  std::string text =
      "Resources:\n  Q: {Type: AWS::SQS::Queue}\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n"
      "      NotificationConfiguration: {QueueConfigurations: [{Queue: !GetAtt Q.Arn}]}\n";
  for (std::string_view principal : {"'*'", "{AWS: '*'}", "{AWS: ['*']}"}) {
    std::string policy =
        "  P:\n    Type: AWS::SQS::QueuePolicy\n    Properties:\n      Queues: [!Ref Q]\n"
        "      PolicyDocument: {Statement: {Effect: Allow, Principal: " +
        std::string(principal) +
        ", Action: 'sqs:SendMessage', Condition: {ArnLike: {'aws:SourceArn': "
        "'arn:aws:s3:::b'}}}}\n";
    EXPECT_FALSE(finds(text + policy, "B:queue-not-allowed")) << principal;
  }
}

TEST(LintQueues, reads_the_sources_of_sam_functions) {
  std::string text =
      "Resources:\n  Q: {Type: AWS::SQS::Queue}\n  F:\n    Type: AWS::Serverless::Function\n"
      "    Properties:\n      Timeout: 60\n      Events: {E: {Type: SQS, Properties: {Queue: "
      "!GetAtt Q.Arn}}}\n";
  EXPECT_TRUE(finds(text, "F:source-batch-failures"));
  EXPECT_TRUE(finds(text, "Q:queue-visibility"));
  EXPECT_TRUE(finds(text, "Q:queue-no-redrive"));
}

}  // namespace
}  // namespace silversmith::deploy
