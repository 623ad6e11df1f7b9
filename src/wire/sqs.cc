// SPDX-License-Identifier: Apache-2.0
#include "wire/sqs.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "wire/aws_json.h"

namespace silversmith::wire {

namespace {

constexpr size_t batch_max = 10;          // of messages in one call; SQS's own
constexpr size_t source_pages_max = 100;  // of up to 1,000 queues
constexpr AwsJsonService sqs = {
    .target = "AmazonSQS", .version = "1.0", .rights = {"sqs", "the queue"}};

// A receipt that names nothing we hold any more. One that has expired, or whose message was given
// to somebody else, has no error of its own: SQS calls the parameter's value invalid, as it does
// with other parameters (aws/aws-sdk-java issue 1628), such as a lease that would pass twelve
// hours.
bool is_lost_lease(std::string_view name, std::string_view message) {
  if (name.ends_with("ReceiptHandleIsInvalid") || name.ends_with("MessageNotInflight")) return true;
  bool value = name.starts_with("InvalidParameterValue");
  return value && message.find("for parameter ReceiptHandle is invalid") != std::string_view::npos;
}

// What no sending of this message will mend; others may be taken.
bool is_bad_message(std::string_view name, std::string_view message) {
  if (name.ends_with("InvalidMessageContents")) return true;
  bool value = name.starts_with("InvalidParameterValue");
  return value && message.find("must be shorter than") != std::string_view::npos;
}

Error meaning_of(const AwsJsonCall& call, const AwsFault& fault) {
  // A call about several messages needs no other right than one about one.
  AwsJsonCall right = {call.action.substr(0, call.action.rfind("Batch")), call.about};
  Error error = error_of(sqs.rights, call, fault);
  error.hint = error_of(sqs.rights, right, fault).hint;
  if (fault.name.ends_with("PurgeQueueInProgress")) error.code = Code::busy;
  if (is_lost_lease(fault.name, fault.message)) error.code = Code::conflict;
  if (is_bad_message(fault.name, fault.message)) error.code = Code::invalid;
  if (error.code != Code::denied) error.hint.clear();
  if (fault.name.ends_with("QueueDoesNotExist") || fault.name.ends_with("NonExistentQueue")) {
    error.hint = "see the queue's URL and its region";
  }
  return error;
}

std::vector<QueueAttribute> attributes_of(const Json& entry) {
  std::vector<QueueAttribute> attributes;
  const Json* said = entry.find("MessageAttributes");
  if (said == nullptr || !said->is_object()) return attributes;
  for (const auto& [name, value] : said->as_object()) {
    attributes.push_back({name, value.text_or("DataType", ""),
                          value.text_or("StringValue", value.text_or("BinaryValue", ""))});
  }
  return attributes;
}

QueueMessage message_of(const Json& entry) {
  QueueMessage message;
  message.id = entry.text_or("MessageId", "");
  message.receipt = entry.text_or("ReceiptHandle", "");
  message.body = entry.text_or("Body", "");
  message.attributes = attributes_of(entry);
  const Json* attributes = entry.find("Attributes");
  if (attributes == nullptr) return message;
  message.receives = parse_number(attributes->text_or("ApproximateReceiveCount", "")).value_or(0);
  message.sent_millis =
      static_cast<int64_t>(parse_number(attributes->text_or("SentTimestamp", "")).value_or(0));
  message.group = attributes->text_or("MessageGroupId", "");
  return message;
}

}  // namespace

Result<Json> SqsQueue::call(std::string_view action, Json fields) {
  fields.set("QueueUrl", url_);
  AwsJsonCall call{action, url_};
  AwsJsonAnswer answer = SMITH_TRY(call_aws(client_, sqs, call, fields));
  if (answer.fault.has_value()) return meaning_of(call, *answer.fault);
  return std::move(answer.body);
}

Result<std::vector<QueueMessage>> SqsQueue::receive(uint32_t count_max, uint32_t wait_seconds,
                                                    uint32_t hidden_seconds) {
  Json fields = Json::object();
  fields.set("MaxNumberOfMessages", int64_t{count_max});
  fields.set("WaitTimeSeconds", int64_t{wait_seconds});
  fields.set("VisibilityTimeout", int64_t{hidden_seconds});
  fields.set("MessageSystemAttributeNames",
             Json(Json::Array{"ApproximateReceiveCount", "SentTimestamp", "MessageGroupId"}));
  fields.set("MessageAttributeNames", Json(Json::Array{"All"}));
  Json answer = SMITH_TRY(call("ReceiveMessage", std::move(fields)));
  std::vector<QueueMessage> messages;
  const Json* list = answer.find("Messages");
  if (list == nullptr || !list->is_array()) return messages;
  for (const Json& entry : list->as_array()) messages.push_back(message_of(entry));
  return messages;
}

Result<> SqsQueue::hide(const QueueMessage& message, uint32_t hidden_seconds) {
  Json fields = Json::object();
  fields.set("ReceiptHandle", message.receipt);
  fields.set("VisibilityTimeout", int64_t{hidden_seconds});
  SMITH_TRY(call("ChangeMessageVisibility", std::move(fields)));
  return {};
}

Result<> SqsQueue::remove(const QueueMessage& message) {
  Json fields = Json::object();
  fields.set("ReceiptHandle", message.receipt);
  SMITH_TRY(call("DeleteMessage", std::move(fields)));
  return {};
}

Result<> SqsQueue::send(std::string_view body) {
  return send(NewMessage{.body = std::string(body)});
}

Result<QueueState> SqsQueue::state() {
  Json fields = Json::object();
  fields.set("AttributeNames", Json(Json::Array{"All"}));
  Json answer = SMITH_TRY(call("GetQueueAttributes", std::move(fields)));
  QueueState state;
  const Json* said = answer.find("Attributes");
  if (said == nullptr) return state;
  auto count = [said](std::string_view name) {
    return parse_number(said->text_or(name, "")).value_or(0);
  };
  state.waiting = count("ApproximateNumberOfMessages");
  state.in_flight = count("ApproximateNumberOfMessagesNotVisible");
  state.delayed = count("ApproximateNumberOfMessagesDelayed");
  state.redrives = !said->text_or("RedrivePolicy", "").empty();
  return state;
}

Result<std::vector<std::string>> SqsQueue::sources() {
  std::vector<std::string> urls;
  std::string next;
  for (size_t pages = 0; pages < source_pages_max; ++pages) {
    Json fields = Json::object();
    fields.set("MaxResults", int64_t{1000});
    if (!next.empty()) fields.set("NextToken", next);
    Json answer = SMITH_TRY(call("ListDeadLetterSourceQueues", std::move(fields)));
    const Json* list = answer.find("queueUrls");
    if (list != nullptr && list->is_array()) {
      for (const Json& url : list->as_array()) {
        if (url.is_string()) urls.push_back(url.as_string());
      }
    }
    next = answer.text_or("NextToken", "");
    if (next.empty()) return urls;
  }
  return Error{Code::denied,
               "ListDeadLetterSourceQueues of " + url_ + ": found more than " +
                   std::to_string(source_pages_max) + " pages",
               "is this endpoint SQS's?", ""};
}

Result<> SqsQueue::send(const NewMessage& message) {
  Json fields = Json::object();
  fields.set("MessageBody", message.body);
  if (!message.group.empty()) fields.set("MessageGroupId", message.group);
  if (!message.once.empty()) fields.set("MessageDeduplicationId", message.once);
  Json attributes = Json::object();
  for (const QueueAttribute& one : message.attributes) {
    Json value = Json::object();
    value.set("DataType", one.type);
    value.set(one.type.starts_with("Binary") ? "BinaryValue" : "StringValue", one.value);
    attributes.set(one.name, std::move(value));
  }
  if (!message.attributes.empty()) fields.set("MessageAttributes", std::move(attributes));
  SMITH_TRY(call("SendMessage", std::move(fields)));
  return {};
}

Result<> SqsQueue::give_back(std::span<const QueueMessage> messages) {
  while (!messages.empty()) {
    auto some = messages.first(std::min(messages.size(), batch_max));
    messages = messages.subspan(some.size());
    Json entries = Json::array();
    for (const QueueMessage& message : some) {
      Json entry = Json::object();
      entry.set("Id", std::to_string(entries.as_array().size()));
      entry.set("ReceiptHandle", message.receipt).set("VisibilityTimeout", int64_t{0});
      entries.add(std::move(entry));
    }
    Json fields = Json::object();
    fields.set("Entries", std::move(entries));
    SMITH_TRY(call("ChangeMessageVisibilityBatch", std::move(fields)));
  }
  return {};
}

Result<> SqsQueue::purge() {
  SMITH_TRY(call("PurgeQueue", Json::object()));
  return {};
}

}  // namespace silversmith::wire
