// SPDX-License-Identifier: Apache-2.0
// What the sender of an event is told: the result objects, the messages of a batch that are to come
// again, or the verdict on each task. After smith/handler, before the Lambda runtime. The one thing
// to know: an answer never passes what Lambda takes; what would is cut to its totals.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bronze/event.h"
#include "smith/handler.h"

namespace silversmith::smith {

inline constexpr size_t answer_bytes_max = size_t{6} << 20;  // Lambda's own

struct Answer {
  std::string text;  // JSON, one line
};

// The invocation as a whole is to fail, so that the event comes again or goes to where failures go.
struct Failure {
  std::string error_type;  // "Function.Transient", ...Misconfigured, ...UnreadableEvent
  std::string message;
};

using Reply = std::variant<Answer, Failure>;

// The error type that Lambda is told for a verdict that is not done.
std::string_view error_type_of(Verdict verdict);

// Requires an outcome for each delivery of the envelope, in order.
Reply answer_to(const bronze::Envelope& envelope, const std::vector<DeliveryOutcome>& outcomes);

// One invocation: reads the event, works on every delivery, answers.
Reply handle_event(std::string_view text, const HandlerSetup& setup);

}  // namespace silversmith::smith
