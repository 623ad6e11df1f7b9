// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/lint_ids.h"

namespace silversmith::deploy {
namespace {

constexpr std::string_view closed =
    "PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true, "
    "IgnorePublicAcls: true, RestrictPublicBuckets: true}";
constexpr std::string_view policy =
    "  P:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      Bucket: !Ref B\n"
    "      PolicyDocument:\n        Statement:\n"
    "          - {Effect: Deny, Action: 's3:*', Condition: {Bool: {'aws:SecureTransport': "
    "'false'}}}\n"
    "          - {Effect: Deny, Action: 's3:PutObject*', Condition: {ArnNotEquals: "
    "{'aws:PrincipalArn': x}}}\n";
constexpr std::string_view rule =
    "  R: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [aws.s3], detail: {object: "
    "{key: [{wildcard: 'bronze/*.csv'}]}}}}}\n";

std::string bucket(std::string_view properties, std::string_view rest = "") {
  return "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: {" +
         std::string(properties) + "}\n" + std::string(rest);
}

TEST(LintBuckets, finds_nothing_in_a_guarded_bucket) {
  EXPECT_TRUE(found_in(bucket(closed, policy)).empty());
}

TEST(LintBuckets, wants_all_four_ways_of_the_public_shut) {
  EXPECT_TRUE(finds(bucket("BucketName: x", policy), "B:bucket-public"));
  std::string three(closed);
  three.replace(three.rfind("true"), 4, "false");
  EXPECT_TRUE(finds(bucket(three, policy), "B:bucket-public"));
}

TEST(LintBuckets, wants_policies_against_plain_http_and_other_writers) {
  EXPECT_TRUE(finds(bucket(closed), "B:bucket-tls"));
  EXPECT_TRUE(finds(bucket(closed), "B:bucket-writers"));
  std::string allowing(policy);
  while (allowing.find("Deny") != std::string::npos) {
    allowing.replace(allowing.find("Deny"), 4, "Allow");
  }
  EXPECT_TRUE(finds(bucket(closed, allowing), "B:bucket-tls"));
}

TEST(LintBuckets, knows_which_denials_are_of_plain_http) {
  auto open = [](std::string_view condition) {
    std::string other(policy);
    constexpr std::string_view was = "{Bool: {'aws:SecureTransport': 'false'}}";
    return finds(bucket(closed, other.replace(other.find(was), was.size(), condition)),
                 "B:bucket-tls");
  };
  EXPECT_FALSE(open("{Bool: {'aws:SecureTransport': [false]}}"));
  EXPECT_FALSE(open("{NumericLessThanIfExists: {'s3:TlsVersion': 1.2}}"));
  EXPECT_TRUE(open("{Bool: {'aws:SecureTransport': 'true'}}"));
  EXPECT_TRUE(open("{StringNotEquals: {'aws:SecureTransport': 'false'}}"));
  // Plain HTTP has no version of TLS, so that this holds of none of it.
  EXPECT_TRUE(open("{NumericLessThan: {'s3:TlsVersion': 1.2}}"));
}

TEST(LintBuckets, wants_events_where_rules_wait_for_them) {
  EXPECT_TRUE(finds(bucket(closed, std::string(policy) + std::string(rule)), "B:bucket-events"));
  std::string told = std::string(closed) +
                     ", NotificationConfiguration: {EventBridgeConfiguration: "
                     "{EventBridgeEnabled: true}}";
  EXPECT_FALSE(finds(bucket(told, std::string(policy) + std::string(rule)), "B:bucket-events"));
  told.replace(told.rfind("true"), 4, "false");
  EXPECT_TRUE(finds(bucket(told, std::string(policy) + std::string(rule)), "B:bucket-events"));
}

}  // namespace
}  // namespace silversmith::deploy
