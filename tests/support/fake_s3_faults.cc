// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3_faults.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace silversmith::test {

namespace {

constexpr std::array<std::pair<std::string_view, FaultKind>, 15> kinds = {{
    {"delay", FaultKind::delay},
    {"internal_error", FaultKind::internal_error},
    {"slow_down", FaultKind::slow_down},
    {"drop_before", FaultKind::drop_before},
    {"drop_after", FaultKind::drop_after},
    {"truncate", FaultKind::truncate},
    {"slow_body", FaultKind::slow_body},
    {"flip_byte", FaultKind::flip_byte},
    {"wrong_checksum", FaultKind::wrong_checksum},
    {"error_in_body", FaultKind::error_in_body},
    {"blanks", FaultKind::blanks},
    {"conflict", FaultKind::conflict},
    {"ignore_if_match", FaultKind::ignore_if_match},
    {"ignore_if_none_match", FaultKind::ignore_if_none_match},
    {"late_write", FaultKind::late_write},
}};

Error bad_rule(std::string message) {
  return {Code::invalid, "a fault: " + std::move(message), "", ""};
}

Result<FaultKind> kind_named(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [known, kind] : kinds) {
    if (known == name) return kind;
    names.emplace_back(known);
  }
  return bad_rule("\"fault\" is " + show(name) + ", wanted one of " + join(names, ", "));
}

Result<FaultRule> parse_rule(const Json& json) {
  if (!json.is_object()) return bad_rule("found " + json.dump() + ", wanted an object");
  FaultRule rule;
  for (const auto& [name, value] : json.as_object()) {
    bool text = name == "fault" || name == "method" || name == "operation" || name == "key";
    bool count = name == "skip" || name == "times" || name == "amount";
    if (!text && !count) return bad_rule("there is no member " + show(name));
    if (text ? !value.is_string() : !value.is_int() || value.as_int() < 0) {
      return bad_rule("\"" + name + "\" is " + value.dump() + ", wanted " +
                      (text ? "a text" : "a count"));
    }
  }
  rule.kind = SMITH_TRY(kind_named(json.text_or("fault", "")));
  rule.method = json.text_or("method", "");
  rule.operation = json.text_or("operation", "");
  rule.key = json.text_or("key", "*");
  rule.skip = static_cast<uint64_t>(json.int_or("skip", 0));
  rule.times = static_cast<uint64_t>(json.int_or("times", 1));
  rule.amount = static_cast<uint64_t>(json.int_or("amount", 0));
  return rule;
}

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view text) {
  size_t at = 0;
  size_t star = std::string_view::npos;  // the last one, and where the text was then
  size_t star_text = 0;
  size_t from = 0;
  while (at < text.size()) {
    if (from < pattern.size() && pattern[from] == '*') {
      star = from++;
      star_text = at;
    } else if (from < pattern.size() && (pattern[from] == '?' || pattern[from] == text[at])) {
      ++from;
      ++at;
    } else if (star != std::string_view::npos) {
      from = star + 1;
      at = ++star_text;
    } else {
      return false;
    }
  }
  while (from < pattern.size() && pattern[from] == '*') ++from;
  return from == pattern.size();
}

void Faults::add(FaultRule rule) {
  std::lock_guard lock(guarded_.mutex);
  guarded_.rules.push_back({std::move(rule), 0});
}

void Faults::clear() {
  std::lock_guard lock(guarded_.mutex);
  guarded_.rules.clear();
}

std::vector<Fault> Faults::next(std::string_view method, std::string_view operation,
                                std::string_view key) {
  std::lock_guard lock(guarded_.mutex);
  std::vector<Fault> fired;
  for (Counted& counted : guarded_.rules) {
    const FaultRule& rule = counted.rule;
    if ((!rule.method.empty() && rule.method != method) ||
        (!rule.operation.empty() && rule.operation != operation) || !matches_glob(rule.key, key)) {
      continue;
    }
    uint64_t number = counted.seen++;
    if (number < rule.skip || (rule.times > 0 && number - rule.skip >= rule.times)) continue;
    fired.push_back({rule.kind, rule.amount});
  }
  return fired;
}

Result<std::vector<FaultRule>> parse_faults(const Json& json) {
  std::vector<FaultRule> rules;
  if (!json.is_array()) {
    rules.push_back(SMITH_TRY(parse_rule(json)));
    return rules;
  }
  for (const Json& one : json.as_array()) rules.push_back(SMITH_TRY(parse_rule(one)));
  return rules;
}

}  // namespace silversmith::test
