// SPDX-License-Identifier: Apache-2.0
#include "deploy/template_view.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace silversmith::deploy {

namespace {

constexpr std::string_view no_value = "AWS::NoValue";

bool is_no_value(const Node& node) {
  const Node* name = call_of(node, "Ref");
  return name != nullptr && name->text == no_value;
}

// "Q.Arn" of `!GetAtt Q.Arn` and of {Fn::GetAtt: [Q, Arn]}.
std::string attribute_of(const Node& value) {
  if (is_text(value)) return value.text;
  std::vector<std::string> parts;
  for (const Node& item : value.items) parts.push_back(item.text);
  return join(parts, ".");
}

// The template text of Fn::Sub, which may have a mapping beside it.
const Node* sub_text(const Node& value) {
  if (is_text(value)) return &value;
  return is_list(value) && !value.items.empty() ? value.items.data() : nullptr;
}

// The names between "${" and "}".
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  for (size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    size_t end = text.find('}', at);
    if (end == std::string_view::npos) break;
    names.emplace_back(text.substr(at + 2, end - at - 2));
  }
  return names;
}

std::optional<int64_t> whole(std::string_view text) {
  int64_t value = 0;
  auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (wrong != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Node scalar_at(const Node& place, std::string text) {
  Node node;
  node.kind = YamlKind::scalar;
  node.quoted = true;
  node.line = place.line;
  node.column = place.column;
  node.text = std::move(text);
  return node;
}

bool is_call(const Node& node) {
  return is_map(node) && node.members.size() == 1 &&
         (node.members[0].key.text == "Ref" || node.members[0].key.text.starts_with("Fn::"));
}

}  // namespace

const Node* call_of(const Node& node, std::string_view name) {
  if (!is_map(node) || node.members.size() != 1) return nullptr;
  return node.members[0].key.text == name ? &node.members[0].value : nullptr;
}

TemplateView::TemplateView(const Node& root) : root_(root) {
  const Node* all = find(root, "Resources");
  if (all == nullptr) return;
  for (const contract::YamlMember& member : all->members) {
    const Node* type = find(member.value, "Type");
    resources_.push_back({member.key.text, type == nullptr ? "" : type->text, &member.value});
  }
}

std::vector<const Resource*> TemplateView::of_type(std::string_view type) const {
  std::vector<const Resource*> out;
  for (const Resource& resource : resources_) {
    if (resource.type == type) out.push_back(&resource);
  }
  return out;
}

const Resource* TemplateView::resource(std::string_view id) const {
  auto found = std::find_if(resources_.begin(), resources_.end(),
                            [&](const Resource& resource) { return resource.id == id; });
  return found == resources_.end() ? nullptr : &*found;
}

void TemplateView::add_ways(const Node* node, Nodes& to) const {
  if (node == nullptr || node->kind == YamlKind::null || is_no_value(*node)) return;
  const Node* choice = call_of(*node, "Fn::If");
  if (choice == nullptr || !is_list(*choice) || choice->items.size() != 3) {
    to.push_back(node);
    return;
  }
  add_ways(&choice->items[1], to);
  add_ways(&choice->items[2], to);
}

Nodes TemplateView::ways(const Node* node) const {
  Nodes out;
  add_ways(node, out);
  return out;
}

Nodes TemplateView::items(const Node* node) const {
  Nodes out;
  for (const Node* way : ways(node)) {
    if (!is_list(*way)) {
      out.push_back(way);
      continue;
    }
    for (const Node& item : way->items) add_ways(&item, out);
  }
  return out;
}

Nodes TemplateView::values(const Resource& resource,
                           std::initializer_list<std::string_view> path) const {
  Nodes at = ways(find(*resource.node, "Properties"));
  if (resource.type == "AWS::Serverless::Function") {
    add_ways(find(root_, {"Globals", "Function"}), at);
  }
  for (std::string_view name : path) {
    Nodes below;
    for (const Node* node : at) {
      for (const Node* item : items(node)) add_ways(find(*item, name), below);
    }
    at = std::move(below);
  }
  return at;
}

const Node* TemplateView::default_of(std::string_view parameter) const {
  return find(root_, {"Parameters", parameter, "Default"});
}

// {Fn::FindInMap: [map, first, second]}, each a text or a parameter with a default.
const Node* TemplateView::look_up(const Node& call) const {
  if (!is_list(call) || call.items.size() < 3) return nullptr;
  std::string names[3];
  for (size_t i = 0; i < 3; ++i) {
    const Node* reference = call_of(call.items[i], "Ref");
    const Node* given = reference == nullptr ? &call.items[i] : default_of(reference->text);
    if (given == nullptr) return nullptr;
    names[i] = given->text;
  }
  return find(root_, {"Mappings", names[0], names[1], names[2]});
}

// {Fn::Join: [separator, [...]]}.
std::string TemplateView::joined(const Node& call) const {
  if (!is_list(call) || call.items.size() != 2) return "";
  std::vector<std::string> parts;
  for (const Node* item : items(&call.items[1])) parts.push_back(text(*item));
  return join(parts, call.items[0].text);
}

std::string TemplateView::text(const Node& node) const {
  if (is_text(node)) return node.text;
  if (const Node* name = call_of(node, "Ref")) return "${" + name->text + "}";
  if (const Node* attribute = call_of(node, "Fn::GetAtt")) {
    return "${" + attribute_of(*attribute) + "}";
  }
  if (const Node* sub = call_of(node, "Fn::Sub")) {
    const Node* found = sub_text(*sub);
    return found == nullptr ? "" : found->text;
  }
  if (const Node* list = call_of(node, "Fn::Join")) return joined(*list);
  if (call_of(node, "Fn::If") != nullptr) {
    Nodes all = ways(&node);
    return all.empty() ? "" : text(*all.front());
  }
  return is_call(node) ? "${" + node.members[0].key.text + "}" : "";
}

std::optional<int64_t> TemplateView::number(const Node& node) const {
  if (is_text(node)) return whole(node.text);
  const Node* found = nullptr;
  if (const Node* name = call_of(node, "Ref")) found = default_of(name->text);
  if (const Node* map = call_of(node, "Fn::FindInMap")) found = look_up(*map);
  return found == nullptr ? std::nullopt : whole(found->text);
}

std::vector<std::string> TemplateView::targets(const Node* node) const {
  std::vector<std::string> out;
  for (const Node* way : ways(node)) {
    for (const std::string& name : names_in(text(*way))) {
      out.push_back(name.substr(0, name.find('.')));
    }
  }
  return out;
}

bool TemplateView::points_at(const Node* node, std::string_view id) const {
  std::vector<std::string> ids = targets(node);
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

Node TemplateView::resolved(const Node& node) const {
  if (is_call(node)) {
    if (call_of(node, "Fn::If") != nullptr) {
      Nodes all = ways(&node);
      return all.empty() ? Node() : resolved(*all.front());
    }
    // Where a number is wanted its text would not do.
    const Node* name = call_of(node, "Ref");
    const Node* given = name == nullptr ? nullptr : default_of(name->text);
    if (given != nullptr && whole(given->text).has_value()) return *given;
    return scalar_at(node, text(node));
  }
  Node out = node;
  out.items.clear();
  for (const Node& item : node.items) {
    Nodes all = ways(&item);
    if (!all.empty()) out.items.push_back(resolved(*all.front()));
  }
  for (contract::YamlMember& member : out.members) member.value = resolved(member.value);
  return out;
}

}  // namespace silversmith::deploy
