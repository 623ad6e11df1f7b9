// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/lint_ids.h"

namespace silversmith::deploy {
namespace {

std::string policy(std::string_view statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + std::string(statements) + "]}";
}

constexpr std::string_view reads =
    R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/bronze/*"})";
constexpr std::string_view writes =
    R"({"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],
        "Resource":"arn:aws:s3:::b/silver/*"})";
constexpr std::string_view lists =
    R"({"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b"})";

std::string all(std::initializer_list<std::string_view> statements) {
  std::string text;
  for (std::string_view one : statements) text += (text.empty() ? "" : ",") + std::string(one);
  return policy(text);
}

TEST(LintRoles, finds_nothing_in_what_is_needed) {
  EXPECT_TRUE(found_in(all({reads, writes, lists})).empty());
}

TEST(LintRoles, wants_reading_where_is_written_on_a_condition) {
  constexpr std::string_view blind =
      R"({"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/silver/*"})";
  EXPECT_TRUE(finds(all({reads, blind, lists}), ":role-no-read-where-written"));
  constexpr std::string_view wider =
      R"({"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/s*"})";
  EXPECT_FALSE(finds(all({blind, wider, lists}), ":role-no-read-where-written"));
  constexpr std::string_view denied = R"({"Effect":"Deny","Action":"s3:GetObject","Resource":"*"})";
  EXPECT_TRUE(finds(all({blind, denied, lists}), ":role-no-read-where-written"));
}

TEST(LintRoles, wants_to_list_without_a_prefix) {
  EXPECT_TRUE(finds(all({reads, writes}), ":role-no-list"));
  constexpr std::string_view objects =
      R"({"Effect":"Allow","Action":"s3:List*","Resource":"arn:aws:s3:::b/*"})";
  EXPECT_TRUE(finds(all({reads, writes, objects}), ":role-no-list"));
  constexpr std::string_view either =
      R"({"Effect":"Allow","Action":"s3:List*","Resource":["arn:aws:s3:::b/*","arn:aws:s3:::b"]})";
  EXPECT_FALSE(finds(all({reads, writes, either}), ":role-no-list"));
  constexpr std::string_view narrowed =
      R"({"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b",
          "Condition":{"StringLike":{"s3:prefix":"silver/*"}}})";
  EXPECT_TRUE(finds(all({reads, writes, narrowed}), ":role-list-prefix"));
}

TEST(LintRoles, finds_stars_that_could_be_narrower) {
  constexpr std::string_view logs =
      R"({"Effect":"Allow","Action":["logs:CreateLogGroup","logs:PutLogEvents"],"Resource":"*"})";
  EXPECT_TRUE(finds(all({logs}), ":role-star-resource"));
  EXPECT_TRUE(finds(all({logs}), ":role-makes-log-groups"));
  constexpr std::string_view traces =
      R"({"Effect":"Allow","Action":["xray:PutTraceSegments","ec2:DescribeSubnets"],
          "Resource":"*"})";
  EXPECT_TRUE(found_in(all({traces})).empty());
  constexpr std::string_view everything =
      R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/silver/*"})";
  EXPECT_TRUE(finds(all({everything}), ":role-star-action"));
}

TEST(LintRoles, finds_writes_to_bronze) {
  auto puts = [](std::string_view action, std::string_view resource) {
    return policy(R"({"Effect":"Allow","Action":["s3:GetObject",")" + std::string(action) +
                  R"("],"Resource":")" + std::string(resource) + "\"}");
  };
  EXPECT_TRUE(finds(puts("s3:PutObject", "arn:aws:s3:::b/*"), ":role-writes-bronze"));
  EXPECT_TRUE(finds(puts("s3:DeleteObject", "arn:aws:s3:::b/bronze/x/*"), ":role-writes-bronze"));
  EXPECT_FALSE(finds(puts("s3:PutObject", "arn:aws:s3:::b/silver/*"), ":role-writes-bronze"));
}

TEST(LintRoles, leaves_policies_of_resources_alone) {
  EXPECT_TRUE(found_in(all({R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"})"}))
                  .empty());
}

// A function with a role, a dead-letter queue and a VPC; `statements` in YAML.
std::string function(std::string_view statements, std::string_view managed = "") {
  return "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n"
         "      Role: !GetAtt R.Arn\n      DeadLetterConfig: {TargetArn: !GetAtt Q.Arn}\n"
         "      VpcConfig: {SubnetIds: [a]}\n  Q: {Type: AWS::SQS::Queue}\n"
         "  R:\n    Type: AWS::IAM::Role\n    Properties:\n      ManagedPolicyArns: [" +
         std::string(managed) + "]\n      Policies: [{PolicyDocument: {Statement: [" +
         std::string(statements) + "]}}]\n";
}

TEST(LintRoles, wants_the_right_to_send_dead_letters) {
  EXPECT_TRUE(finds(function(""), "R:role-no-dead-letter"));
  EXPECT_FALSE(
      finds(function("{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Q.Arn}"),
            "R:role-no-dead-letter"));
  EXPECT_TRUE(finds(function("{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt O.Arn}"),
                    "R:role-no-dead-letter"));
}

TEST(LintRoles, wants_the_right_to_attach_to_a_network) {
  EXPECT_TRUE(finds(function(""), "R:role-no-network"));
  EXPECT_FALSE(finds(function("{Effect: Allow, Action: 'ec2:*NetworkInterface', Resource: '*'}"),
                     "R:role-no-network"));
  constexpr std::string_view managed =
      "'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'";
  EXPECT_FALSE(finds(function("", managed), "R:role-no-network"));
  EXPECT_TRUE(finds(function("", managed), "R:role-makes-log-groups"));
}

TEST(LintRoles, reads_policies_that_are_attached_from_outside) {
  std::string attached =
      "  P:\n    Type: AWS::IAM::Policy\n    Properties: {Roles: [!Ref R], PolicyDocument: "
      "{Statement: [{Effect: Allow, Action: ['sqs:SendMessage'], Resource: !GetAtt Q.Arn}]}}\n";
  EXPECT_FALSE(finds(function("") + attached, "R:role-no-dead-letter"));
  std::string managed =
      "  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties: {PolicyDocument: "
      "{Statement: [{Effect: Allow, Action: ['sqs:SendMessage'], Resource: !GetAtt Q.Arn}]}}\n";
  EXPECT_FALSE(finds(function("", "!Ref P") + managed, "R:role-no-dead-letter"));
}

TEST(LintRoles, wants_rights_on_the_key_of_a_bucket) {
  std::string bucket =
      "  B:\n    Type: AWS::S3::Bucket\n    Properties: {BucketEncryption: "
      "{ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {KMSMasterKeyID: k}}]}}"
      "\n";
  std::string read = "{Effect: Allow, Action: 's3:GetObject', Resource: x}";
  EXPECT_TRUE(finds(function(read) + bucket, "R:role-no-key"));
  std::string key = ", {Effect: Allow, Action: 'kms:Decrypt', Resource: k}";
  EXPECT_FALSE(finds(function(read + key) + bucket, "R:role-no-key"));
  std::string write = ", {Effect: Allow, Action: 's3:PutObject', Resource: x}";
  EXPECT_TRUE(finds(function(read + key + write) + bucket, "R:role-no-key"));
}

TEST(LintRoles, finds_roles_that_anybody_takes) {
  EXPECT_TRUE(
      finds("Resources: {R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: "
            "{Statement: [{Effect: Allow, Principal: {AWS: '*'}}]}}}}",
            "R:role-trust"));
}

}  // namespace
}  // namespace silversmith::deploy
