// SPDX-License-Identifier: Apache-2.0
// EventBridge's event patterns: whether one is valid, in the words of AWS, and whether an event
// matches it, as AWS's own event-ruler (2.1) decides both. Between the text of a pattern and a
// verdict about an object's event; nothing here talks to AWS.
// Not as AWS: `cidr` is refused, and letters beyond ASCII have no case.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "deploy/document.h"
#include "deploy/matcher.h"

namespace silversmith::deploy {

// What EventBridge takes at most, in bytes of JSON.
inline constexpr size_t pattern_bytes_max = 2048;
inline constexpr size_t pattern_branches_max = 1000;  // combinations of `$or`

class EventPattern {
 public:
  // The text of a pattern alone. A repeated member is no error, as it is none for AWS: repeats()
  // has it. Fails with invalid: "origin:line:column: Event pattern is not valid. Reason: ...".
  static Result<EventPattern> parse(std::string_view text, std::string_view origin);
  // A pattern inside a template, its functions resolved (template_view.h). Fails as parse().
  static Result<EventPattern> of(const Node& node, std::string_view origin);

  // In time linear in the event for each wildcard; where members of arrays of objects are asked
  // for, those of one element go together, and the time grows with the ways to choose them.
  bool matches(const Json& event) const;

  // Members that stand twice in their object: the first is dropped without a word.
  const std::vector<Node>& repeats() const { return repeats_; }

  // The alternatives that a path ("detail.object.key") has in each combination of `$or`; a path
  // that a combination doesn't ask for is absent there. Valid until this changes.
  using Branch = std::map<std::string, const std::vector<Matcher>*>;
  std::vector<Branch> branches() const;

  // The dearest field's wildcard_cost(), counted to a little more than wildcard_cost_max.
  size_t wildcard_cost() const;

 private:
  friend class PatternReader;
  // By path; indices into matchers_, which branches share.
  using Fields = std::map<std::string, uint32_t>;

  std::vector<std::vector<Matcher>> matchers_;
  std::vector<Fields> branches_;
  std::vector<Node> repeats_;
};

}  // namespace silversmith::deploy
