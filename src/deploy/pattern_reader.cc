// SPDX-License-Identifier: Apache-2.0
#include "deploy/pattern_reader.h"

#include <algorithm>
#include <array>
#include <utility>

namespace silversmith::deploy {

namespace {

constexpr std::string_view one_key = "Only one key allowed in match expression";
constexpr std::string_view too_many = "Too many elements in numeric expression";
constexpr std::string_view unordered = "Bottom must be less than top";

// A member of a choice can't be called like an operator, or like one that AWS keeps for later.
constexpr std::array<std::string_view, 24> reserved = {"exactly",
                                                       "equals-ignore-case",
                                                       "prefix",
                                                       "suffix",
                                                       "anything-but",
                                                       "exists",
                                                       "wildcard",
                                                       "numeric",
                                                       "cidr",
                                                       "=",
                                                       "<",
                                                       "<=",
                                                       ">",
                                                       ">=",
                                                       "regex",
                                                       "not-wildcard",
                                                       "not-equals-ignore-case",
                                                       "date-after",
                                                       "date-on-or-after",
                                                       "date-before",
                                                       "date-on-or-before",
                                                       "in-date-range",
                                                       "ip-address-in-range",
                                                       "ip-address-not-in-range"};

bool is_number_node(const Node& node) {
  return is_text(node) && !is_string(node) && node.text != "true" && node.text != "false";
}

bool is_affix(MatchKind kind) { return kind == MatchKind::prefix || kind == MatchKind::suffix; }

Matcher one(Comparison comparison) { return {{std::move(comparison)}, false}; }

std::string shown(const Node& node) {
  if (is_list(node)) return "[";
  return is_map(node) ? "{" : node.text;
}

}  // namespace

Error PatternReader::wrong(const Node& node, std::string_view reason) const {
  return {Code::invalid,
          std::string(origin_) + ":" + place_of(node) +
              ": Event pattern is not valid. Reason: " + std::string(reason),
          "", ""};
}

Result<> PatternReader::read(const Node& root) {
  if (!is_map(root)) return wrong(root, "Filter is not an object");
  // First, as AWS does; and what `$or` makes of a longer text has no bound.
  size_t bytes = json_of(root).dump().size();
  if (bytes > pattern_bytes_max) {
    return wrong(root, "it has " + std::to_string(bytes) + " bytes, at most " +
                           std::to_string(pattern_bytes_max) + " are allowed");
  }
  SMITH_TRY(read_object(root, "", Inside::pattern));
  pattern_.branches_ = std::move(branches_);
  return {};
}

Result<> PatternReader::read_object(const Node& node, const std::string& path, Inside inside) {
  for (const contract::YamlMember& member : node.members) {
    const std::string& name = member.key.text;
    if (name == "$or") {
      SMITH_TRY(read_choices(member.value, path));
      continue;
    }
    if (inside == Inside::choice &&
        std::find(reserved.begin(), reserved.end(), name) != reserved.end()) {
      return wrong(member.key,
                   name + " is Ruler reserved fieldName which cannot be used inside $or.");
    }
    std::string below = path;
    if (!below.empty()) below += '.';
    below += name;
    if (is_map(member.value)) {
      SMITH_TRY(read_object(member.value, below, inside));
    } else if (is_list(member.value)) {
      SMITH_TRY(read_field(member.value, below));
    } else {
      return wrong(member.value, "\"" + name + "\" must be an object or an array");
    }
  }
  if (node.members.empty()) return wrong(node, "Empty objects are not allowed");
  return {};
}

// Each choice goes on from what the branches were before it: n branches become n times as many as
// there are choices.
Result<> PatternReader::read_choices(const Node& node, const std::string& path) {
  if (!is_list(node)) return wrong(node, "It must be an Array followed with $or.");
  Branches before = std::move(branches_);
  if (before.empty()) before.emplace_back();
  Branches after;
  for (const Node& choice : node.items) {
    if (!is_map(choice)) {
      return wrong(choice, "Only JSON object is allowed in array of $or relationship.");
    }
    branches_ = before;
    SMITH_TRY(read_object(choice, path, Inside::choice));
    after.insert(after.end(), branches_.begin(), branches_.end());
    if (after.size() > pattern_branches_max) {
      return wrong(node, "its $or make more than 1000 combinations");
    }
  }
  if (node.items.size() < 2) {
    return wrong(node, "There must have at least 2 Objects in $or relationship.");
  }
  branches_ = std::move(after);
  return {};
}

Result<> PatternReader::read_field(const Node& node, const std::string& path) {
  std::vector<Matcher> matchers;
  for (const Node& item : node.items) {
    if (is_list(item)) {
      return wrong(item, "Match value must be String, number, true, false, or null");
    }
    matchers.push_back(SMITH_TRY(is_map(item) ? read_matcher(item) : read_literal(item)));
  }
  if (matchers.empty()) return wrong(node, "Empty arrays are not allowed");
  if (branches_.empty()) branches_.emplace_back();
  auto index = static_cast<uint32_t>(pattern_.matchers_.size());
  pattern_.matchers_.push_back(std::move(matchers));
  // Of two texts for one path the later one counts.
  for (EventPattern::Fields& fields : branches_) fields[path] = index;
  return {};
}

Result<Matcher> PatternReader::read_literal(const Node& node) {
  if (node.kind == YamlKind::null) return one({MatchKind::exact, "null"});
  if (is_string(node)) return one({MatchKind::exact, string_value(node.text).text});
  Matcher matcher = one({MatchKind::exact, node.text});
  std::optional<double> number = exact_number(node.text);
  if (number) matcher.comparisons.push_back({MatchKind::number, "", *number});
  return matcher;
}

Result<Matcher> PatternReader::read_matcher(const Node& node) {
  if (node.members.empty()) return wrong(node, "Match expression name not found");
  const std::string& name = node.members.front().key.text;
  const Node& value = node.members.front().value;
  std::string_view if_more = one_key;
  Result<Matcher> matcher = wrong(node.members.front().key, "Unrecognized match type " + name);
  if (name == "exactly") matcher = read_text(value, MatchKind::exact, "exact match");
  if (name == "prefix") matcher = read_affix(value, MatchKind::prefix);
  if (name == "suffix") matcher = read_affix(value, MatchKind::suffix);
  if (name == "equals-ignore-case") matcher = read_text(value, MatchKind::ignoring_case, name);
  if (name == "wildcard") matcher = read_text(value, MatchKind::wildcard, "wildcard");
  if (name == "numeric") matcher = read_numeric(value);
  if (name == "anything-but") matcher = read_but(value);
  if (name == "numeric" || name == "anything-but") if_more = too_many;
  if (name == "cidr") {
    return wrong(value, "cidr is valid for AWS, but silversmith does not know it");
  }
  if (name == "exists") {
    bool is_bool = is_text(value) && !is_string(value) && !is_number_node(value);
    if (!is_bool) return wrong(value, "exists match pattern must be either true or false.");
    matcher = one({value.text == "true" ? MatchKind::present : MatchKind::absent});
  }
  if (matcher.ok() && node.members.size() > 1) return wrong(node.members[1].key, if_more);
  return matcher;
}

Result<Comparison> PatternReader::comparison(const Node& node, MatchKind kind) {
  Comparison out{kind, node.text};
  bool at_end = kind == MatchKind::suffix || kind == MatchKind::suffix_ignoring_case;
  bool at_start = kind == MatchKind::prefix || kind == MatchKind::prefix_ignoring_case;
  if (!at_end) out.text.insert(0, 1, '"');
  if (!at_start) out.text.push_back('"');
  if (kind != MatchKind::wildcard) return out;
  auto pieces = wildcard_pieces(node.text);
  if (!pieces) return wrong(node, pieces.error().message);
  out.pieces = *std::move(pieces);
  return out;
}

Result<Matcher> PatternReader::read_text(const Node& node, MatchKind kind, std::string_view named) {
  if (!is_string(node)) {
    return wrong(node, std::string(named) +
                           (kind == MatchKind::exact ? " pattern" : " match pattern") +
                           " must be a string");
  }
  return one(SMITH_TRY(comparison(node, kind)));
}

// {"prefix": "a"} or {"prefix": {"equals-ignore-case": "a"}}, and the same of suffixes.
Result<Matcher> PatternReader::read_affix(const Node& node, MatchKind kind) {
  std::string named = kind == MatchKind::prefix ? "prefix" : "suffix";
  if (!is_map(node)) return read_text(node, kind, named);
  if (node.members.empty()) {
    return wrong(node, (kind == MatchKind::prefix ? "Prefix" : "Suffix") +
                           std::string(" expression name not found"));
  }
  const contract::YamlMember& member = node.members.front();
  if (member.key.text != "equals-ignore-case") {
    return wrong(member.key, "Unsupported " + named + " pattern: " + member.key.text);
  }
  MatchKind folded =
      kind == MatchKind::prefix ? MatchKind::prefix_ignoring_case : MatchKind::suffix_ignoring_case;
  Matcher matcher = SMITH_TRY(read_text(member.value, folded, "equals-ignore-case"));
  if (node.members.size() > 1) return wrong(node.members[1].key, one_key);
  return matcher;
}

Result<const Node*> PatternReader::number_at(const Node& list, size_t at, std::string_view symbol) {
  if (at < list.items.size() && is_number_node(list.items[at])) return &list.items[at];
  std::string named = symbol == "=" ? "equals" : std::string(symbol);
  return wrong(at < list.items.size() ? list.items[at] : list,
               "Value of " + named + " must be numeric");
}

Result<Bound> PatternReader::bound_of(const Node& node, std::string_view symbol) {
  std::optional<double> number = exact_number(node.text);
  if (!number) return wrong(node, "Cannot compare number : " + node.text);
  return Bound{*number, symbol == "<" || symbol == ">"};
}

// ["=", 5], ["<", 5], [">", 0, "<=", 5].
Result<Matcher> PatternReader::read_numeric(const Node& node) {
  if (!is_list(node)) return wrong(node, "Value of numeric must be an array.");
  if (node.items.empty() || !is_string(node.items[0])) {
    const Node& found = node.items.empty() ? node : node.items[0];
    return wrong(found,
                 "Invalid member in numeric match: " + (node.items.empty() ? "]" : shown(found)));
  }
  const std::string& symbol = node.items[0].text;
  bool upward = symbol == ">" || symbol == ">=";
  if (!upward && symbol != "<" && symbol != "<=" && symbol != "=") {
    return wrong(node.items[0], "Unrecognized numeric range operator: " + symbol);
  }
  const Node* first = SMITH_TRY(number_at(node, 1, symbol));
  if (upward && node.items.size() > 2) return read_between(node);
  if (node.items.size() > 2) return wrong(node.items[2], too_many);
  Bound bound = SMITH_TRY(bound_of(*first, symbol));
  if (symbol == "=") return one({MatchKind::number, "", bound.at});
  Comparison range{MatchKind::range};
  (upward ? range.low : range.high) = bound;
  return one(std::move(range));
}

// [">", 0, "<=", 5], of which the first two are known to be right.
Result<Matcher> PatternReader::read_between(const Node& node) {
  const Node& symbol = node.items[2];
  if (!is_string(symbol)) return wrong(symbol, "Bad value in numeric range: " + shown(symbol));
  if (symbol.text != "<" && symbol.text != "<=") {
    return wrong(symbol, "Bad numeric range operator: " + symbol.text);
  }
  const Node* top = SMITH_TRY(number_at(node, 3, symbol.text));
  if (node.items.size() > 4) {
    return wrong(node.items[4], "Too many terms in numeric range expression");
  }
  Comparison range{MatchKind::range};
  range.low = SMITH_TRY(bound_of(node.items[1], node.items[0].text));
  range.high = SMITH_TRY(bound_of(*top, symbol.text));
  if (range.low->at >= range.high->at) return wrong(*top, unordered);
  return one(std::move(range));
}

Result<Matcher> PatternReader::read_but(const Node& node) {
  if (!is_map(node)) return read_but_values(node);
  if (node.members.empty()) return wrong(node, "Anything-But expression name not found");
  const contract::YamlMember& member = node.members.front();
  const std::string& name = member.key.text;
  MatchKind kind = MatchKind::exact;
  if (name == "equals-ignore-case") kind = MatchKind::ignoring_case;
  if (name == "prefix") kind = MatchKind::prefix;
  if (name == "suffix") kind = MatchKind::suffix;
  if (name == "wildcard") kind = MatchKind::wildcard;
  if (kind == MatchKind::exact) {
    return wrong(member.key, "Unsupported anything-but pattern: " + name);
  }
  Matcher matcher = SMITH_TRY(read_but_texts(member.value, kind));
  if (node.members.size() > 1) return wrong(node.members[1].key, too_many);
  return matcher;
}

Result<Matcher> PatternReader::read_but_values(const Node& node) {
  bool single = is_string(node) || is_number_node(node);
  if (!single && !is_list(node)) {
    return wrong(node, "Value of anything-but must be an array or single string/number value.");
  }
  Matcher matcher{{}, true};
  bool numbers = false;
  bool strings = false;
  for (const Node& item : single ? std::vector<Node>{node} : node.items) {
    if (is_string(item)) {
      strings = true;
      matcher.comparisons.push_back({MatchKind::exact, string_value(item.text).text});
    } else if (is_number_node(item)) {
      numbers = true;
      std::optional<double> number = exact_number(item.text);
      if (!number) return wrong(item, "Cannot compare number : " + item.text);
      matcher.comparisons.push_back({MatchKind::number, "", *number});
    } else {
      return wrong(item, "Inside anything but list, start|null|boolean is not supported.");
    }
  }
  if (numbers == strings) {
    return wrong(node,
                 "Inside anything but list, either all values are number or string, mixed type is "
                 "not supported");
  }
  return matcher;
}

Result<Matcher> PatternReader::read_but_texts(const Node& node, MatchKind kind) {
  bool single = is_string(node) || is_number_node(node);
  if (!single && !is_list(node)) {
    return wrong(node, "Value of anything-but must be an array or single string/number value.");
  }
  Matcher matcher{{}, true};
  if (single) {
    SMITH_TRY(append_but(matcher, node, kind));
  } else {
    for (const Node& item : node.items) SMITH_TRY(append_but(matcher, item, kind));
  }
  return matcher;
}

Result<> PatternReader::append_but(Matcher& matcher, const Node& node, MatchKind kind) {
  if (!is_string(node)) {
    if (is_affix(kind)) return wrong(node, "prefix/suffix match pattern must be a string");
    if (kind == MatchKind::wildcard) return wrong(node, "wildcard match pattern must be a string");
    return wrong(node,
                 "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not "
                 "supported.");
  }
  if (is_affix(kind) && node.text.empty()) return wrong(node, "Null prefix/suffix not allowed");
  matcher.comparisons.push_back(SMITH_TRY(comparison(node, kind)));
  return {};
}

}  // namespace silversmith::deploy
