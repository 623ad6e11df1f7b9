// SPDX-License-Identifier: Apache-2.0
#include "bronze/event.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace silversmith::bronze {
namespace {

std::string record_of(std::string_view key) {
  return R"({"eventVersion":"2.5","eventSource":"aws:s3","eventName":"ObjectCreated:Put",
    "eventTime":"2026-01-02T03:04:05.678Z",
    "s3":{"bucket":{"name":"lake"},"object":{"key":)" +
         quote_json(key) + R"(,"size":7,"eTag":"e1","versionId":"v1","sequencer":"0055"}}})";
}

std::string notification_of(std::string_view key) {
  return R"({"Records":[)" + record_of(key) + "]}";
}

std::string eventbridge_of(std::string_view key, std::string_view type = "Object Created") {
  return R"({"version":"0","detail-type":)" + quote_json(type) +
         R"(,"source":"aws.s3","time":"2026-01-02T03:04:05Z","detail":{"version":"0",
    "bucket":{"name":"lake"},"object":{"key":)" +
         quote_json(key) +
         R"(,"size":8,"etag":"e2","version-id":"v2","sequencer":"0066"},"reason":"CopyObject"}})";
}

std::string message_of(std::string_view id, std::string_view body, std::string_view more = "") {
  return R"({"messageId":)" + quote_json(id) + R"(,"body":)" + quote_json(body) +
         std::string(more) + R"(,"eventSource":"aws:sqs"})";
}

std::string batch_of(const std::vector<std::string>& messages) {
  std::string text;
  for (const std::string& message : messages) text += (text.empty() ? "" : ",") + message;
  return R"({"Records":[)" + text + "]}";
}

std::string sns_body_of(std::string_view message) {
  return R"({"Type":"Notification","MessageId":"n","Message":)" + quote_json(message) + "}";
}

std::string destination_of(std::string_view payload, std::string_view condition) {
  return R"({"version":"1.0","requestContext":{"condition":")" + std::string(condition) +
         R"("},"requestPayload":)" + std::string(payload) + R"(,"responsePayload":null})";
}

// The one event of a text that has one delivery, one event and nothing else to say.
Event only_event(std::string_view text) {
  Envelope envelope = read_event(text);
  EXPECT_EQ(envelope.deliveries.size(), 1U) << text;
  const Delivery& delivery = envelope.deliveries.at(0);
  for (const Error& error : delivery.errors) ADD_FAILURE() << error.message;
  for (const std::string& warning : delivery.warnings) ADD_FAILURE() << warning;
  EXPECT_EQ(delivery.events.size(), 1U) << text;
  return delivery.events.at(0);
}

// The one error of a text that has no event.
Error only_error(std::string_view text) {
  Envelope envelope = read_event(text);
  EXPECT_EQ(envelope.deliveries.size(), 1U) << text;
  EXPECT_TRUE(envelope.deliveries.at(0).events.empty()) << text;
  EXPECT_EQ(envelope.deliveries.at(0).errors.size(), 1U) << text;
  return envelope.deliveries.at(0).errors.at(0);
}

TEST(Event, reads_every_field_of_an_eventbridge_event) {
  EXPECT_EQ(read_event(eventbridge_of("bronze/a.csv")).kind, EventKind::eventbridge);
  Event event = only_event(eventbridge_of("bronze/a.csv"));
  EXPECT_EQ(event.change, Change::made);
  EXPECT_EQ(event.change_name, "Object Created");
  EXPECT_EQ(event.reason, "CopyObject");
  EXPECT_EQ(event.via, "eventbridge");
  EXPECT_EQ(event.bucket, "lake");
  EXPECT_EQ(event.key, "bronze/a.csv");
  EXPECT_FALSE(event.other_key.has_value());
  EXPECT_EQ(event.version_id, "v2");
  EXPECT_EQ(event.etag, "e2");
  EXPECT_EQ(event.size, 8U);
  EXPECT_EQ(event.sequencer, "0066");
  EXPECT_EQ(event.time, "2026-01-02T03:04:05Z");
}

TEST(Event, reads_every_field_of_a_notification) {
  EXPECT_EQ(read_event(notification_of("bronze/a.csv")).kind, EventKind::s3);
  Event event = only_event(notification_of("bronze/a%2Bb+c.csv"));
  EXPECT_EQ(event.change, Change::made);
  EXPECT_EQ(event.change_name, "ObjectCreated:Put");
  EXPECT_EQ(event.via, "s3");
  EXPECT_EQ(event.bucket, "lake");
  EXPECT_EQ(event.raw_key, "bronze/a%2Bb+c.csv");
  EXPECT_EQ(event.key, "bronze/a+b c.csv");
  EXPECT_FALSE(event.other_key.has_value());
  EXPECT_EQ(event.version_id, "v1");
  EXPECT_EQ(event.etag, "e1");
  EXPECT_EQ(event.size, 7U);
  EXPECT_EQ(event.sequencer, "0055");
  EXPECT_EQ(event.time, "2026-01-02T03:04:05.678Z");
}

TEST(Event, never_decodes_eventbridge_but_says_what_else_the_key_may_be) {
  Event event = only_event(eventbridge_of("bronze/a+b%20c.csv"));
  EXPECT_EQ(event.key, "bronze/a+b%20c.csv");
  EXPECT_EQ(event.other_key, "bronze/a b c.csv");
  EXPECT_FALSE(only_event(eventbridge_of("bronze/100%.csv")).other_key.has_value());
  EXPECT_FALSE(only_event(eventbridge_of("bronze/%FF.csv")).other_key.has_value());
}

TEST(Event, reads_messages_around_every_other_shape) {
  const std::pair<std::string, std::string> bodies[] = {
      {eventbridge_of("bronze/a.csv"), "sqs/eventbridge"},
      {notification_of("bronze/a.csv"), "sqs/s3"},
      {sns_body_of(notification_of("bronze/a.csv")), "sqs/sns/s3"},
      {sns_body_of(eventbridge_of("bronze/a.csv")), "sqs/sns/eventbridge"},
      {R"({"bucket":"lake","key":"bronze/a.csv","versionId":"v"})", "sqs/own"},
      {destination_of(eventbridge_of("bronze/a.csv"), "RetriesExhausted"),
       "sqs/destination/eventbridge"},
      {destination_of(batch_of({message_of("m", notification_of("bronze/a.csv"))}),
                      "EventAgeExceeded"),
       "sqs/destination/sqs/s3"},
  };
  for (const auto& [body, via] : bodies) {
    std::string batch = batch_of({message_of("m-1", body)});
    Event event = only_event(batch);
    EXPECT_EQ(event.key, "bronze/a.csv") << body;
    EXPECT_EQ(event.via, via);
    Envelope envelope = read_event(batch);
    EXPECT_EQ(envelope.kind, EventKind::sqs);
    EXPECT_EQ(envelope.deliveries[0].id, "m-1");
    Delivery message = read_message("m-2", body);
    EXPECT_EQ(message.id, "m-2");
    ASSERT_EQ(message.events.size(), 1U);
    EXPECT_EQ(message.events[0].via, via);
  }
}

TEST(Event, knows_what_lambda_put_into_a_dead_letter_queue) {
  std::string attributes = R"(,"messageAttributes":{"RequestID":{},"ErrorCode":{},
    "ErrorMessage":{}})";
  Event event = only_event(batch_of({message_of("m", eventbridge_of("bronze/a.csv"), attributes)}));
  EXPECT_EQ(event.via, "sqs/dead-letter/eventbridge");
  EXPECT_EQ(event.key, "bronze/a.csv");
}

TEST(Event, reads_sns_around_s3) {
  std::string text = R"({"Records":[{"EventSource":"aws:sns","Sns":{"Message":)" +
                     quote_json(notification_of("bronze/a+b.csv")) + "}}]}";
  EXPECT_EQ(read_event(text).kind, EventKind::sns);
  EXPECT_EQ(only_event(text).via, "sns/s3");
  EXPECT_EQ(only_event(text).key, "bronze/a b.csv");
}

TEST(Event, reads_destination_records_and_does_nothing_for_successes) {
  std::string payload = eventbridge_of("bronze/a.csv");
  Event failed = only_event(destination_of(payload, "RetriesExhausted"));
  EXPECT_EQ(failed.via, "destination/eventbridge");
  std::string on_bus = R"({"detail-type":"Lambda Function Invocation Result - Failure",
    "source":"lambda","detail":)" +
                       destination_of(payload, "RetriesExhausted") + "}";
  EXPECT_EQ(only_event(on_bus).via, "eventbridge/destination/eventbridge");
  Delivery succeeded = read_event(destination_of(payload, "Success")).deliveries.at(0);
  EXPECT_TRUE(succeeded.events.empty());
  EXPECT_TRUE(succeeded.errors.empty());
  EXPECT_EQ(succeeded.idle_reason, "the record of an invocation that succeeded");
}

TEST(Event, takes_test_events_for_nothing_to_do) {
  std::string test = R"({"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"lake"})";
  EXPECT_EQ(read_event(test).kind, EventKind::test);
  for (const std::string& text :
       {test, batch_of({message_of("m", test)}), batch_of({message_of("m", sns_body_of(test))})}) {
    Delivery delivery = read_event(text).deliveries.at(0);
    EXPECT_TRUE(delivery.errors.empty()) << text;
    EXPECT_TRUE(delivery.events.empty());
    EXPECT_EQ(delivery.idle_reason, "s3:TestEvent");
  }
  EXPECT_EQ(read_event(R"({"Records":[]})").deliveries.at(0).idle_reason, "Records is empty");
}

TEST(Event, reads_both_schemas_of_batch_operations) {
  std::string one = R"({"invocationSchemaVersion":"1.0","invocationId":"i","job":{"id":"j"},
    "tasks":[{"taskId":"t","s3Key":"bronze/a%2Bb+c.csv","s3VersionId":"v",
              "s3BucketArn":"arn:aws:s3:::lake"}]})";
  Envelope envelope = read_event(one);
  EXPECT_EQ(envelope.kind, EventKind::batch_operations);
  EXPECT_EQ(envelope.schema_version, "1.0");
  EXPECT_EQ(envelope.invocation_id, "i");
  EXPECT_EQ(envelope.deliveries.at(0).id, "t");
  Event event = only_event(one);
  EXPECT_EQ(event.bucket, "lake");
  EXPECT_EQ(event.key, "bronze/a+b c.csv");
  EXPECT_EQ(event.other_key, "bronze/a+b+c.csv");
  EXPECT_EQ(event.version_id, "v");
  Event two = only_event(R"({"invocationSchemaVersion":"2.0","invocationId":"i",
    "job":{"id":"j","userArguments":{"x":"y"}},
    "tasks":[{"taskId":"t","s3Key":"bronze/a.csv","s3VersionId":null,"s3Bucket":"lake"}]})");
  EXPECT_EQ(two.bucket, "lake");
  EXPECT_EQ(two.version_id, "");
  EXPECT_FALSE(two.other_key.has_value());
}

TEST(Event, tells_removals_and_other_changes_from_new_objects) {
  auto change = [](std::string_view name) {
    return only_event(R"({"Records":[{"eventName":)" + quote_json(name) +
                      R"(,"s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]})")
        .change;
  };
  EXPECT_EQ(change("ObjectCreated:CompleteMultipartUpload"), Change::made);
  EXPECT_EQ(change("s3:ObjectCreated:Put"), Change::made);
  EXPECT_EQ(change("ObjectRestore:Completed"), Change::made);
  EXPECT_EQ(change(""), Change::made);
  EXPECT_EQ(change("ObjectRemoved:DeleteMarkerCreated"), Change::removed);
  EXPECT_EQ(change("LifecycleExpiration:Delete"), Change::removed);
  EXPECT_EQ(change("ObjectTagging:Put"), Change::other);
  EXPECT_EQ(only_event(eventbridge_of("k", "Object Deleted")).change, Change::removed);
  EXPECT_EQ(only_event(eventbridge_of("k", "Object Restore Completed")).change, Change::made);
  EXPECT_EQ(only_event(eventbridge_of("k", "Object Tags Added")).change, Change::other);
}

TEST(Event, a_bad_record_never_harms_its_neighbours) {
  std::string text = R"({"Records":[)" + record_of("bronze/a.csv") + R"(,{"s3":{}},null,7,)" +
                     record_of("bronze/b.csv") + "]}";
  Delivery delivery = read_event(text).deliveries.at(0);
  ASSERT_EQ(delivery.events.size(), 2U);
  EXPECT_EQ(delivery.events[0].key, "bronze/a.csv");
  EXPECT_EQ(delivery.events[1].key, "bronze/b.csv");
  EXPECT_EQ(delivery.errors.size(), 3U);

  Envelope batch = read_event(batch_of({message_of("one", "{"), R"({"messageId":"two"})",
                                        message_of("three", notification_of("bronze/c.csv")),
                                        R"({"messageId":"four","body":4})", "null"}));
  ASSERT_EQ(batch.kind, EventKind::sqs);
  ASSERT_EQ(batch.deliveries.size(), 5U);
  for (size_t bad : {0U, 1U, 3U, 4U}) EXPECT_EQ(batch.deliveries[bad].errors.size(), 1U) << bad;
  EXPECT_EQ(batch.deliveries[2].id, "three");
  EXPECT_EQ(batch.deliveries[2].events.at(0).key, "bronze/c.csv");
  EXPECT_EQ(batch.deliveries[3].id, "four");
}

TEST(Event, says_what_it_found_and_what_it_wanted) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "not JSON: line 1, column 1: "},
      {"hello", "; found \"hello\""},
      {"\xFF\xFE", "found \"\\xFF\\xFE\""},
      {"[]", "found an array, wanted an S3 event"},
      {"17", "found a number"},
      {"null", "found null"},
      {"{}", "an object without members"},
      {R"({"foo":1,"bar":2})", "an object with the members \"foo\", \"bar\", wanted an S3 event"},
      {R"({"Records":[{"s3":{"bucket":{}}}]})", "s3: found no s3.bucket.name, wanted a text there"},
      {R"({"Records":[{"s3":{"bucket":{"name":7}}}]})",
       "s3.bucket.name: found a number, wanted a text"},
      {R"({"Records":[{"s3":7}]})", "found no s3.bucket"},
      {R"({"Records":["x"]})", "a record: found the text \"x\", wanted one of S3 (s3)"},
      {R"({"detail-type":"EC2 Stopped","source":"aws.ec2","detail":{}})",
       "found the detail-type \"EC2 Stopped\" of source \"aws.ec2\""},
      {R"({"detail-type":"Object Created","source":"aws.s3","detail":7})",
       "found no detail.bucket, wanted"},
      {R"({"bucket":"","key":"k"})", "own: the name of the bucket is empty"},
      {R"({"bucket":"b","key":""})", "own: the key is empty"},
      {notification_of("a%FF"), "is not UTF-8 when it is decoded"},
      {R"({"invocationSchemaVersion":"1.0","tasks":7})", "found no tasks, wanted an array"},
      {R"({"invocationSchemaVersion":"1.0","tasks":[{"taskId":"t"}]})", "found no s3BucketArn"},
      {R"({"detail-type":"Lambda Function Invocation Result - Failure","detail":{"a":1}})",
       "eventbridge/destination: found an object with the members \"a\", wanted a record"},
  };
  for (const auto& [text, wanted] : cases) {
    Error error = only_error(text);
    EXPECT_NE(error.message.find(wanted), std::string::npos) << text << "\n" << error.message;
    EXPECT_EQ(error.type, "event-error");
    EXPECT_EQ(error.code, Code::invalid);
  }
}

TEST(Event, warns_of_versions_that_it_does_not_know_and_reads_on) {
  std::string text = record_of("k");
  text.replace(text.find("2.5"), 3, "3.0");
  Delivery delivery = read_event(R"({"Records":[)" + text + "]}").deliveries.at(0);
  EXPECT_EQ(delivery.events.size(), 1U);
  ASSERT_EQ(delivery.warnings.size(), 1U);
  EXPECT_EQ(delivery.warnings[0], "s3: eventVersion is \"3.0\", known is 2");

  std::string other = eventbridge_of("k");
  other.replace(other.find("aws.s3"), 6, "replay");
  Delivery replayed = read_event(other).deliveries.at(0);
  EXPECT_EQ(replayed.events.size(), 1U);
  EXPECT_EQ(replayed.warnings.at(0), "eventbridge: source is \"replay\", S3's own is aws.s3");
}

TEST(Event, bounds_the_envelopes_around_an_event) {
  std::string text = notification_of("k");
  for (int depth = 0; depth < 8; depth++) text = sns_body_of(text);
  Delivery deepest = read_event(text).deliveries.at(0);
  ASSERT_EQ(deepest.events.size(), 1U) << "eight around it are read";
  EXPECT_EQ(deepest.events.at(0).via, "sns/sns/sns/sns/sns/sns/sns/sns/s3");
  Error error = only_error(sns_body_of(text));
  EXPECT_NE(error.message.find("more than 8 envelopes around each other"), std::string::npos)
      << error.message;
}

TEST(Event, reads_any_prefix_of_an_event_without_harm) {
  std::string text = batch_of({message_of("m", sns_body_of(notification_of("bronze/a.csv")))});
  for (size_t size = 0; size < text.size(); size++) {
    Envelope envelope = read_event(std::string_view(text).substr(0, size));
    ASSERT_EQ(envelope.deliveries.size(), 1U);
    EXPECT_EQ(envelope.deliveries[0].errors.size(), 1U) << size;
  }
}

}  // namespace
}  // namespace silversmith::bronze
