// SPDX-License-Identifier: Apache-2.0
// A CloudFormation or SAM template as its reader asks: which resources there are, what a value may
// be whatever the conditions say, and which resource a value points at. The one thing to know:
// values stay symbolic. `!Sub '${LakeBucket}/x'` has the text "${LakeBucket}/x" and `!GetAtt Q.Arn`
// the text "${Q.Arn}", so that two ways to write one thing compare equal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deploy/document.h"

namespace silversmith::deploy {

struct Resource {
  std::string id;
  std::string type;
  const Node* node = nullptr;  // all of it: Type, Properties, Condition
};

using Nodes = std::vector<const Node*>;

class TemplateView {
 public:
  // `root` must outlive it and everything that it returns.
  explicit TemplateView(const Node& root);

  const Node& root() const { return root_; }
  const std::vector<Resource>& resources() const { return resources_; }
  std::vector<const Resource*> of_type(std::string_view type) const;
  const Resource* resource(std::string_view id) const;

  // What a value may be: through Fn::If, without AWS::NoValue. Empty where it can only be absent.
  Nodes ways(const Node* node) const;
  // The items that a list may have, and a single value as the one item.
  Nodes items(const Node* node) const;
  // The ways of a property, "VpcConfig" or below: {"NotificationConfiguration", "..."}. With SAM's
  // functions also what Globals say.
  Nodes values(const Resource& resource, std::initializer_list<std::string_view> path) const;
  bool has(const Resource& resource, std::initializer_list<std::string_view> path) const {
    return !values(resource, path).empty();
  }

  // As it is said at the top; "" of what has no text.
  std::string text(const Node& node) const;
  // The number that stands there, or that a parameter's default or a mapping gives.
  std::optional<int64_t> number(const Node& node) const;
  // The logical ids that a value names by Ref, GetAtt or Sub.
  std::vector<std::string> targets(const Node* node) const;
  bool points_at(const Node* node, std::string_view id) const;

  // The same tree with texts in place of functions, and the first way of each condition.
  Node resolved(const Node& node) const;

 private:
  void add_ways(const Node* node, Nodes& to) const;
  const Node* default_of(std::string_view parameter) const;
  const Node* look_up(const Node& call) const;
  std::string joined(const Node& call) const;

  const Node& root_;
  std::vector<Resource> resources_;
};

// The single member of a mapping {name: value}, or nullptr.
const Node* call_of(const Node& node, std::string_view name);

}  // namespace silversmith::deploy
