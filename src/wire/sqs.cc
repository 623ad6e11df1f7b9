// SPDX-License-Identifier: Apache-2.0
#include "wire/sqs.h"

#include <utility>

#include "base/text.h"

namespace silversmith::wire {

namespace {

// The error's name without its namespace: "com.amazonaws.sqs#QueueDoesNotExist".
std::string name_in(const Json& answer) {
  std::string type = answer.text_or("__type", "");
  return type.substr(type.find('#') + 1);
}

bool is_lost_lease(std::string_view name) {
  return name == "ReceiptHandleIsInvalid" || name == "MessageNotInflight" ||
         name == "InvalidParameterValue";
}

Error error_of(const std::string& doing, const HttpAnswer& answer) {
  Result<Json> said = parse_json(answer.body);
  std::string name = said.ok() ? name_in(*said) : std::string();
  Error error;
  error.message = doing + ": " + std::to_string(answer.status);
  if (!name.empty()) error.message += " " + name;
  std::string message = said.ok() ? said->text_or("message", said->text_or("Message", "")) : "";
  if (!message.empty()) error.message += ": " + message;
  bool passes = answer.status >= 500 || answer.status == 429 || name.ends_with("Throttled") ||
                name.ends_with("ThrottlingException") || name == "RequestThrottled";
  error.code = passes ? Code::busy : Code::denied;
  if (is_lost_lease(name)) error.code = Code::conflict;
  if (name.ends_with("QueueDoesNotExist") || name.ends_with("NonExistentQueue")) {
    error.hint = "see the queue's URL and its region";
  } else if (error.code == Code::denied) {
    error.hint =
        "the role needs sqs:ReceiveMessage, sqs:DeleteMessage, "
        "sqs:ChangeMessageVisibility and sqs:GetQueueAttributes on the queue";
  }
  return error;
}

}  // namespace

Result<Json> SqsQueue::call(std::string_view action, Json fields) {
  fields.set("QueueUrl", url_);
  TextBody body(fields.dump());
  Request request;
  request.method = "POST";
  request.target = "/";
  request.headers.push_back({"X-Amz-Target", "AmazonSQS." + std::string(action)});
  request.headers.push_back({"Content-Type", "application/x-amz-json-1.0"});
  request.body = &body;
  std::string doing = std::string(action) + " " + url_;
  HttpAnswer answer = SMITH_TRY(client_.send(std::move(request)).in(doing));
  if (!answer.good()) return error_of(doing, answer);
  if (answer.body.empty()) return Json::object();
  Result<Json> said = parse_json(answer.body);
  if (said.ok()) return said;
  return Error{Code::busy, doing + ": the answer is no JSON", "", ""};
}

Result<std::vector<SqsMessage>> SqsQueue::receive(uint32_t count_max, uint32_t wait_seconds,
                                                  uint32_t hidden_seconds) {
  Json fields = Json::object();
  fields.set("MaxNumberOfMessages", int64_t{count_max});
  fields.set("WaitTimeSeconds", int64_t{wait_seconds});
  fields.set("VisibilityTimeout", int64_t{hidden_seconds});
  fields.set("MessageSystemAttributeNames", Json(Json::Array{"ApproximateReceiveCount"}));
  Json answer = SMITH_TRY(call("ReceiveMessage", std::move(fields)));
  std::vector<SqsMessage> messages;
  const Json* list = answer.find("Messages");
  if (list == nullptr || !list->is_array()) return messages;
  for (const Json& entry : list->as_array()) {
    SqsMessage message;
    message.id = entry.text_or("MessageId", "");
    message.receipt = entry.text_or("ReceiptHandle", "");
    message.body = entry.text_or("Body", "");
    const Json* attributes = entry.find("Attributes");
    if (attributes != nullptr) {
      message.receives =
          parse_number(attributes->text_or("ApproximateReceiveCount", "")).value_or(0);
    }
    messages.push_back(std::move(message));
  }
  return messages;
}

Result<> SqsQueue::hide(const SqsMessage& message, uint32_t hidden_seconds) {
  Json fields = Json::object();
  fields.set("ReceiptHandle", message.receipt);
  fields.set("VisibilityTimeout", int64_t{hidden_seconds});
  SMITH_TRY(call("ChangeMessageVisibility", std::move(fields)));
  return {};
}

Result<> SqsQueue::remove(const SqsMessage& message) {
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

Result<uint64_t> SqsQueue::waiting() {
  Json fields = Json::object();
  fields.set("AttributeNames", Json(Json::Array{"ApproximateNumberOfMessages"}));
  Json answer = SMITH_TRY(call("GetQueueAttributes", std::move(fields)));
  const Json* attributes = answer.find("Attributes");
  if (attributes == nullptr) return uint64_t{0};
  return parse_number(attributes->text_or("ApproximateNumberOfMessages", "0")).value_or(0);
}

}  // namespace silversmith::wire
