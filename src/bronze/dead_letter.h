// SPDX-License-Identifier: Apache-2.0
// A message that nobody could work on, as it stands in a queue of failures: which event it is
// about, who put it there and why. Between such a queue and the commands of `silversmith dlq`. The
// one thing to know: one queue may hold several kinds, so each message is looked at for itself.
// Kinds and how they are told apart: docs/operations/dead-letters.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bronze/event.h"

namespace silversmith::bronze {

enum class LetterKind : uint8_t {
  queue,        // moved here by a queue's redrive policy: the message as it was
  function,     // a Lambda function's dead letter: the event, and attributes of Lambda
  destination,  // the record of a function's on-failure destination around the event
  rule,         // an EventBridge rule could not deliver the event to its target
  rejects,      // the event about quarantine/.../rejected.json: a file was refused
  unreadable,   // no event that we know, and nobody says why it is here
};
std::string_view name_of(LetterKind kind);

// A message's attributes: names and values as text.
using LetterAttributes = std::vector<std::pair<std::string, std::string>>;

struct DeadLetter {
  LetterKind kind = LetterKind::unreadable;
  Delivery delivery;  // the events that it is about, and what can't be read of it
  // What has to come again for the work to be done: the event without what says why it failed.
  std::string event_text;
  std::string error_code;  // this and what follows: "" where the kind does not say it
  std::string error_message;
  std::string request_id;
  std::string function_arn;
  std::string rule_arn;
  std::string target_arn;  // of the rule
  std::string attempts;
};

// Never fails: what can't be read is said in the delivery. `id` is the message's.
DeadLetter read_dead_letter(std::string_view id, std::string_view body,
                            const LetterAttributes& attributes);

// Which area of a lake a key is in, as far as a key alone can tell: the first segment that is the
// usual name of one. A lake may stand below any prefix.
enum class Area : uint8_t { bronze, output, elsewhere };
Area area_of(std::string_view key);
// Whether the key is that of a refused file's report.
bool is_rejection(std::string_view key);

}  // namespace silversmith::bronze
