// SPDX-License-Identifier: Apache-2.0
// Events → work → an answer: which of the keys that an event names are ours, each converged once,
// and what its sender is told. Between bronze/event and forge; driven by the Lambda runtime, a
// queue's worker and `silversmith invoke`. The one thing to know: bad data is a success of the
// invocation; only what a repeat or an operator can mend is a failure, and it never harms its
// neighbours. Answers: docs/formats/event.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "bronze/event.h"
#include "silver/name.h"
#include "smith/telemetry.h"

namespace silversmith::smith {

struct HandlerSetup {
  std::string bucket = {};         // of the lake; "": each event's own
  std::string output_bucket = {};  // of silver; "": the same
  silver::Prefixes prefixes = {};
  // Converges one key; `ignored` means that there is no such object. Must not log.
  std::function<RunResult(const std::string& bucket, const std::string& key)> converge;
  std::function<bool()> may_start = {};               // time is left for another; empty: always
  std::function<void(const RunResult&)> on_run = {};  // after each converge(); may be empty
  Log& log;
};

// What becomes of a delivery, the best first.
enum class Verdict : uint8_t {
  done,           // its sender may forget it
  unreadable,     // no repeat helps: an operator must look at who sends this
  misconfigured,  // an operator must act, then a repeat helps
  transient,      // a repeat may help
};

// Of one converged key.
Verdict verdict_of(const RunResult& result);
// Of work that failed with that code, and is not the data's.
Verdict verdict_of(Code code);

// One event's outcome.
struct Handled {
  RunResult result;
  std::string note;        // why it was ignored
  bool fallback = false;   // the object was found under other_key
  bool coalesced = false;  // an earlier event of this invocation did the work
};

struct DeliveryOutcome {
  std::string id;
  Verdict verdict = Verdict::done;  // the worst of its parts
  std::vector<Handled> events;
  std::vector<Error> errors;  // what could not be read
  std::string idle_reason;
};

// One invocation, or one batch of a queue: works on deliveries in the order in which it gets them
// and remembers which keys are done.
class Handler {
 public:
  // `setup` must outlive this.
  explicit Handler(const HandlerSetup& setup) : setup_(setup) {}

  // Never fails; logs one line an event, error and warning.
  DeliveryOutcome work(const bronze::Delivery& delivery);

 private:
  using Place = std::pair<std::string, std::string>;  // bucket and key

  Handled handle(const bronze::Event& event);
  Handled ignore(const bronze::Event& event, std::string note) const;
  Handled converge(const std::string& bucket, const std::string& key);
  std::string why_not_ours(const std::string& bucket, const std::string& key) const;
  bool is_output(const std::string& bucket, const std::string& key) const;
  void log(const Handled& handled, const bronze::Event& event, const std::string& id) const;

  const HandlerSetup& setup_;
  std::map<Place, RunResult> done_;
};

// The flat result object of interface.md, with `note` and `key_decoding` where they say something.
Json handled_json(const Handled& handled);

}  // namespace silversmith::smith
