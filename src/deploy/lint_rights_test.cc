// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "deploy/lint_parts.h"

namespace silversmith::deploy {
namespace {

TEST(LintRights, covers_as_iam_does) {
  EXPECT_TRUE(iam_covers("s3:Get*", "s3:GetObject"));
  EXPECT_TRUE(iam_covers("S3:getobject", "s3:GetObject"));
  EXPECT_TRUE(iam_covers("arn:aws:s3:::b/?/*", "arn:aws:s3:::b/x/y/z"));
  EXPECT_TRUE(iam_covers("*", ""));
  EXPECT_FALSE(iam_covers("s3:Get", "s3:GetObject"));
  EXPECT_FALSE(iam_covers("a*c", "ab"));
  EXPECT_TRUE(iam_covers("a*b*c", "axbxbxc"));
  EXPECT_FALSE(iam_covers("", "a"));
}

TEST(LintRights, reads_statements_whatever_their_form) {
  Document document = *read_document(
      "Statement:\n  - !If [c, {Effect: Allow, Action: a:B, Resource: [x, !GetAtt Q.Arn]}, !Ref "
      "AWS::NoValue]\n  - {Effect: Deny, Action: [a:C], Principal: {Service: s}}\n",
      "f");
  TemplateView view(document.root);
  Statements statements = statements_of(view, &document.root);
  ASSERT_EQ(statements.size(), 2U);
  EXPECT_TRUE(statements[0].allows);
  EXPECT_EQ(statements[0].resources, (std::vector<std::string>{"x", "${Q.Arn}"}));
  EXPECT_EQ(statements[1].services, std::vector<std::string>{"s"});
  EXPECT_TRUE(allows_action(statements, "a:B"));
  EXPECT_FALSE(allows_action(statements, "a:C"));
}

}  // namespace
}  // namespace silversmith::deploy
