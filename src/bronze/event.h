// SPDX-License-Identifier: Apache-2.0
// What arrived, as events tell it: any payload → the keys that may have changed. Between whatever
// brings events (Lambda, a queue, `silversmith invoke`) and smith/handler. The one thing to know:
// events come in envelopes, envelopes in envelopes, and one that can't be read is an error of its
// own delivery, never of its neighbours. Shapes and rules: docs/formats/event.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace silversmith::bronze {

enum class EventKind : uint8_t {
  eventbridge,
  s3,                // a notification of S3 itself
  sqs,               // messages around other events
  sns,               // the same
  batch_operations,  // S3 Batch Operations, which wants an answer a task
  destination,       // a Lambda destination's record around the event that failed
  dead_letter,       // the event as Lambda put it into a dead-letter queue
  own,               // {bucket, key[, versionId]}
  test,              // S3's s3:TestEvent: there is nothing to do
  unknown,
};
std::string_view name_of(EventKind kind);

enum class Change : uint8_t { made, removed, other };  // of the object

struct Event {
  Change change = Change::made;
  std::string change_name;  // "ObjectCreated:Put", "Object Created"; "" where the shape has none
  std::string reason;       // of EventBridge: "PutObject"
  std::string via;          // every envelope around it and its own kind: "sqs/sns/s3"
  std::string bucket;
  std::string raw_key;  // as the event spells it
  std::string key;
  // What the raw key may mean besides, to be tried once when there is no object under `key`.
  std::optional<std::string> other_key;
  std::string version_id;  // this and what follows: "" or nothing where the event has none
  std::string etag;
  std::optional<uint64_t> size;
  std::string sequencer;
  std::string time;
};

// What is answered for as one.
struct Delivery {
  std::string id;  // message id, task id; "" where deliveries have none
  std::vector<Event> events;
  std::vector<Error> errors;          // what can't be read of it; type "event-error"
  std::vector<std::string> warnings;  // what is odd, and was read all the same
  std::string idle_reason;            // why there is nothing to do, where that is meant so
};

struct Envelope {
  EventKind kind = EventKind::unknown;  // the outermost
  std::vector<Delivery> deliveries;     // at least one, unless a batch is empty
  std::string schema_version;           // of Batch Operations, as it wants them back
  std::string invocation_id;
};

// Never fails: what can't be read is in the deliveries.
Envelope read_event(std::string_view text);

// One message of a queue, by its body.
Delivery read_message(std::string_view id, std::string_view body);

}  // namespace silversmith::bronze
