// SPDX-License-Identifier: Apache-2.0
#include "bronze/event.h"

#include <algorithm>
#include <initializer_list>

#include "base/json.h"
#include "base/text.h"
#include "base/uri.h"
#include "bronze/event_key.h"

namespace silversmith::bronze {

namespace {

constexpr size_t depth_max = 8;  // envelopes around one event; three is what AWS builds
constexpr size_t members_shown_max = 8;
constexpr std::string_view wanted_shapes =
    "an S3 event: of EventBridge, an S3 notification, either of them inside SQS or SNS messages, "
    "an S3 Batch Operations request, a Lambda destination record, or {\"bucket\", \"key\"}";

Error event_error(std::string message, std::string hint = "") {
  return {Code::invalid, std::move(message), std::move(hint), "event-error"};
}

std::string describe(const Json& json) {
  if (json.is_null()) return "null";
  if (json.is_bool()) return "a boolean";
  if (json.is_number()) return "a number";
  if (json.is_string()) return "the text " + show(json.as_string());
  if (json.is_array()) return "an array";
  const Json::Object& members = json.as_object();
  if (members.empty()) return "an object without members";
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min(members.size(), members_shown_max); i++) {
    names.push_back(show(members[i].first, 40));
  }
  std::string more = members.size() > members_shown_max ? ", ..." : "";
  return "an object with the members " + join(names, ", ") + more;
}

// The text at that place below `json`.
Result<std::string> text_at(const Json& json, std::initializer_list<std::string_view> place) {
  const Json* at = &json;
  std::string path;
  for (std::string_view name : place) {
    path += (path.empty() ? "" : ".") + std::string(name);
    const Json* next = at->find(name);
    if (next == nullptr) return event_error("found no " + path + ", wanted a text there");
    at = next;
  }
  if (at->is_string()) return at->as_string();
  return event_error(path + ": found " + describe(*at) + ", wanted a text");
}

const Json* array_at(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  return found != nullptr && found->is_array() ? found : nullptr;
}

std::optional<uint64_t> size_at(const Json& json, std::string_view name) {
  int64_t size = json.int_or(name, -1);
  return size < 0 ? std::nullopt : std::optional(static_cast<uint64_t>(size));
}

bool is_text(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  return found != nullptr && found->is_string();
}

bool is_sqs(const Json& record) {
  return record.text_or("eventSource", "") == "aws:sqs" ||
         (is_text(record, "messageId") && record.find("body") != nullptr);
}

// Lambda says so in the attributes of what it puts into a dead-letter queue; the body is the event.
bool is_dead_letter(const Json& record) {
  const Json* attributes = record.find("messageAttributes");
  return attributes != nullptr && attributes->find("RequestID") != nullptr &&
         attributes->find("ErrorCode") != nullptr;
}

EventKind kind_of(const Json& json) {
  if (json.text_or("Event", "") == "s3:TestEvent") return EventKind::test;
  if (const Json* records = array_at(json, "Records")) {
    const Json::Array& all = records->as_array();
    if (all.empty()) return EventKind::s3;
    if (std::any_of(all.begin(), all.end(), is_sqs)) return EventKind::sqs;
    return all.front().find("Sns") != nullptr ? EventKind::sns : EventKind::s3;
  }
  if (json.text_or("Type", "") == "Notification" && is_text(json, "Message")) return EventKind::sns;
  if (is_text(json, "detail-type") && json.find("detail") != nullptr) return EventKind::eventbridge;
  if (is_text(json, "invocationSchemaVersion")) return EventKind::batch_operations;
  bool recorded = json.find("requestContext") != nullptr && json.find("requestPayload") != nullptr;
  if (recorded) return EventKind::destination;
  return is_text(json, "bucket") && is_text(json, "key") ? EventKind::own : EventKind::unknown;
}

// Of what S3 notifications and EventBridge call a change.
Change change_of(std::string_view name) {
  for (std::string_view made :
       {"ObjectCreated", "Object Created", "ObjectRestore:Completed", "Object Restore Completed"}) {
    if (name.starts_with(made)) return Change::made;
  }
  for (std::string_view removed : {"ObjectRemoved", "Object Deleted", "LifecycleExpiration"}) {
    if (name.starts_with(removed)) return Change::removed;
  }
  return name.empty() ? Change::made : Change::other;
}

// One delivery, read from the outside in.
class Reader {
 public:
  explicit Reader(Delivery& delivery) : delivery_(delivery) {}

  void read_text(std::string_view text) {
    Result<Json> json = parse_json(text);
    if (json.ok()) {
      read(*json);
    } else {
      fail(event_error(std::move(json).error().message + "; found " + show(text)));
    }
  }

  void read(const Json& json) {
    if (path_.size() > depth_max) {
      fail(event_error("found more than " + std::to_string(depth_max) +
                       " envelopes around each other"));
      return;
    }
    EventKind kind = kind_of(json);
    const Json* records = array_at(json, "Records");
    if (records != nullptr) {
      read_records(records->as_array());
      return;
    }
    Inside inside(*this, kind);
    switch (kind) {
      case EventKind::test: delivery_.idle_reason = "s3:TestEvent"; return;
      case EventKind::sns: read_text(json.text_or("Message", "")); return;
      case EventKind::eventbridge: note(read_eventbridge(json)); return;
      case EventKind::destination: read_destination(json); return;
      case EventKind::batch_operations: read_tasks(json); return;
      case EventKind::own: note(read_own(json)); return;
      default: break;
    }
    fail(event_error("found " + describe(json) + ", wanted " + std::string(wanted_shapes)));
  }

  void read_sqs(const Json& record) {
    Inside inside(*this, EventKind::sqs);
    if (!is_dead_letter(record)) return note(read_body(record));
    Inside further(*this, EventKind::dead_letter);
    note(read_body(record));
  }

  void read_task(const Json& task) {
    Inside inside(*this, EventKind::batch_operations);
    note(add_task(task));
  }

  void read_message(std::string_view body) {
    Inside inside(*this, EventKind::sqs);
    read_text(body);
  }

  void read_record(const Json& record) {
    if (is_sqs(record)) {
      read_sqs(record);
      return;
    }
    bool topic = record.find("Sns") != nullptr;
    Inside inside(*this, topic ? EventKind::sns : EventKind::s3);
    note(topic ? read_sns(record) : read_s3(record));
  }

 private:
  // Says where the reader is while it lives.
  class Inside {
   public:
    Inside(Reader& reader, EventKind kind) : path_(reader.path_) { path_.push_back(kind); }
    ~Inside() { path_.pop_back(); }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    std::vector<EventKind>& path_;
  };

  void fail(Error error) {
    std::string at = via();
    delivery_.errors.push_back(at.empty() ? std::move(error) : std::move(error).in(at));
  }

  void note(Result<> outcome) {
    if (!outcome.ok()) fail(std::move(outcome).error());
  }

  std::string via() const {
    std::string text;
    for (EventKind kind : path_) text += (text.empty() ? "" : "/") + std::string(name_of(kind));
    return text;
  }

  void add(Event event) {
    event.via = via();
    delivery_.events.push_back(std::move(event));
  }

  void read_records(const Json::Array& records) {
    if (records.empty()) delivery_.idle_reason = "Records is empty";
    for (const Json& record : records) read_record(record);
  }

  Result<> read_body(const Json& record) {
    read_text(SMITH_TRY(text_at(record, {"body"})));
    return {};
  }

  Result<> read_sns(const Json& record) {
    read_text(SMITH_TRY(text_at(record, {"Sns", "Message"})));
    return {};
  }

  Result<> read_s3(const Json& record) {
    if (!record.is_object() || record.find("s3") == nullptr) {
      return event_error("a record: found " + describe(record) +
                         ", wanted one of S3 (s3), SNS (Sns) or SQS (messageId, body)");
    }
    Event event;
    event.bucket = SMITH_TRY(text_at(record, {"s3", "bucket", "name"}));
    event.raw_key = SMITH_TRY(text_at(record, {"s3", "object", "key"}));
    event.key = form_decoded(event.raw_key);
    SMITH_TRY(settle(event));
    event.change_name = record.text_or("eventName", "");
    // Other stores than AWS write "s3:ObjectCreated:Put".
    if (event.change_name.starts_with("s3:")) event.change_name.erase(0, 3);
    event.change = change_of(event.change_name);
    const Json& object = *record.find("s3")->find("object");
    event.etag = object.text_or("eTag", "");
    event.version_id = object.text_or("versionId", "");
    event.sequencer = object.text_or("sequencer", "");
    event.size = size_at(object, "size");
    event.time = record.text_or("eventTime", "");
    warn_of_version(record.text_or("eventVersion", "2"), "2", "eventVersion");
    add(std::move(event));
    return {};
  }

  Result<> read_eventbridge(const Json& json) {
    std::string type = json.text_or("detail-type", "");
    const Json& detail = *json.find("detail");
    if (type.starts_with("Lambda Function Invocation Result")) {
      Inside inside(*this, EventKind::destination);
      read_destination(detail);
      return {};
    }
    if (!type.starts_with("Object ")) {
      return event_error("found the detail-type " + show(type) + " of source " +
                             show(json.text_or("source", "")) +
                             ", wanted one of S3's, such as \"Object Created\"",
                         "let the rule match source aws.s3 and detail-type Object Created");
    }
    Event event;
    event.change_name = type;
    event.change = change_of(type);
    event.bucket = SMITH_TRY(text_at(json, {"detail", "bucket", "name"}));
    event.raw_key = SMITH_TRY(text_at(json, {"detail", "object", "key"}));
    event.key = event.raw_key;
    if (event.raw_key.find_first_of("%+") != std::string::npos) {
      event.other_key = form_decoded(event.raw_key);
    }
    SMITH_TRY(settle(event));
    const Json& object = *detail.find("object");
    event.etag = object.text_or("etag", "");
    event.version_id = object.text_or("version-id", "");
    event.sequencer = object.text_or("sequencer", "");
    event.size = size_at(object, "size");
    event.reason = detail.text_or("reason", "");
    event.time = json.text_or("time", "");
    warn_of_version(detail.text_or("event-version", "1"), "1", "detail.event-version");
    if (json.text_or("source", "") != "aws.s3") {
      warn("source is " + show(json.text_or("source", "")) + ", S3's own is aws.s3");
    }
    add(std::move(event));
    return {};
  }

  // The record of a success asks for nothing: whoever sends it back to us would get a loop.
  void read_destination(const Json& json) {
    const Json* context = json.find("requestContext");
    if (context != nullptr && context->text_or("condition", "") == "Success") {
      delivery_.idle_reason = "the record of an invocation that succeeded";
      return;
    }
    const Json* payload = json.find("requestPayload");
    if (payload == nullptr) {
      fail(event_error("found " + describe(json) + ", wanted a record with requestPayload"));
    } else if (payload->is_string()) {
      read_text(payload->as_string());
    } else {
      read(*payload);
    }
  }

  void read_tasks(const Json& json) {
    const Json* tasks = array_at(json, "tasks");
    if (tasks == nullptr) {
      fail(event_error("found no tasks, wanted an array of them"));
      return;
    }
    if (tasks->as_array().empty()) delivery_.idle_reason = "tasks is empty";
    for (const Json& task : tasks->as_array()) note(add_task(task));
  }

  Result<> add_task(const Json& task) {
    Event event;
    bool by_name = is_text(task, "s3Bucket");
    std::string bucket = SMITH_TRY(text_at(task, {by_name ? "s3Bucket" : "s3BucketArn"}));
    event.bucket = bucket.substr(bucket.rfind(':') + 1);
    event.raw_key = SMITH_TRY(text_at(task, {"s3Key"}));
    event.key = form_decoded(event.raw_key);
    // Manifests are written by people too, and percent-encoding alone leaves a "+" as it is.
    event.other_key = uri_decoded(event.raw_key);
    SMITH_TRY(settle(event));
    event.version_id = task.text_or("s3VersionId", "");
    add(std::move(event));
    return {};
  }

  Result<> read_own(const Json& json) {
    Event event;
    event.bucket = json.text_or("bucket", "");
    event.raw_key = json.text_or("key", "");
    event.key = event.raw_key;
    SMITH_TRY(settle(event));
    event.version_id = json.text_or("versionId", "");
    add(std::move(event));
    return {};
  }

  // What every event must have, whatever it came in.
  static Result<> settle(Event& event) {
    if (event.bucket.empty()) return event_error("the name of the bucket is empty");
    Result<> possible = check_key(event.key);
    if (!possible.ok()) return event_error(std::move(possible).error().message);
    bool other = event.other_key.has_value() && *event.other_key != event.key &&
                 check_key(*event.other_key).ok();
    if (!other) event.other_key.reset();
    return {};
  }

  void warn(const std::string& warning) { delivery_.warnings.push_back(via() + ": " + warning); }

  void warn_of_version(const std::string& version, std::string_view major, std::string_view name) {
    if (version.substr(0, version.find('.')) == major) return;
    warn(std::string(name) + " is " + show(version) + ", known is " + std::string(major));
  }

  Delivery& delivery_;
  std::vector<EventKind> path_;
};

// One delivery a message. What else stands among them has no id and is answered for as a whole.
void split_messages(const Json::Array& records, Envelope& envelope) {
  for (const Json& record : records) {
    Delivery& delivery = envelope.deliveries.emplace_back();
    delivery.id = record.text_or("messageId", "");
    Reader(delivery).read_record(record);
  }
}

void split_tasks(const Json& json, Envelope& envelope) {
  envelope.schema_version = json.text_or("invocationSchemaVersion", "");
  envelope.invocation_id = json.text_or("invocationId", "");
  const Json* tasks = array_at(json, "tasks");
  if (tasks == nullptr) {
    Reader(envelope.deliveries.emplace_back()).read(json);
    return;
  }
  for (const Json& task : tasks->as_array()) {
    Delivery& delivery = envelope.deliveries.emplace_back();
    delivery.id = task.text_or("taskId", "");
    Reader(delivery).read_task(task);
  }
}

}  // namespace

std::string_view name_of(EventKind kind) {
  switch (kind) {
    case EventKind::eventbridge: return "eventbridge";
    case EventKind::s3: return "s3";
    case EventKind::sqs: return "sqs";
    case EventKind::sns: return "sns";
    case EventKind::batch_operations: return "batch-operations";
    case EventKind::destination: return "destination";
    case EventKind::dead_letter: return "dead-letter";
    case EventKind::own: return "own";
    case EventKind::test: return "test";
    case EventKind::unknown: return "unknown";
  }
  return "unknown";
}

Envelope read_event(std::string_view text) {
  Envelope envelope;
  Result<Json> json = parse_json(text);
  if (!json.ok()) {
    Reader(envelope.deliveries.emplace_back()).read_text(text);
    return envelope;
  }
  envelope.kind = kind_of(*json);
  if (envelope.kind == EventKind::sqs) {
    split_messages(json->find("Records")->as_array(), envelope);
  } else if (envelope.kind == EventKind::batch_operations) {
    split_tasks(*json, envelope);
  } else {
    Reader(envelope.deliveries.emplace_back()).read(*json);
  }
  return envelope;
}

Delivery read_message(std::string_view id, std::string_view body) {
  Delivery delivery;
  delivery.id = id;
  Reader(delivery).read_message(body);
  return delivery;
}

}  // namespace silversmith::bronze
