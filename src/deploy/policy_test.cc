// SPDX-License-Identifier: Apache-2.0
#include "deploy/policy.h"

#include <gtest/gtest.h>

namespace silversmith::deploy {
namespace {

PolicyLake lake() {
  PolicyLake out;
  out.bronze = {"data-lake", ""};
  out.silver = {"data-lake", ""};
  out.contracts = {"data-lake", "contracts/"};
  out.account = "123456789012";
  out.region = "eu-central-1";
  return out;
}

const Json* statement(const Json& policy, std::string_view sid) {
  for (const Json& one : policy.find("Statement")->as_array()) {
    if (one.text_or("Sid", "") == sid) return &one;
  }
  return nullptr;
}

std::string resources(const Json& policy, std::string_view sid) {
  const Json* found = statement(policy, sid);
  return found == nullptr ? "none" : found->find("Resource")->dump();
}

TEST(Policy, lets_the_converter_read_bronze_and_write_silver) {
  Json policy = identity_policy(lake(), FunctionKind::convert);
  EXPECT_EQ(resources(policy, "Read"),
            R"(["arn:aws:s3:::data-lake/bronze/*","arn:aws:s3:::data-lake/contracts/*"])");
  EXPECT_EQ(statement(policy, "Read")->text_or("Action", ""), "s3:GetObject");
  EXPECT_EQ(statement(policy, "Write")->find("Action")->dump(),
            R"(["s3:GetObject","s3:PutObject"])");
  EXPECT_EQ(resources(policy, "Write"),
            R"(["arn:aws:s3:::data-lake/silver/*","arn:aws:s3:::data-lake/quarantine/*",)"
            R"("arn:aws:s3:::data-lake/receipts/*"])");
  EXPECT_EQ(resources(policy, "AbortUploads"),
            R"(["arn:aws:s3:::data-lake/silver/*","arn:aws:s3:::data-lake/quarantine/*"])");
  EXPECT_EQ(resources(policy, "List"), "\"arn:aws:s3:::data-lake\"");
  EXPECT_EQ(statement(policy, "List")->find("Condition"), nullptr);
  EXPECT_EQ(resources(policy, "Logs"),
            "\"arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/csv-validator:*\"");
  EXPECT_EQ(statement(policy, "Key"), nullptr);
  EXPECT_EQ(statement(policy, "Versions"), nullptr);
}

TEST(Policy, lets_the_sweep_list_versions_of_bronze) {
  PolicyLake apart = lake();
  apart.silver = {"served", "team-a/"};
  Json policy = identity_policy(apart, FunctionKind::sweep);
  EXPECT_EQ(resources(policy, "Versions"), "\"arn:aws:s3:::data-lake\"");
  EXPECT_EQ(resources(policy, "List"), R"(["arn:aws:s3:::data-lake","arn:aws:s3:::served"])");
  EXPECT_EQ(statement(policy, "Write")->find("Resource")->as_array()[0].as_string(),
            "arn:aws:s3:::served/team-a/silver/*");
  EXPECT_EQ(statement(policy, "Work"), nullptr);
}

TEST(Policy, reads_only_what_contracts_match) {
  using List = std::vector<std::string>;
  EXPECT_EQ(bronze_resources({}), List{"bronze/*"});
  EXPECT_EQ(bronze_resources({"bronze/orders/**", "bronze/orders/eu/*.csv", "bronze/a{b,c}.csv"}),
            (List{"bronze/a*", "bronze/orders/*"}));
  EXPECT_EQ(bronze_resources({"bronze/one.csv"}), List{"bronze/one.csv"});
  EXPECT_EQ(bronze_resources({"**/x.csv"}), List{"bronze/*"});
  EXPECT_EQ(bronze_resources({"br*/x.csv"}), List{"bronze/*"});
  EXPECT_EQ(bronze_resources({"elsewhere/**"}), List{});
  EXPECT_EQ(bronze_resources({"bronze/$a/*"}), List{"bronze/${$}a/*"});
  PolicyLake narrow = lake();
  narrow.match = {"bronze/orders/**"};
  EXPECT_EQ(resources(identity_policy(narrow, FunctionKind::convert), "Read"),
            R"(["arn:aws:s3:::data-lake/bronze/orders/*","arn:aws:s3:::data-lake/contracts/*"])");
}

TEST(Policy, allows_the_key_through_s3_alone) {
  PolicyLake with_key = lake();
  with_key.kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/k";
  Json policy = identity_policy(with_key, FunctionKind::convert);
  EXPECT_EQ(statement(policy, "Key")->dump(),
            R"({"Sid":"Key","Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],)"
            R"("Resource":"arn:aws:kms:eu-central-1:123456789012:key/k","Condition":)"
            R"({"StringEquals":{"kms:ViaService":"s3.eu-central-1.amazonaws.com"}}})");
  Json notify = identity_policy(with_key, FunctionKind::notify);
  EXPECT_EQ(statement(notify, "Key")->text_or("Action", ""), "kms:Decrypt");
}

TEST(Policy, guards_silver_in_its_bucket) {
  PolicyLake apart = lake();
  apart.silver = {"served", ""};
  apart.convert_roles = {"arn:aws:iam::123456789012:role/s-ConvertRole-1",
                         "arn:aws:iam::123456789012:role/mender"};
  auto policies = bucket_policies(apart);
  ASSERT_EQ(policies.size(), 2U);
  EXPECT_EQ(policies[0].first, "data-lake");
  EXPECT_EQ(statement(policies[0].second, "OnlyOursWrite"), nullptr);
  const Json& guarded = policies[1].second;
  EXPECT_EQ(statement(guarded, "OnlyConditionalWrites")->find("Condition")->dump(),
            R"({"Null":{"s3:if-none-match":"true","s3:if-match":"true"},)"
            R"("Bool":{"s3:ObjectCreationOperation":"true"}})");
  EXPECT_EQ(
      statement(guarded, "OnlyOursWrite")->find("Condition")->dump(),
      R"({"ArnNotEquals":{"aws:PrincipalArn":["arn:aws:iam::123456789012:role/s-ConvertRole-1",)"
      R"("arn:aws:iam::123456789012:role/mender","SWEEP-ROLE-ARN"]}})");
  EXPECT_EQ(statement(guarded, "OnlyOursWrite")->find("Action")->dump(),
            R"(["s3:PutObject*","s3:DeleteObject*","s3:ReplicateObject","s3:ReplicateDelete"])");
  EXPECT_EQ(statement(endpoint_policy(apart), "LakeOnly")->find("Condition")->dump(),
            R"({"ArnEquals":{"aws:PrincipalArn":["arn:aws:iam::123456789012:role/s-ConvertRole-1",)"
            R"("arn:aws:iam::123456789012:role/mender","SWEEP-ROLE-ARN"]}})");
  EXPECT_EQ(statement(guarded, "TlsOnly")->text_or("Effect", ""), "Deny");
}

TEST(Policy, has_words_where_account_and_region_are_not_known) {
  PolicyLake unknown = lake();
  unknown.account = "";
  unknown.region = "";
  Json policy = identity_policy(unknown, FunctionKind::catalog);
  EXPECT_EQ(resources(policy, "Tables"), R"(["arn:aws:glue:REGION:ACCOUNT-ID:catalog",)"
                                         R"("arn:aws:glue:REGION:ACCOUNT-ID:database/DATABASE",)"
                                         R"("arn:aws:glue:REGION:ACCOUNT-ID:table/DATABASE/*"])");
}

TEST(Policy, takes_a_prefix_as_it_is_spelt) {
  PolicyLake odd = lake();
  odd.bronze.prefix = "a*b?$c/";
  EXPECT_EQ(resources(identity_policy(odd, FunctionKind::convert), "Read"),
            R"(["arn:aws:s3:::data-lake/a${*}b${?}${$}c/bronze/*",)"
            R"("arn:aws:s3:::data-lake/contracts/*"])");
}

TEST(Policy, knows_other_partitions) {
  PolicyLake china = lake();
  china.region = "cn-north-1";
  china.kms_key_arn = "k";
  Json policy = identity_policy(china, FunctionKind::convert);
  EXPECT_EQ(resources(policy, "List"), "\"arn:aws-cn:s3:::data-lake\"");
  EXPECT_NE(statement(policy, "Key")->dump().find("s3.cn-north-1.amazonaws.com.cn"),
            std::string::npos);
}

TEST(Policy, is_the_same_text_each_time) {
  Json policies = all_policies(lake());
  EXPECT_EQ(policies.dump(), all_policies(lake()).dump());
  EXPECT_EQ(policies.find("functions")->as_object().size(), 4U);
  EXPECT_EQ(statement(*policies.find("endpoint"), "LakeOnly")->find("Resource")->dump(),
            R"(["arn:aws:s3:::data-lake","arn:aws:s3:::data-lake/*"])");
  EXPECT_EQ(function_kind_of("sweep"), FunctionKind::sweep);
  EXPECT_EQ(function_kind_of("all"), std::nullopt);
}

}  // namespace
}  // namespace silversmith::deploy
