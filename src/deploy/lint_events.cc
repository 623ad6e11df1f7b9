// SPDX-License-Identifier: Apache-2.0
// Rules of EventBridge and their targets, and patterns alone.
#include <algorithm>

#include "base/text.h"
#include "deploy/lint_parts.h"
#include "deploy/wildcard_cost.h"

namespace silversmith::deploy {

namespace {

constexpr std::string_view key_path = "detail.object.key";
constexpr std::string_view invalid_rule =
    "pattern-invalid mend the pattern; for CSV in bronze it is {\"wildcard\": \"bronze/*.csv\"}";
constexpr std::string_view either_rule =
    "pattern-either use one {\"wildcard\": \"bronze/*.csv\"}: items of a list are alternatives";
constexpr std::string_view loop_rule =
    "pattern-loop match only bronze, for example {\"wildcard\": \"bronze/*.csv\"}";
constexpr std::string_view bus_rule = "pattern-everything name detail.object.key in the pattern";
constexpr std::string_view cost_rule =
    "pattern-complex ask for fewer suffixes, for example bronze/*.csv* for .csv, .csv.gz and "
    ".csv.zst, or make two rules";
constexpr std::string_view retry_rule =
    "target-no-retry give the target a RetryPolicy, so that it is known how long it is tried";
constexpr std::string_view dlq_rule =
    "target-no-dlq give the target a DeadLetterConfig: what can't be delivered is dropped after 24 "
    "h";
constexpr std::string_view function_rule =
    "function-not-allowed add an AWS::Lambda::Permission for the service";

using Matchers = std::vector<Matcher>;

const Matchers* keys_of(const EventPattern::Branch& branch) {
  auto found = branch.find(std::string(key_path));
  return found == branch.end() ? nullptr : found->second;
}

bool any_holds(const Matchers& matchers, const std::string& key) {
  Value value = string_value(key);
  return std::any_of(matchers.begin(), matchers.end(),
                     [&](const Matcher& one) { return one.holds(value); });
}

bool has_kind(const Matchers& matchers, MatchKind kind, MatchKind folded) {
  return std::any_of(matchers.begin(), matchers.end(), [&](const Matcher& one) {
    return !one.but && (one.comparisons[0].kind == kind || one.comparisons[0].kind == folded);
  });
}

// What stands before "bronze/" in the pattern: a lake's prefix, often a parameter's name.
std::string lake_prefix(const Matchers& matchers) {
  for (const Matcher& matcher : matchers) {
    for (const Comparison& one : matcher.comparisons) {
      const std::string& text = one.text;
      size_t at = text.find("bronze/");
      if (at != std::string::npos && at > 0 && text[0] == '"') return text.substr(1, at - 1);
    }
  }
  return "";
}

bool is_about_s3(const EventPattern::Branch& branch) {
  auto source = branch.find("source");
  return source != branch.end() && any_holds(*source->second, "aws.s3");
}

bool holds_of_bronze(const Matchers& keys, const std::string& lake) {
  return any_holds(keys, lake + "bronze/a.csv") || any_holds(keys, lake + "bronze/a/b.csv") ||
         any_holds(keys, lake + "bronze/a.csv.gz");
}

void lint_branch(Linter& linter, const Node& place, const EventPattern::Branch& branch) {
  const Matchers* keys = keys_of(branch);
  if (keys == nullptr) {
    if (!is_about_s3(branch)) return;
    return linter.warning(place, bus_rule,
                          "the pattern matches every object of its buckets, also what is written "
                          "to silver");
  }
  bool either = has_kind(*keys, MatchKind::prefix, MatchKind::prefix_ignoring_case) &&
                has_kind(*keys, MatchKind::suffix, MatchKind::suffix_ignoring_case);
  if (either) {
    linter.error(place, either_rule,
                 "the key's prefix and suffix are two items: the pattern matches what has either, "
                 "also silver/a.csv and bronze/a.gz");
  }
  std::string lake = lake_prefix(*keys);
  if (!holds_of_bronze(*keys, lake) || either) return;
  // A rule about quarantine or receipts alone is meant so.
  for (std::string_view ours : {"silver/a.parquet", "silver/orders/a.csv",
                                "quarantine/a/0-0/rejects.csv", "receipts/a/0-0.json"}) {
    if (!any_holds(*keys, lake + std::string(ours))) continue;
    return linter.error(place, loop_rule,
                        "the pattern matches bronze and also our own output, such as " +
                            std::string(ours) + ": the function would call itself");
  }
}

// "origin:line:column: what" → what, at its place.
Node place_in(const Error& error, const Node& otherwise, std::string& what) {
  Node place = otherwise;
  std::vector<std::string_view> parts = split(error.message, ':');
  what = error.message;
  if (parts.size() < 4) return place;
  std::optional<uint64_t> line = parse_number(parts[1]);
  std::optional<uint64_t> column = parse_number(parts[2]);
  if (!line || !column) return place;
  place.line = static_cast<uint32_t>(*line);
  place.column = static_cast<uint32_t>(*column);
  size_t skipped = parts[0].size() + parts[1].size() + parts[2].size() + 3;
  what = trim(std::string_view(error.message).substr(skipped));
  return place;
}

void lint_delivery(Linter& linter, const Node& target) {
  const TemplateView& view = linter.view();
  if (view.ways(find(target, "RetryPolicy")).empty()) {
    linter.warning(target, retry_rule, "the target has no RetryPolicy");
  }
  const Node* letters = find(target, "DeadLetterConfig");
  if (view.ways(letters).empty()) {
    linter.warning(target, dlq_rule, "the target has no DeadLetterConfig");
  }
  for (const Node* way : view.ways(letters)) {
    for (const std::string& id : view.targets(find(*way, "Arn"))) {
      const Resource* queue = view.resource(id);
      bool is_queue = queue != nullptr && queue->type == "AWS::SQS::Queue";
      if (!is_queue || queue_lets_in(view, id, "events.amazonaws.com")) continue;
      linter.error(
          target, queue_not_allowed_rule,
          "no policy lets events.amazonaws.com send to " + id + ", the target's dead-letter queue");
    }
  }
}

void lint_target(Linter& linter, const Node& target) {
  lint_delivery(linter, target);
  const TemplateView& view = linter.view();
  for (const std::string& id : view.targets(find(target, "Arn"))) {
    const Resource* resource = view.resource(id);
    if (resource == nullptr) continue;
    if (resource->type == "AWS::SQS::Queue" && !queue_lets_in(view, id, "events.amazonaws.com")) {
      linter.error(target, queue_not_allowed_rule,
                   "no policy lets events.amazonaws.com send to the target " + id);
    }
    if (resource->type == "AWS::Lambda::Function" &&
        !function_lets_in(view, id, "events.amazonaws.com")) {
      linter.error(target, function_rule,
                   "no permission lets events.amazonaws.com invoke the target " + id);
    }
  }
}

// A function's own events, as SAM has them.
void lint_sam_events(Linter& linter, const Resource& function) {
  const TemplateView& view = linter.view();
  for (const SamEvent& event : sam_events(view, function)) {
    if (event.properties == nullptr) continue;
    if (event.type != "EventBridgeRule" && event.type != "CloudWatchEvent") continue;
    for (const Node* pattern : view.ways(find(*event.properties, "Pattern"))) {
      lint_pattern(linter, view.resolved(*pattern));
    }
    lint_delivery(linter, *event.properties);
  }
}

}  // namespace

bool pattern_takes_bronze(const Node& pattern) {
  auto read = EventPattern::of(pattern, "pattern");
  if (!read) return false;
  const auto& branches = read->branches();
  return std::any_of(branches.begin(), branches.end(), [](const auto& branch) {
    const Matchers* keys = keys_of(branch);
    return keys == nullptr ? is_about_s3(branch) : holds_of_bronze(*keys, lake_prefix(*keys));
  });
}

void lint_pattern(Linter& linter, const Node& pattern) {
  auto read = EventPattern::of(pattern, "pattern");
  if (!read) {
    std::string what;
    Node place = place_in(read.error(), pattern, what);
    return linter.error(place, invalid_rule, std::move(what));
  }
  if (read->wildcard_cost() > wildcard_cost_max) {
    linter.warning(
        pattern, cost_rule,
        "its wildcards may pass EventBridge's bound, which AWS does not state: \"Rule is "
        "too complex\"");
  }
  for (const EventPattern::Branch& branch : read->branches()) {
    lint_branch(linter, pattern, branch);
  }
}

void lint_events(Linter& linter) {
  const TemplateView& view = linter.view();
  for (const Resource* rule : view.of_type("AWS::Events::Rule")) {
    linter.about(rule->id);
    for (const Node* pattern : view.values(*rule, {"EventPattern"})) {
      lint_pattern(linter, view.resolved(*pattern));
    }
    for (const Node* targets : view.values(*rule, {"Targets"})) {
      for (const Node* target : view.items(targets)) lint_target(linter, *target);
    }
  }
  for (const Resource* function : view.of_type("AWS::Serverless::Function")) {
    linter.about(function->id);
    lint_sam_events(linter, *function);
  }
}

}  // namespace silversmith::deploy
