// SPDX-License-Identifier: Apache-2.0
// The tree of an event pattern → EventPattern, in the order in which event-ruler reads it, so that
// the first thing wrong is the one that AWS names, in AWS's words. For event_pattern.cc alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "deploy/document.h"
#include "deploy/event_pattern.h"

namespace silversmith::deploy {

class PatternReader {
 public:
  // Both must outlive it.
  PatternReader(std::string_view origin, EventPattern& into) : origin_(origin), pattern_(into) {}

  // Fails with invalid, as EventPattern::parse.
  Result<> read(const Node& root);

 private:
  enum class Inside : uint8_t { pattern, choice };  // a choice of `$or` reserves some names
  using Branches = std::vector<EventPattern::Fields>;

  Result<> read_object(const Node& node, const std::string& path, Inside inside);
  Result<> read_choices(const Node& node, const std::string& path);
  Result<> read_field(const Node& node, const std::string& path);
  Result<Matcher> read_matcher(const Node& node);
  Result<Matcher> read_literal(const Node& node);
  Result<Matcher> read_text(const Node& node, MatchKind kind, std::string_view named);
  Result<Matcher> read_affix(const Node& node, MatchKind kind);
  Result<Matcher> read_numeric(const Node& node);
  Result<Matcher> read_between(const Node& node);
  Result<const Node*> number_at(const Node& list, size_t at, std::string_view symbol);
  Result<Bound> bound_of(const Node& node, std::string_view symbol);
  Result<Matcher> read_but(const Node& node);
  Result<Matcher> read_but_values(const Node& node);
  Result<Matcher> read_but_texts(const Node& node, MatchKind kind);
  Result<> append_but(Matcher& matcher, const Node& node, MatchKind kind);
  Result<Comparison> comparison(const Node& node, MatchKind kind);

  Error wrong(const Node& node, std::string_view reason) const;

  std::string_view origin_;
  EventPattern& pattern_;
  Branches branches_;
};

}  // namespace silversmith::deploy
