// SPDX-License-Identifier: Apache-2.0
// Dead letters, sent once more: each goes to a target, and leaves its queue only when the target
// has taken it. Between a LetterBox and a LetterTarget. The one thing to know: a crash at any
// instruction leaves a letter in its queue or, between the two steps, in both places; a second
// conversion is a duplicate, a lost event would be lost silver.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "letter_box.h"
#include "letter_target.h"
#include "letters.h"

namespace silversmith::app {

enum class Fate : uint8_t {
  sent,        // the target has it, the queue no more
  would_send,  // of a dry run
  left,        // it stays: sent again it would do no good
  failed,      // it stays: the target did not take it
};
std::string_view name_of(Fate fate);

struct LetterOutcome {
  const Letter& letter;
  Fate fate = Fate::left;
  std::string note;            // what the target said
  std::optional<Error> error;  // why it stays, or why it is still in the queue as well
};

struct RedriveOptions {
  uint32_t rate_max = 0;  // letters a second; 0: as fast as it goes
  bool dry_run = false;
  uint64_t seed = 1;  // of the pauses
};

struct RedriveSetup {
  LetterBox& box;
  LetterTarget& target;
  Clock& clock;
  const std::atomic<bool>& stop;
  RedriveOptions options = {};
  FindRejection find = {};
  std::function<void(const LetterOutcome&)> on_letter = {};
};

struct Redriven {
  uint64_t found = 0;  // and = sent + left + failed
  uint64_t sent = 0;   // of a dry run: that would be
  uint64_t left = 0;
  uint64_t failed = 0;
  uint64_t twice = 0;      // of the sent: those that may come again, as they could not be removed
  bool denied = false;     // an operator must act
  bool transient = false;  // a repeat may help
  std::optional<Error> error;  // what ended it early
};

// Never fails: what could not be done is in the result.
Redriven redrive(const RedriveSetup& setup);

}  // namespace silversmith::app
