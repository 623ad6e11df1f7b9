// SPDX-License-Identifier: Apache-2.0
// A dead letter as `silversmith dlq` shows it: its message, what it is about, and what to do about
// it. Between bronze/dead_letter, a lake's quarantine and the console.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "bronze/dead_letter.h"
#include "wire/queue.h"

namespace silversmith::app {

class Lake;

// What the report of a refused file says.
struct Rejection {
  std::string bucket;
  std::string key;
  std::string reason;   // "encoding-error"
  std::string message;  // of the first fault
};

struct Letter {
  wire::QueueMessage message;
  bronze::DeadLetter read;
  // Of the rejects queue: the file that was refused, or why that is not known.
  std::optional<Rejection> rejection = {};
  std::optional<Error> rejection_error = {};
};

// The report behind an event of the rejects queue. Empty: there is no lake to look into.
using FindRejection = std::function<Result<Rejection>(const bronze::Event& event)>;
// Reads it from that lake's quarantine, which outlives what is returned. Fails with missing,
// denied, busy, corrupt, invalid (the event is about another bucket).
FindRejection rejections_of(Lake& lake);

Letter read_letter(wire::QueueMessage message, const FindRejection& find);

// What it is about: "lake/bronze/a.csv", of several the first and how many more there are.
std::string subject_of(const Letter& letter);
// Why it is here, in one line; "-" where the message does not say.
std::string error_of(const Letter& letter);
// What to do about it.
std::string advice_of(const Letter& letter);
// "silversmith.dead-letter/1"; `whole`: with body and attributes.
enum class Extent : uint8_t { brief, whole };
Json letter_json(const Letter& letter, int64_t now_micros, Extent extent);
// For people, several lines.
std::string letter_text(const Letter& letter, int64_t now_micros);
// "3d 4h", "12s"; "-" when it is not known.
std::string age_text(const Letter& letter, int64_t now_micros);

// How many letters have which error, and where in the lake they are.
class LetterCounts {
 public:
  void add(const Letter& letter);
  std::string text() const;  // without a newline at its end

 private:
  std::map<std::string, uint64_t> errors_, places_;
};

}  // namespace silversmith::app
