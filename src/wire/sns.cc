// SPDX-License-Identifier: Apache-2.0
#include "wire/sns.h"

#include "base/uri.h"
#include "wire/aws_json.h"
#include "wire/xml.h"

namespace silversmith::wire {

namespace {

constexpr std::string_view api_version = "2010-03-31";

// What a service of the Query protocol says where it refuses.
AwsFault fault_in(const HttpAnswer& answer) {
  AwsFault fault;
  fault.status = answer.status;
  Result<XmlElement> said = parse_xml(answer.body);
  if (!said) return fault;
  for (const XmlElement& child : said->children) {
    if (child.name != "Error") continue;
    fault.name = child.text_of("Code");
    fault.message = child.text_of("Message");
  }
  return fault;
}

constexpr AwsRights sns = {"sns", "the topic"};

}  // namespace

Result<> publish(HttpClient& client, const std::string& topic_arn, const SnsMessage& message) {
  std::string form = "Action=Publish&Version=" + std::string(api_version);
  auto add = [&form](const std::string& name, std::string_view value) {
    form += "&" + name + "=" + uri_encoded(value);
  };
  add("TopicArn", topic_arn);
  if (!message.subject.empty()) add("Subject", message.subject);
  add("Message", message.text);
  size_t number = 0;
  for (const auto& [name, value] : message.attributes) {
    std::string entry = "MessageAttributes.entry." + std::to_string(++number) + ".";
    add(entry + "Name", name);
    add(entry + "Value.DataType", "String");
    add(entry + "Value.StringValue", value);
  }
  TextBody body(std::move(form));
  Request request;
  request.method = "POST";
  request.target = "/";
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"});
  request.body = &body;
  AwsJsonCall call{"Publish", topic_arn};
  HttpAnswer answer = SMITH_TRY(client.send(std::move(request)).in("Publish " + topic_arn));
  if (answer.good()) return {};
  AwsFault fault = fault_in(answer);
  Error error = error_of(sns, call, fault);
  if (fault.name == "NotFound") error.hint = "see the topic's ARN and its region";
  if (fault.name.starts_with("InvalidParameter")) error.hint.clear();
  return error;
}

}  // namespace silversmith::wire
