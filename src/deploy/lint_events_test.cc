// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "deploy/lint.h"
#include "support/lint_ids.h"

namespace silversmith::deploy {
namespace {

std::string pattern_of(std::string_view key) {
  return R"({"source":["aws.s3"],"detail":{"object":{"key":)" + std::string(key) + "}}}";
}

TEST(LintEvents, finds_nothing_in_the_right_pattern) {
  EXPECT_TRUE(found_in(pattern_of(R"([{"wildcard":"bronze/*.csv"}])")).empty());
  EXPECT_TRUE(found_in(pattern_of(R"([{"wildcard":"team-a/bronze/*.csv"}])")).empty());
  EXPECT_TRUE(found_in(pattern_of(R"([{"wildcard":"quarantine/*/rejected.json"}])")).empty());
  EXPECT_TRUE(found_in(pattern_of(R"([{"prefix":"bronze/"}])")).empty());
  EXPECT_TRUE(found_in(R"({"source":["aws.ec2"]})").empty());
}

TEST(LintEvents, says_of_an_invalid_pattern_what_eventbridge_says) {
  auto findings = lint(pattern_of("[{\"prefix\":\"bronze/\",\n\"suffix\":\".csv\"}]"), "f");
  ASSERT_TRUE(findings.ok());
  ASSERT_EQ(findings->size(), 1U);
  const Finding& finding = findings->front();
  EXPECT_EQ(finding.id, "pattern-invalid");
  EXPECT_EQ(finding.line, 2U);
  EXPECT_EQ(finding.found,
            "Event pattern is not valid. Reason: Only one key allowed in match expression");
}

TEST(LintEvents, finds_alternatives_that_were_meant_together) {
  EXPECT_TRUE(finds(pattern_of(R"([{"prefix":"bronze/"},{"suffix":".csv"}])"), ":pattern-either"));
  EXPECT_TRUE(finds(pattern_of(R"([{"prefix":{"equals-ignore-case":"bronze/"}},
                                  {"suffix":{"equals-ignore-case":".csv"}}])"),
                    ":pattern-either"));
  EXPECT_FALSE(finds(pattern_of(R"([{"prefix":"bronze/"},{"anything-but":{"suffix":[]}}])"),
                     ":pattern-either"));
}

TEST(LintEvents, finds_patterns_that_match_what_we_write) {
  EXPECT_TRUE(finds(pattern_of(R"([{"suffix":".csv"}])"), ":pattern-loop"));
  EXPECT_TRUE(finds(pattern_of(R"([{"anything-but":{"prefix":"silver/"}}])"), ":pattern-loop"));
  EXPECT_TRUE(
      finds(R"({"source":["aws.s3"],"detail-type":["Object Created"]})", ":pattern-everything"));
}

TEST(LintEvents, finds_a_member_that_stands_twice) {
  EXPECT_TRUE(finds(R"({"detail":{"object":{"key":[{"prefix":"bronze/"}],"key":["x"]}}})",
                    ":member-repeated"));
}

TEST(LintEvents, finds_patterns_that_may_be_too_complex) {
  EXPECT_TRUE(
      finds(pattern_of(R"([{"wildcard":"bronze/*a*b*c*d*e*f*g*h*i*j*k"}])"), ":pattern-complex"));
}

// A rule with one target, and what else stands in the template.
std::string rule(std::string_view target, std::string_view rest = "") {
  return "Resources:\n  Rule:\n    Type: AWS::Events::Rule\n    Properties:\n"
         "      EventPattern: {source: [aws.s3], detail: {object: {key: [{wildcard: "
         "'bronze/*.csv'}]}}}\n      Targets:\n        - " +
         std::string(target) + "\n  Queue: {Type: AWS::SQS::Queue}\n" + std::string(rest);
}

constexpr std::string_view careful =
    "{Id: x, Arn: !GetAtt Queue.Arn, RetryPolicy: {MaximumRetryAttempts: 5}, "
    "DeadLetterConfig: {Arn: !GetAtt Queue.Arn}}";
constexpr std::string_view policy =
    "  Policy:\n    Type: AWS::SQS::QueuePolicy\n    Properties:\n      Queues: [!Ref Queue]\n"
    "      PolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: "
    "events.amazonaws.com}, Action: sqs:SendMessage, Resource: !GetAtt Queue.Arn}]}\n";

TEST(LintEvents, wants_targets_that_are_tried_again_and_not_lost) {
  EXPECT_TRUE(found_in(rule(careful, policy)).empty());
  std::string bare = rule("{Id: x, Arn: !GetAtt Queue.Arn}", policy);
  EXPECT_TRUE(finds(bare, "Rule:target-no-retry"));
  EXPECT_TRUE(finds(bare, "Rule:target-no-dlq"));
}

TEST(LintEvents, wants_queues_that_let_rules_in) {
  EXPECT_TRUE(finds(rule(careful), "Rule:queue-not-allowed"));
  std::string other(policy);
  other.replace(other.find("events.amazonaws.com"), 20, "lambda.amazonaws.com");
  EXPECT_TRUE(finds(rule(careful, other), "Rule:queue-not-allowed"));
}

TEST(LintEvents, looks_through_conditions) {
  std::string text = rule(
      "{Id: x, Arn: !If [c, !GetAtt Queue.Arn, !GetAtt Other.Arn], RetryPolicy: !If [c, {a: 1}, "
      "!Ref AWS::NoValue], DeadLetterConfig: !Ref AWS::NoValue}",
      policy);
  EXPECT_TRUE(finds(text, "Rule:target-no-dlq"));
  EXPECT_FALSE(finds(text, "Rule:target-no-retry"));
}

TEST(LintEvents, reads_the_events_of_sam_functions) {
  std::string text =
      "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Events:\n"
      "        New:\n          Type: EventBridgeRule\n          Properties:\n"
      "            Pattern: {source: [aws.s3], detail: {object: {key: [{prefix: bronze/, suffix: "
      ".csv}]}}}\n";
  EXPECT_TRUE(finds(text, "F:pattern-invalid"));
  EXPECT_TRUE(finds(text, "F:target-no-dlq"));
}

}  // namespace
}  // namespace silversmith::deploy
