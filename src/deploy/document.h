// SPDX-License-Identifier: Apache-2.0
// A CloudFormation template, an event pattern or a policy as a tree with places. Short forms of
// CloudFormation's functions become their long forms (`!Ref x` is {Ref: x}), as CloudFormation
// itself does. The one thing to know: a repeated member stays in the tree, and find() gives the
// last one, since that is what AWS's readers keep.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "contract/yaml.h"

namespace silversmith::deploy {

using Node = contract::YamlNode;
using contract::YamlKind;

struct Document {
  Node root;
  std::vector<Node> repeats;  // keys that stand a second time in their mapping
};

// YAML, or strict JSON where the text begins with a brace. Fails with invalid, as
// "origin:line:column: what"; see contract::parse_yaml.
Result<Document> read_document(std::string_view text, std::string_view origin);

// The last member of that name, or nullptr, also when `node` is no mapping. Valid until it changes.
const Node* find(const Node& node, std::string_view name);
// The same through several mappings: find(node, {"Properties", "RedrivePolicy"}).
const Node* find(const Node& node, std::initializer_list<std::string_view> path);
inline bool is_text(const Node& node) { return node.kind == YamlKind::scalar; }
inline bool is_map(const Node& node) { return node.kind == YamlKind::map; }
inline bool is_list(const Node& node) { return node.kind == YamlKind::list; }
// Whether a scalar can't be a number, true or false.
bool is_string(const Node& node);

// "line:column".
std::string place_of(const Node& node);
// As YAML's core schema types it: what is quoted is a string. Functions stay mappings.
Json json_of(const Node& node);

}  // namespace silversmith::deploy
