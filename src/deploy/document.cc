// SPDX-License-Identifier: Apache-2.0
#include "deploy/document.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "base/text.h"

namespace silversmith::deploy {

namespace {

// "!Sub" is {Fn::Sub: ...}; these two have no prefix.
constexpr std::array<std::string_view, 2> bare_functions = {"Ref", "Condition"};
constexpr std::array<std::string_view, 22> functions = {
    "And",          "Base64",      "Cidr",      "Contains", "EachMemberEquals",
    "EachMemberIn", "Equals",      "FindInMap", "GetAZs",   "GetAtt",
    "If",           "ImportValue", "Join",      "Length",   "Not",
    "Or",           "RefAll",      "Select",    "Split",    "Sub",
    "ToJsonString", "Transform"};

template <size_t n>
bool contains(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool apply_tag(Node& node, std::string_view tag) {
  if (!tag.starts_with('!')) return false;
  std::string_view name = tag.substr(1);
  bool bare = contains(bare_functions, name);
  if (!bare && !contains(functions, name)) return false;
  Node key;
  key.kind = YamlKind::scalar;
  key.text = (bare ? "" : "Fn::") + std::string(name);
  key.line = node.line;
  key.column = node.column;
  Node call;
  call.kind = YamlKind::map;
  call.line = node.line;
  call.column = node.column;
  call.members.push_back({std::move(key), std::move(node)});
  node = std::move(call);
  return true;
}

// Tags by the line that they stand in.
using HiddenTags = std::map<uint32_t, std::string>;

// The tag of a line such as "  - !Sub |", whose place goes to `at`; "" of any other line.
std::string_view tag_before_block(std::string_view line, size_t& at) {
  at = line.find_first_not_of(" -");
  if (at == std::string_view::npos || at < 2 || line[at] != '!' || line[at - 2] != '-') return "";
  size_t end = line.find(' ', at);
  if (end == std::string_view::npos) return "";
  size_t block = line.find_first_not_of(' ', end);
  bool is_block = block != std::string_view::npos && (line[block] == '|' || line[block] == '>');
  if (!is_block || line.find_first_not_of("|>+-0123456789 \r", block) != std::string_view::npos) {
    return "";
  }
  return line.substr(at, end - at);
}

// The YAML library takes the tag of a list's item for the beginning of a mapping, and then the
// block text behind it for too little indented, when it stands left of the tag's end:
//   - !Sub |
//     text
// So such tags are blanked, and put back when the tree is there.
std::string hide_tags(std::string_view text, HiddenTags& hidden) {
  std::string out(text);
  uint32_t number = 1;
  size_t begin = 0;
  for (std::string_view line : split(text, '\n')) {
    size_t at = 0;
    std::string_view tag = tag_before_block(line, at);
    if (!tag.empty()) {
      hidden.emplace(number, tag);
      out.replace(begin + at, tag.size(), tag.size(), ' ');
    }
    begin += line.size() + 1;
    ++number;
  }
  return out;
}

void show_tags(Node& node, const HiddenTags& hidden) {
  for (Node& item : node.items) {
    auto found = hidden.find(item.line);
    if (is_text(item) && found != hidden.end()) {
      apply_tag(item, found->second);
    } else {
      show_tags(item, hidden);
    }
  }
  for (contract::YamlMember& member : node.members) show_tags(member.value, hidden);
}

bool is_repeat(const Error& error) { return error.message.ends_with(" is repeated"); }

bool is_number(std::string_view text) {
  double value = 0;
  auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = wrong == std::errc() && end == text.data() + text.size();
  return whole && (text.front() == '-' || (text.front() >= '0' && text.front() <= '9'));
}

Json typed(const Node& node) {
  if (is_string(node)) return Json(node.text);
  if (node.text == "true" || node.text == "false") return Json(node.text == "true");
  auto number = parse_json(node.text);
  return number ? *std::move(number) : Json(node.text);
}

}  // namespace

Result<Document> read_document(std::string_view text, std::string_view origin) {
  size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string_view::npos && text[begin] == '{') {
    // YAML takes more than JSON does; what AWS reads as JSON has to be JSON.
    auto strict = parse_json(text);
    if (!strict && !is_repeat(strict.error())) return std::move(strict).error().in(origin);
  }
  Document document;
  contract::YamlRules rules;
  rules.apply_tag = apply_tag;
  rules.repeated_keys = &document.repeats;
  HiddenTags hidden;
  std::string shown = hide_tags(text, hidden);
  document.root = SMITH_TRY(contract::parse_yaml(shown, origin, rules));
  show_tags(document.root, hidden);
  return document;
}

const Node* find(const Node& node, std::string_view name) {
  for (auto member = node.members.rbegin(); member != node.members.rend(); ++member) {
    if (member->key.text == name) return &member->value;
  }
  return nullptr;
}

const Node* find(const Node& node, std::initializer_list<std::string_view> path) {
  const Node* at = &node;
  for (std::string_view name : path) {
    at = find(*at, name);
    if (at == nullptr) return nullptr;
  }
  return at;
}

bool is_string(const Node& node) {
  if (node.kind != YamlKind::scalar) return false;
  return node.quoted || !(node.text == "true" || node.text == "false" || is_number(node.text));
}

std::string place_of(const Node& node) {
  return std::to_string(node.line) + ":" + std::to_string(node.column);
}

Json json_of(const Node& node) {
  switch (node.kind) {
    case YamlKind::null: return {};
    case YamlKind::scalar: return typed(node);
    case YamlKind::list: {
      Json list = Json::array();
      for (const Node& item : node.items) list.add(json_of(item));
      return list;
    }
    case YamlKind::map: break;
  }
  Json object = Json::object();
  for (const contract::YamlMember& member : node.members) {
    object.set(member.key.text, json_of(member.value));
  }
  return object;
}

}  // namespace silversmith::deploy
