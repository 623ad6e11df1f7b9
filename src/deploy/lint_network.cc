// SPDX-License-Identifier: Apache-2.0
// The private network: the way to S3, and no way that costs or leads elsewhere.
#include <algorithm>

#include "deploy/lint_parts.h"

namespace silversmith::deploy {

namespace {

constexpr std::string_view endpoint_rule =
    "vpc-no-s3-endpoint add an AWS::EC2::VPCEndpoint for S3 (Gateway) with the route tables of all "
    "the function's subnets";
constexpr std::string_view open_rule =
    "endpoint-open give the endpoint a PolicyDocument that allows the lake's buckets alone";
constexpr std::string_view routes_rule =
    "endpoint-no-routes give RouteTableIds: those of all the function's subnets";
constexpr std::string_view nat_rule =
    "nat-gateway leave it out: an S3 gateway endpoint costs nothing, and nothing else is called";

bool is_of_s3(const TemplateView& view, const Resource& endpoint) {
  Nodes names = view.values(endpoint, {"ServiceName"});
  return std::any_of(names.begin(), names.end(),
                     [&](const Node* name) { return view.text(*name).ends_with(".s3"); });
}

bool is_gateway(const TemplateView& view, const Resource& endpoint) {
  Nodes types = view.values(endpoint, {"VpcEndpointType"});
  return types.empty() || types.front()->text == "Gateway";
}

}  // namespace

void lint_network(Linter& linter) {
  const TemplateView& view = linter.view();
  bool reaches_s3 = false;
  for (const Resource* endpoint : view.of_type("AWS::EC2::VPCEndpoint")) {
    if (!is_of_s3(view, *endpoint)) continue;
    reaches_s3 = true;
    linter.about(endpoint->id);
    if (!view.has(*endpoint, {"PolicyDocument"})) {
      linter.warning(*endpoint->node, open_rule, "the endpoint leads to every bucket there is");
    }
    if (is_gateway(view, *endpoint) && !view.has(*endpoint, {"RouteTableIds"})) {
      linter.error(*endpoint->node, routes_rule, "no route leads to the endpoint");
    }
  }
  for (const Resource* gateway : view.of_type("AWS::EC2::NatGateway")) {
    linter.about(gateway->id);
    linter.warning(*gateway->node, nat_rule,
                   "a NAT gateway is paid by the hour and by the gigabyte, and leads everywhere");
  }
  if (reaches_s3) return;
  for (const Resource* function : functions_of(view)) {
    if (!is_in_vpc(view, *function)) continue;
    linter.about(function->id);
    linter.warning(*function->node, endpoint_rule,
                   "the function is in a VPC, and the template has no endpoint for S3: its calls "
                   "hang until the timeout");
  }
  for (const Resource* vpc : view.of_type("AWS::EC2::VPC")) {
    linter.about(vpc->id);
    linter.warning(*vpc->node, endpoint_rule, "the VPC has no endpoint for S3");
  }
}

}  // namespace silversmith::deploy
