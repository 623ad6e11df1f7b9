// SPDX-License-Identifier: Apache-2.0
#include "support/pattern_oracle.h"

#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"

namespace silversmith::oracle {

namespace {

constexpr int64_t number_max = int64_t{1} << 53;

bool small(const Json& json) { return json.is_int() && std::llabs(json.as_int()) < number_max; }

bool plain_numbers(const Json& json) {
  if (json.is_number()) return small(json);
  if (json.is_array()) {
    for (const Json& item : json.as_array()) {
      if (!plain_numbers(item)) return false;
    }
  }
  if (json.is_object()) {
    for (const auto& [name, member] : json.as_object()) {
      if (name.empty() || name.find('.') != std::string::npos || !plain_numbers(member)) {
        return false;
      }
    }
  }
  return true;
}

bool has_object_in_array(const Json& json, bool in_array) {
  if (json.is_object()) {
    if (in_array) return true;
    for (const auto& [name, member] : json.as_object()) {
      if (has_object_in_array(member, false)) return true;
    }
  }
  if (json.is_array()) {
    for (const Json& item : json.as_array()) {
      if (has_object_in_array(item, true)) return true;
    }
  }
  return false;
}

using Paths = std::set<std::string>;

bool add_all(Paths& to, const Paths& more) {
  bool fresh = true;
  for (const std::string& path : more) fresh = to.insert(path).second && fresh;
  return fresh;
}

// The paths of a pattern's fields; nothing where one of them stands twice in one combination.
std::optional<Paths> paths_of(const Json& object, const std::string& above) {
  Paths paths;
  for (const auto& [name, member] : object.as_object()) {
    Paths below;
    if (name == "$or") {
      for (const Json& choice : member.as_array()) {
        auto of_choice = paths_of(choice, above);
        if (!of_choice) return std::nullopt;
        below.insert(of_choice->begin(), of_choice->end());
      }
    } else if (member.is_object()) {
      auto of_member = paths_of(member, above + name + ".");
      if (!of_member) return std::nullopt;
      below = *of_member;
    } else {
      below.insert(above + name);
    }
    if (!add_all(paths, below)) return std::nullopt;
  }
  return paths;
}

std::string written(const Json& value) {
  return value.is_string() ? '"' + value.as_string() + '"' : value.dump();
}

// Whether `wildcard` from i stands for `text` from j.
bool wild(const std::string& wildcard, const std::string& text) {
  size_t n = wildcard.size();
  size_t m = text.size();
  std::vector<std::vector<bool>> at(n + 1, std::vector<bool>(m + 1, false));
  at[n][m] = true;
  for (size_t i = n; i-- > 0;) {
    bool escape = wildcard[i] == '\\';
    bool escaped = i > 0 && wildcard[i - 1] == '\\' && !(i > 1 && wildcard[i - 2] == '\\');
    for (size_t j = m + 1; j-- > 0;) {
      if (escape && !escaped) {
        at[i][j] = j < m && wildcard[i + 1] == text[j] && at[i + 2][j + 1];
      } else if (wildcard[i] == '*' && !escaped) {
        at[i][j] = at[i + 1][j] || (j < m && at[i][j + 1]);
      } else {
        at[i][j] = j < m && wildcard[i] == text[j] && at[i + 1][j + 1];
      }
    }
  }
  return at[0][0];
}

bool affix(const Json& wanted, const std::string& found, bool at_start) {
  bool folds = wanted.is_object();
  std::string text = folds ? wanted.as_object()[0].second.as_string() : wanted.as_string();
  text = at_start ? '"' + text : text + '"';
  std::string whole = found;
  if (folds) {
    text = lowered(text);
    whole = lowered(whole);
  }
  return at_start ? whole.starts_with(text) : whole.ends_with(text);
}

bool compares(const Json& numeric, size_t at, int64_t number) {
  const std::string& symbol = numeric.as_array()[at].as_string();
  int64_t bound = numeric.as_array()[at + 1].as_int();
  if (symbol == "=") return number == bound;
  if (symbol == "<") return number < bound;
  if (symbol == "<=") return number <= bound;
  return symbol == ">" ? number > bound : number >= bound;
}

bool equals(const Json& wanted, const Json& found) { return written(wanted) == written(found); }

bool satisfies(const Json& matcher, const Json& found);

// Whether {"anything-but": ...} names `found`.
bool named(const Json& but, const Json& found) {
  if (but.is_object()) {
    const auto& [kind, values] = but.as_object()[0];
    Json list = values.is_array() ? values : Json::array().add(values);
    for (const Json& value : list.as_array()) {
      if (satisfies(Json::object().set(kind, value), found)) return true;
    }
    return false;
  }
  Json list = but.is_array() ? but : Json::array().add(but);
  for (const Json& value : list.as_array()) {
    if (equals(value, found)) return true;
  }
  return false;
}

bool satisfies(const Json& matcher, const Json& found) {
  if (!matcher.is_object()) return equals(matcher, found);
  const auto& [kind, wanted] = matcher.as_object()[0];
  std::string text = written(found);
  if (kind == "exists") return wanted.as_bool();
  if (kind == "exactly") return text == written(wanted);
  if (kind == "prefix") return affix(wanted, text, true);
  if (kind == "suffix") return affix(wanted, text, false);
  if (kind == "equals-ignore-case") return lowered(text) == lowered(written(wanted));
  if (kind == "anything-but") {
    bool nothing = wanted.is_object() && wanted.as_object()[0].second.is_array() &&
                   wanted.as_object()[0].second.as_array().empty();
    return !nothing && !named(wanted, found);
  }
  if (kind == "wildcard") return wild(written(wanted), text);
  if (!found.is_int()) return false;
  bool both = wanted.as_array().size() == 4;
  return compares(wanted, 0, found.as_int()) && (!both || compares(wanted, 2, found.as_int()));
}

void collect(const Json& found, std::vector<Json>& values) {
  if (found.is_array()) {
    for (const Json& item : found.as_array()) collect(item, values);
  } else if (!found.is_object()) {
    values.push_back(found);
  }
}

bool field_matches(const Json& matchers, const Json* found) {
  std::vector<Json> values;
  if (found != nullptr) collect(*found, values);
  for (const Json& matcher : matchers.as_array()) {
    const Json* exists = matcher.find("exists");
    if (values.empty() && exists != nullptr && !exists->as_bool()) return true;
    for (const Json& value : values) {
      if (satisfies(matcher, value)) return true;
    }
  }
  return false;
}

bool object_matches(const Json& object, const Json* event) {
  for (const auto& [name, member] : object.as_object()) {
    bool holds = false;
    if (name == "$or") {
      for (const Json& choice : member.as_array()) holds = holds || object_matches(choice, event);
    } else {
      const Json* below = event == nullptr ? nullptr : event->find(name);
      holds = member.is_object() ? object_matches(member, below) : field_matches(member, below);
    }
    if (!holds) return false;
  }
  return true;
}

}  // namespace

std::optional<bool> pattern_matches(const Json& pattern, const Json& event) {
  bool reaches = plain_numbers(pattern) && plain_numbers(event) && event.is_object() &&
                 !has_object_in_array(event, false) && paths_of(pattern, "").has_value();
  if (!reaches) return std::nullopt;
  return object_matches(pattern, &event);
}

}  // namespace silversmith::oracle
