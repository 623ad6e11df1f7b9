// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/lint_ids.h"

namespace silversmith::deploy {
namespace {

std::string function(std::string_view properties, std::string_view rest = "") {
  return "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {FunctionName: fn, " +
         std::string(properties) + "}\n" + std::string(rest);
}

constexpr std::string_view sized = "Timeout: 300, MemorySize: 1769, TracingConfig: {Mode: Active}";
constexpr std::string_view group =
    "  Group:\n    Type: AWS::Logs::LogGroup\n    Properties: {LogGroupName: /aws/lambda/fn, "
    "RetentionInDays: 30}\n";
constexpr std::string_view told =
    "  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      NotificationConfiguration:\n"
    "        LambdaConfigurations: [{Event: 's3:ObjectCreated:*', Function: !GetAtt F.Arn}]\n";

std::string permission(std::string_view properties) {
  return "  P:\n    Type: AWS::Lambda::Permission\n    Properties: {FunctionName: !Ref F, " +
         std::string(properties) + "}\n";
}

TEST(LintFunctions, wants_size_logs_and_traces) {
  EXPECT_TRUE(found_in(function(sized, group)).empty());
  std::set<std::string> bare = found_in(function("Handler: x"));
  EXPECT_EQ(bare, (std::set<std::string>{"F:function-timeout", "F:function-memory",
                                         "F:function-tracing", "F:function-log-group"}));
}

TEST(LintFunctions, knows_the_log_group_by_name_reference_or_setting) {
  std::string by_reference(group);
  by_reference.replace(by_reference.find("/aws/lambda/fn"), 14, "!Sub '/aws/lambda/${F}'");
  EXPECT_FALSE(finds(function(sized, by_reference), "F:function-log-group"));
  EXPECT_FALSE(finds(function("LoggingConfig: {LogGroup: x}"), "F:function-log-group"));
  std::string other(group);
  other.replace(other.find("/aws/lambda/fn"), 14, "/aws/lambda/other");
  EXPECT_TRUE(finds(function(sized, other), "F:function-log-group"));
}

TEST(LintFunctions, wants_logs_that_end) {
  EXPECT_TRUE(finds("Resources: {G: {Type: AWS::Logs::LogGroup}}", "G:log-retention"));
}

TEST(LintFunctions, wants_a_place_for_what_fails_without_an_answer) {
  EXPECT_TRUE(finds(function(sized, told), "F:function-no-failure-target"));
  EXPECT_FALSE(
      finds(function("DeadLetterConfig: {TargetArn: x}", told), "F:function-no-failure-target"));
  std::string config =
      "  C:\n    Type: AWS::Lambda::EventInvokeConfig\n    Properties: {FunctionName: !Ref F, "
      "DestinationConfig: {OnFailure: {Destination: x}}}\n";
  EXPECT_FALSE(finds(function(sized, std::string(told) + config), "F:function-no-failure-target"));
}

TEST(LintFunctions, wants_a_bound_where_events_come_by_themselves) {
  std::string rule =
      "  R: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [aws.s3], detail: "
      "{object: "
      "{key: [{prefix: bronze/}]}}}, Targets: [{Arn: !GetAtt F.Arn}]}}\n";
  EXPECT_TRUE(finds(function(sized, told), "F:function-no-concurrency"));
  EXPECT_TRUE(finds(function(sized, rule), "F:function-no-concurrency"));
  EXPECT_FALSE(
      finds(function("ReservedConcurrentExecutions: 9", rule), "F:function-no-concurrency"));
  // What follows a conversion is bounded as that is.
  rule.replace(rule.find("bronze/"), 7, "receipts/");
  EXPECT_FALSE(finds(function(sized, rule), "F:function-no-concurrency"));
  std::string reports(told);
  reports.replace(reports.find("Function:"), 9,
                  "Filter: {S3Key: {Rules: [{Name: prefix, Value: receipts/}]}}, Function:");
  EXPECT_FALSE(finds(function(sized, reports), "F:function-no-concurrency"));
  std::string timed =
      "  R: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 hour), Targets: "
      "[{Arn: !GetAtt F.Arn}]}}\n";
  EXPECT_FALSE(finds(function(sized, timed), "F:function-no-concurrency"));
  EXPECT_TRUE(finds(function(sized, timed), "F:function-no-failure-target"));
}

TEST(LintFunctions, wants_permissions_for_one_source) {
  std::string open = function(sized, permission("Principal: s3.amazonaws.com"));
  EXPECT_TRUE(finds(open, "P:permission-source-arn"));
  EXPECT_TRUE(finds(open, "P:permission-source-account"));
  std::string closed = function(
      sized,
      permission("Principal: s3.amazonaws.com, SourceArn: 'arn:aws:s3:::b', SourceAccount: x"));
  EXPECT_FALSE(finds(closed, "P:permission-source-arn"));
  EXPECT_FALSE(finds(closed, "P:permission-source-account"));
  std::string rule = function(sized, permission("Principal: events.amazonaws.com, SourceArn: x"));
  EXPECT_FALSE(finds(rule, "P:permission-source-account"));
}

TEST(LintFunctions, wants_a_permission_for_the_bucket_that_tells) {
  EXPECT_TRUE(finds(function(sized, told), "B:function-not-allowed"));
  std::string allowed = permission("Principal: s3.amazonaws.com");
  EXPECT_FALSE(finds(function(sized, std::string(told) + allowed), "B:function-not-allowed"));
}

TEST(LintFunctions, reads_the_globals_of_sam) {
  std::string text =
      "Globals: {Function: {Timeout: 60, MemorySize: 512, Tracing: Active}}\n"
      "Resources: {F: {Type: AWS::Serverless::Function, Properties: {Handler: x}}}\n";
  EXPECT_EQ(found_in(text), std::set<std::string>{"F:function-log-group"});
}

}  // namespace
}  // namespace silversmith::deploy
