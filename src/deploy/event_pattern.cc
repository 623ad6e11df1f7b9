// SPDX-License-Identifier: Apache-2.0
#include "deploy/event_pattern.h"

#include <algorithm>
#include <utility>

#include "deploy/event_leaves.h"
#include "deploy/pattern_reader.h"
#include "deploy/wildcard_cost.h"

namespace silversmith::deploy {

namespace {

using LeafList = std::vector<const EventLeaf*>;

// Chooses one leaf for each field so that those from one array come from one element of it.
bool choose(const std::vector<LeafList>& fields, size_t at, ArrayElements& chosen) {
  if (at == fields.size()) return true;
  for (const EventLeaf* leaf : fields[at]) {
    ArrayElements before = chosen;
    if (agree(chosen, leaf->elements) && choose(fields, at + 1, chosen)) return true;
    chosen = std::move(before);
  }
  return false;
}

}  // namespace

Result<EventPattern> EventPattern::of(const Node& node, std::string_view origin) {
  EventPattern pattern;
  PatternReader reader(origin, pattern);
  SMITH_TRY(reader.read(node));
  return pattern;
}

Result<EventPattern> EventPattern::parse(std::string_view text, std::string_view origin) {
  Document document = SMITH_TRY(read_document(text, origin));
  EventPattern pattern = SMITH_TRY(of(document.root, origin));
  pattern.repeats_ = std::move(document.repeats);
  return pattern;
}

std::vector<EventPattern::Branch> EventPattern::branches() const {
  std::vector<Branch> out;
  for (const Fields& fields : branches_) {
    Branch& branch = out.emplace_back();
    for (const auto& [path, index] : fields) branch.emplace(path, &matchers_[index]);
  }
  return out;
}

size_t EventPattern::wildcard_cost() const {
  size_t most = 0;
  for (const std::vector<Matcher>& matchers : matchers_) {
    std::vector<std::vector<std::string>> wildcards;
    for (const Matcher& matcher : matchers) {
      for (const Comparison& one : matcher.comparisons) {
        if (one.kind == MatchKind::wildcard) wildcards.push_back(one.pieces);
      }
    }
    most = std::max(most, deploy::wildcard_cost(wildcards, wildcard_cost_max));
  }
  return most;
}

bool EventPattern::matches(const Json& event) const {
  EventLeaves leaves = leaves_of(event);
  for (const Branch& branch : branches()) {
    std::vector<LeafList> fields;
    bool possible = true;
    for (const auto& [path, matchers] : branch) {
      auto found = leaves.find(path);
      bool absent = std::any_of(matchers->begin(), matchers->end(),
                                [](const Matcher& one) { return one.asks_for_absence(); });
      if (found == leaves.end()) {
        possible = absent;
        if (!possible) break;
        continue;
      }
      LeafList& list = fields.emplace_back();
      for (const EventLeaf& leaf : found->second) {
        bool holds = std::any_of(matchers->begin(), matchers->end(),
                                 [&](const Matcher& one) { return one.holds(leaf.value); });
        if (holds) list.push_back(&leaf);
      }
      if (list.empty()) possible = false;
      if (!possible) break;
    }
    ArrayElements chosen;
    if (possible && choose(fields, 0, chosen)) return true;
  }
  return false;
}

}  // namespace silversmith::deploy
