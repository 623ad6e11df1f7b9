// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/lint_ids.h"

namespace silversmith::deploy {
namespace {

constexpr std::string_view private_function =
    "  F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [a]}}}\n";

std::string network(std::string_view resources) { return "Resources:\n" + std::string(resources); }

std::string endpoint(std::string_view properties) {
  return "  E: {Type: AWS::EC2::VPCEndpoint, Properties: {ServiceName: !Sub "
         "'com.amazonaws.${AWS::Region}.s3', " +
         std::string(properties) + "}}\n";
}

TEST(LintNetwork, wants_a_way_to_s3_for_private_functions) {
  EXPECT_TRUE(finds(network(private_function), "F:vpc-no-s3-endpoint"));
  EXPECT_TRUE(finds(network("  V: {Type: AWS::EC2::VPC}\n"), "V:vpc-no-s3-endpoint"));
  std::string with = endpoint("RouteTableIds: [r], PolicyDocument: {Statement: []}");
  EXPECT_FALSE(finds(network(std::string(private_function) + with), "F:vpc-no-s3-endpoint"));
  EXPECT_FALSE(finds(network("  F: {Type: AWS::Lambda::Function}\n"), "F:vpc-no-s3-endpoint"));
  EXPECT_FALSE(finds(network("  F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: "
                             "{SubnetIds: [], SecurityGroupIds: []}}}\n"),
                     "F:vpc-no-s3-endpoint"));
}

TEST(LintNetwork, wants_the_endpoint_routed_and_narrow) {
  EXPECT_EQ(found_in(network(endpoint("VpcId: v"))),
            (std::set<std::string>{"E:endpoint-open", "E:endpoint-no-routes"}));
  EXPECT_FALSE(finds(network(endpoint("VpcEndpointType: Interface")), "E:endpoint-no-routes"));
}

TEST(LintNetwork, finds_the_gateway_that_costs) {
  EXPECT_TRUE(finds(network("  N: {Type: AWS::EC2::NatGateway}\n"), "N:nat-gateway"));
}

}  // namespace
}  // namespace silversmith::deploy
