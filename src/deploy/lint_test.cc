// SPDX-License-Identifier: Apache-2.0
#include "deploy/lint.h"

#include <gtest/gtest.h>

#include "deploy/template.h"
#include "support/lint_ids.h"

namespace silversmith::deploy {
namespace {

TEST(Lint, finds_nothing_in_our_own_template) {
  EXPECT_EQ(found_in(template_text()), std::set<std::string>{});
}

TEST(Lint, finds_accounts_that_have_no_twelve_digits) {
  auto text = [](std::string_view arn) {
    return "Resources: {P: {Type: x, Properties: {SourceArn: '" + std::string(arn) + "'}}}";
  };
  EXPECT_TRUE(finds(text("arn:aws:events:us-east-1:123456789:rule/r"), "P:account-id"));
  EXPECT_FALSE(finds(text("arn:aws:events:us-east-1:123456789012:rule/r"), "P:account-id"));
  EXPECT_FALSE(finds(text("arn:aws:s3:::bucket/9"), "P:account-id"));
  EXPECT_FALSE(finds(text("arn:aws:events:us-east-1:${AWS::AccountId}:rule/r"), "P:account-id"));
}

// Each ARN is looked at by itself, and none of them as far as the text goes.
TEST(Lint, reads_a_text_full_of_arns_once) {
  std::string arns;
  for (int i = 0; i < 100'000; ++i) arns += "arn:";
  std::string text = "Resources: {P: {Type: x, A: '" + arns + "aws:events:eu-west-1:12:rule/r'}}";
  EXPECT_EQ(found_in(text), std::set<std::string>{"P:account-id"});
}

TEST(Lint, says_where_a_finding_is) {
  auto findings = lint("Resources:\n  G:\n    Type: AWS::Logs::LogGroup\n", "f");
  ASSERT_TRUE(findings.ok());
  ASSERT_EQ(findings->size(), 1U);
  EXPECT_EQ(finding_json(findings->front()).dump(),
            R"({"id":"log-retention","severity":"warning","resource":"G","line":3,"column":5,)"
            R"("found":"the log group keeps everything for ever","advice":"set RetentionInDays"})");
}

TEST(Lint, says_why_a_text_can_not_be_read) {
  EXPECT_EQ(found_in("[]"), std::set<std::string>{"f: found a list, wanted an object"});
  EXPECT_EQ(found_in("{").begin()->rfind("f: not JSON", 0), 0U);
}

TEST(Lint, orders_findings_by_place) {
  auto findings = lint(
      "Resources:\n  A: {Type: AWS::Logs::LogGroup}\n  B: {Type: AWS::EC2::NatGateway}\n"
      "  C: {Type: AWS::Logs::LogGroup}\n",
      "f");
  ASSERT_EQ(findings->size(), 3U);
  EXPECT_EQ((*findings)[0].resource, "A");
  EXPECT_EQ((*findings)[1].resource, "B");
  EXPECT_EQ((*findings)[2].resource, "C");
}

}  // namespace
}  // namespace silversmith::deploy
