// SPDX-License-Identifier: Apache-2.0
#include "bronze/sample_event.h"

#include <algorithm>

#include "base/clock.h"
#include "base/hash.h"
#include "bronze/event_key.h"

namespace silversmith::bronze {

namespace {

constexpr std::string_view account = "123456789012";
constexpr std::string_view region = "us-east-1";
constexpr std::string_view address = "198.51.100.7";  // of a network kept for examples (RFC 5737)

std::string arn(std::string_view service, std::string_view name) {
  return "arn:aws:" + std::string(service) + ":" + std::string(region) + ":" +
         std::string(account) + ":" + std::string(name);
}

std::string digits_of(const SampleObject& object, std::string_view purpose) {
  return sha256_hex(std::string(purpose) + "\n" + object.bucket + "\n" + object.key + "\n" +
                    object.etag);
}

std::string uuid_of(const SampleObject& object, std::string_view purpose) {
  std::string digits = digits_of(object, purpose).substr(0, 32);
  for (size_t at : {20U, 16U, 12U, 8U}) digits.insert(at, 1, '-');
  return digits;
}

std::string request_id_of(const SampleObject& object) {
  std::string id = digits_of(object, "request").substr(0, 16);
  for (char& c : id) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return id;
}

// Later writes of one key have greater ones.
std::string sequencer_of(const SampleObject& object) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string text(18, '0');
  auto left = static_cast<uint64_t>(std::max<int64_t>(object.modified_micros, 0));
  for (size_t at = text.size(); at > 0 && left > 0; at--, left /= 16) {
    text[at - 1] = digits[left % 16];
  }
  return text;
}

std::string millis_of(const SampleObject& object) {
  return std::to_string(object.modified_micros / 1000);
}

Json eventbridge_event(const SampleObject& object) {
  std::string time = rfc3339(object.modified_micros);
  time.replace(time.find('.'), std::string::npos, "Z");
  Json about = Json::object();
  about.set("key", object.key)
      .set("size", object.size)
      .set("etag", object.etag)
      .set("sequencer", sequencer_of(object));
  Json detail = Json::object();
  detail.set("version", "0")
      .set("event-version", "1.0")
      .set("bucket", Json::object().set("name", object.bucket))
      .set("object", std::move(about))
      .set("request-id", request_id_of(object))
      .set("requester", account)
      .set("source-ip-address", address)
      .set("reason", "PutObject");
  Json event = Json::object();
  event.set("version", "0")
      .set("id", uuid_of(object, "event"))
      .set("detail-type", "Object Created")
      .set("source", "aws.s3")
      .set("account", account)
      .set("time", time)
      .set("region", region)
      .set("resources", Json::array().add("arn:aws:s3:::" + object.bucket))
      .set("detail", std::move(detail));
  return event;
}

Json s3_notification(const SampleObject& object) {
  Json bucket = Json::object();
  bucket.set("name", object.bucket)
      .set("ownerIdentity", Json::object().set("principalId", "EXAMPLE"))
      .set("arn", "arn:aws:s3:::" + object.bucket);
  Json about = Json::object();
  about.set("key", encode_form(object.key))
      .set("size", object.size)
      .set("eTag", object.etag)
      .set("sequencer", sequencer_of(object));
  Json s3 = Json::object();
  s3.set("s3SchemaVersion", "1.0")
      .set("configurationId", "silversmith")
      .set("bucket", std::move(bucket))
      .set("object", std::move(about));
  Json response = Json::object();
  response.set("x-amz-request-id", request_id_of(object)).set("x-amz-id-2", "EXAMPLE");
  Json record = Json::object();
  record.set("eventVersion", "2.5")
      .set("eventSource", "aws:s3")
      .set("awsRegion", region)
      .set("eventTime", rfc3339(object.modified_micros))
      .set("eventName", "ObjectCreated:Put")
      .set("userIdentity", Json::object().set("principalId", "AWS:EXAMPLE"))
      .set("requestParameters", Json::object().set("sourceIPAddress", address))
      .set("responseElements", std::move(response))
      .set("s3", std::move(s3));
  return Json::object().set("Records", Json::array().add(std::move(record)));
}

Json sqs_batch(const SampleObject& object) {
  Json attributes = Json::object();
  attributes.set("ApproximateReceiveCount", "1")
      .set("SentTimestamp", millis_of(object))
      .set("SenderId", "AIDAEXAMPLE")
      .set("ApproximateFirstReceiveTimestamp", millis_of(object));
  // No md5OfBody: we have no MD5, and a false one would be worse than none.
  Json record = Json::object();
  record.set("messageId", uuid_of(object, "message"))
      .set("receiptHandle", "EXAMPLE")
      .set("body", eventbridge_event(object).dump())
      .set("attributes", std::move(attributes))
      .set("messageAttributes", Json::object())
      .set("eventSource", "aws:sqs")
      .set("eventSourceARN", arn("sqs", "silversmith"))
      .set("awsRegion", region);
  return Json::object().set("Records", Json::array().add(std::move(record)));
}

Json sns_notification(const SampleObject& object) {
  std::string topic = arn("sns", "silversmith");
  Json sns = Json::object();
  sns.set("Type", "Notification")
      .set("MessageId", uuid_of(object, "notification"))
      .set("TopicArn", topic)
      .set("Subject", "Amazon S3 Notification")
      .set("Message", s3_notification(object).dump())
      .set("Timestamp", rfc3339(object.modified_micros))
      .set("SignatureVersion", "1")
      .set("Signature", "EXAMPLE")
      .set("MessageAttributes", Json::object());
  Json record = Json::object();
  record.set("EventSource", "aws:sns")
      .set("EventVersion", "1.0")
      .set("EventSubscriptionArn", topic + ":" + uuid_of(object, "subscription"))
      .set("Sns", std::move(sns));
  return Json::object().set("Records", Json::array().add(std::move(record)));
}

}  // namespace

Json sample_event(SampleKind kind, const SampleObject& object) {
  switch (kind) {
    case SampleKind::eventbridge: return eventbridge_event(object);
    case SampleKind::s3: return s3_notification(object);
    case SampleKind::sqs: return sqs_batch(object);
    case SampleKind::sns: return sns_notification(object);
  }
  return Json();
}

}  // namespace silversmith::bronze
