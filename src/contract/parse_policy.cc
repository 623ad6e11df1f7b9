// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "contract/parse_parts.h"

namespace silversmith::contract {
namespace {

using std::string_view;

// Where a property takes fewer actions than there are, these map the word's index.
constexpr std::array<string_view, 3> actions = {"quarantine", "nullify", "fail"};
constexpr std::array<string_view, 2> record_actions = {"quarantine", "fail"};
constexpr std::array<string_view, 1> later_structural = {"repair"};
constexpr std::array<string_view, 3> extra_fields = {"keep", "drop", "fail"};
constexpr std::array<string_view, 1> later_extra_fields = {"rescue"};
constexpr std::array<string_view, 2> missing_fields = {"fail", "null"};
constexpr std::array<string_view, 2> blank_lines = {"skip", "quarantine"};

void read_record_action(const YamlNode* node, string_view property, Action& action,
                        Problems& problems) {
  if (node == nullptr) return;
  auto index = read_word(*node, property, {record_actions, later_structural}, problems);
  if (index) action = *index == 0 ? Action::quarantine : Action::fail;
}

// An absent key keeps the default, null means no bound.
template <class Value, class Read>
void read_bound(const YamlNode* node, std::optional<Value>& bound, Read read) {
  if (node == nullptr) return;
  if (node->kind == YamlKind::null) {
    bound.reset();
  } else if (std::optional<Value> value = read(*node)) {
    bound = value;
  }
}

void parse_limits(const YamlNode& node, const std::string& where, Limits& limits,
                  Problems& problems) {
  MapReader map(node, where, problems);
  auto count = [&](string_view name) {
    return [&problems, path = map.path(name)](const YamlNode& at) {
      return read_count(at, path, problems);
    };
  };
  auto size = [&](string_view name) {
    return [&problems, path = map.path(name)](const YamlNode& at) {
      std::optional<uint64_t> bytes = read_count(at, path, problems);
      if (bytes && *bytes == 0) problems.wanted(at, path, "at least 1 byte");
      return bytes;
    };
  };
  read_bound(map.take("maxBadRows"), limits.bad_rows_max, count("maxBadRows"));
  std::string ratio = map.path("maxBadRatio");
  read_bound(map.take("maxBadRatio"), limits.bad_ratio_max,
             [&](const YamlNode& at) { return read_ratio(at, ratio, problems); });
  if (const YamlNode* at = map.take("warnBadRatio")) {
    if (auto value = read_ratio(*at, map.path("warnBadRatio"), problems)) {
      limits.bad_ratio_warn = *value;
    }
  }
  if (const YamlNode* at = map.take("ratioAfterRows")) {
    limits.ratio_after_rows = count("ratioAfterRows")(*at).value_or(0);
  }
  if (const YamlNode* at = map.take("minRows")) {
    limits.rows_min = count("minRows")(*at).value_or(0);
  }
  read_bound(map.take("maxRecordBytes"), limits.record_bytes_max, size("maxRecordBytes"));
  read_bound(map.take("maxFieldBytes"), limits.field_bytes_max, size("maxFieldBytes"));
  map.finish();
}

}  // namespace

void parse_policy(const YamlNode& node, Policy& policy, Problems& problems) {
  MapReader map(node, "silver:policy", problems);
  read_record_action(map.take("structural"), map.path("structural"), policy.structural, problems);
  read_record_action(map.take("required"), map.path("required"), policy.required, problems);
  auto type = read_enum<Action>(map.take("type"), map.path("type"), {actions}, problems);
  policy.type = type.value_or(policy.type);
  auto extra = read_enum<ExtraFields>(map.take("extraFields"), map.path("extraFields"),
                                      {extra_fields, later_extra_fields}, problems);
  policy.extra_fields = extra.value_or(policy.extra_fields);
  auto missing = read_enum<MissingFields>(map.take("missingFields"), map.path("missingFields"),
                                          {missing_fields}, problems);
  policy.missing_fields = missing.value_or(policy.missing_fields);
  auto blank = read_enum<BlankLines>(map.take("blankLines"), map.path("blankLines"), {blank_lines},
                                     problems);
  policy.blank_lines = blank.value_or(policy.blank_lines);
  if (const YamlNode* limits = map.take("limits")) {
    parse_limits(*limits, map.path("limits"), policy.limits, problems);
  }
  constexpr std::array<string_view, 5> later = {"constraint", "duplicateKey", "trim", "headerTrim",
                                                "repairs"};
  map.not_yet(later);
  map.finish();
}

}  // namespace silversmith::contract
