// SPDX-License-Identifier: Apache-2.0
// YAML (and JSON, which is YAML) text → a tree that keeps every scalar as the text that was
// written, with its place. Nothing is typed here: `NO`, `007` and `1e3` stay text until the
// property that they stand for says otherwise. The third-party reader is behind yaml.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace silversmith::contract {

enum class YamlKind : uint8_t { null, scalar, list, map };
// "null", "a value", "a list", "a mapping": for messages.
std::string_view name_of(YamlKind kind);

struct YamlMember;

struct YamlNode {
  YamlKind kind = YamlKind::null;
  bool quoted = false;              // a scalar in quotes or a block scalar: surely text
  uint32_t line = 1;                // of its first byte, from 1
  uint32_t column = 1;              // in bytes, from 1
  std::string text;                 // scalar; of a null what was written ("null", "~" or nothing)
  std::vector<YamlNode> items;      // list
  std::vector<YamlMember> members;  // map, in the order of the text; keys are distinct scalars
};

struct YamlMember {
  YamlNode key;
  YamlNode value;
};

// What other readers than that of contracts allow.
struct YamlRules {
  // Makes of a node what its tag ("!Sub") says, and returns whether there is such a tag.
  bool (*apply_tag)(YamlNode& node, std::string_view tag) = nullptr;
  // Where given, repeated keys are kept among the members, and each second one is put here too.
  std::vector<YamlNode>* repeated_keys = nullptr;
};

// Fails with invalid, as "origin:line:column: what": no single document, not UTF-8, more than
// 1 MiB, deeper than 64 levels, a repeated or non-scalar key, an anchor or alias (a few lines of
// them can stand for gigabytes), a tag other than !!str. `rules` may
// allow the last and repeated keys.
Result<YamlNode> parse_yaml(std::string_view text, std::string_view origin,
                            const YamlRules& rules = {});

}  // namespace silversmith::contract
