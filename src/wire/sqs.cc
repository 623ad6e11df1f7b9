// SPDX-License-Identifier: Apache-2.0
#include "wire/sqs.h"

#include <utility>

#include "base/text.h"
#include "wire/aws_json.h"

namespace silversmith::wire {

namespace {

constexpr AwsJsonService sqs = {
    .target = "AmazonSQS", .version = "1.0", .right = "sqs", .resource = "the queue"};

// A receipt that names nothing we hold any more. One that has expired, or whose message was given
// to somebody else, has no error of its own: SQS calls the parameter's value invalid, as it does
// with other parameters (aws/aws-sdk-java issue 1628), such as a lease that would pass twelve
// hours.
bool is_lost_lease(std::string_view name, std::string_view message) {
  if (name.ends_with("ReceiptHandleIsInvalid") || name.ends_with("MessageNotInflight")) return true;
  bool value = name.starts_with("InvalidParameterValue");
  return value && message.find("for parameter ReceiptHandle is invalid") != std::string_view::npos;
}

Error meaning_of(const AwsJsonCall& call, const AwsFault& fault) {
  Error error = error_of(sqs, call, fault);
  if (is_lost_lease(fault.name, fault.message)) {
    error.code = Code::conflict;
    error.hint.clear();
  }
  if (fault.name.ends_with("QueueDoesNotExist") || fault.name.ends_with("NonExistentQueue")) {
    error.hint = "see the queue's URL and its region";
  }
  return error;
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
             Json(Json::Array{"ApproximateReceiveCount", "SentTimestamp"}));
  Json answer = SMITH_TRY(call("ReceiveMessage", std::move(fields)));
  std::vector<QueueMessage> messages;
  const Json* list = answer.find("Messages");
  if (list == nullptr || !list->is_array()) return messages;
  for (const Json& entry : list->as_array()) {
    QueueMessage message;
    message.id = entry.text_or("MessageId", "");
    message.receipt = entry.text_or("ReceiptHandle", "");
    message.body = entry.text_or("Body", "");
    const Json* attributes = entry.find("Attributes");
    if (attributes != nullptr) {
      message.receives =
          parse_number(attributes->text_or("ApproximateReceiveCount", "")).value_or(0);
      message.sent_millis =
          static_cast<int64_t>(parse_number(attributes->text_or("SentTimestamp", "")).value_or(0));
    }
    messages.push_back(std::move(message));
  }
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
  Json fields = Json::object();
  fields.set("MessageBody", body);
  SMITH_TRY(call("SendMessage", std::move(fields)));
  return {};
}

}  // namespace silversmith::wire
