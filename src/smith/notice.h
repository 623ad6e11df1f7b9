// SPDX-License-Identifier: Apache-2.0
// Events → messages that a person reads: a file that was refused, an alarm, an event that a
// function gave up. Between whatever brings events and who sends the message on. The one thing to
// know: a message has no cell's value in it; who may read those follows the report's place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "bronze/event.h"
#include "silver/receipt.h"

namespace silversmith::smith {

inline constexpr size_t notice_subject_bytes_max = 100;  // as SNS has it
inline constexpr size_t notice_text_bytes_max = size_t{32} << 10;

struct Notice {
  std::string subject;  // printable ASCII, at most notice_subject_bytes_max, not empty
  std::string text;     // UTF-8 lines, at most notice_text_bytes_max
  Json fields;          // the same for programs: {"kind": "rejected", ...}
};

// Where a report is.
struct ReportPlace {
  std::string lake;    // as commands take it: "s3://data-lake/team-a"
  std::string bucket;  // of the report
  std::string key;
};
Notice rejected_notice(const silver::Rejected& rejected, const ReportPlace& place);

// What one message asks to be told.
struct Tidings {
  std::string id;                      // of a queue's message; "" where there is none
  bool of_topic = false;               // a topic brought it: telling that again would be a loop
  std::vector<bronze::Event> objects;  // reports of rejects, which are still to be read
  std::vector<Notice> notices;         // what the event tells by itself
  std::vector<Error> errors;           // what can't be read
  std::string idle_reason;             // why there is nothing to tell
};

struct TidingsList {
  bool by_message = false;  // a batch of a queue: each is answered for by its id
  std::vector<Tidings> list;
};

// The attribute by which a topic's message is known for one that we sent ourselves; its value is
// notice_told_webhook when the webhook has it already.
inline constexpr std::string_view notice_attribute = "silversmith";
inline constexpr std::string_view notice_told_webhook = "webhook";
inline constexpr std::string_view notice_told_topic = "topic";

// Never fails: what can't be read is in the list.
TidingsList read_tidings(std::string_view payload);

}  // namespace silversmith::smith
