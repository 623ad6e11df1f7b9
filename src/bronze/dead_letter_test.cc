// SPDX-License-Identifier: Apache-2.0
#include "bronze/dead_letter.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace silversmith::bronze {
namespace {

constexpr const char* own = R"({"bucket":"lake","key":"bronze/a.csv"})";
// As Lambda and EventBridge send them to queues.
const LetterAttributes of_lambda = {
    {"RequestID", "8f1e"}, {"ErrorCode", "200"}, {"ErrorMessage", "no permission: s3:PutObject"}};
const LetterAttributes of_rule = {
    {"RULE_ARN", "arn:aws:events:eu-west-1:123456789012:rule/bronze-csv-trigger"},
    {"TARGET_ARN", "arn:aws:sqs:eu-west-1:123456789012:csv-validator-work"},
    {"ERROR_CODE", "NO_PERMISSIONS"},
    {"ERROR_MESSAGE", "no permission to send"},
    {"RETRY_ATTEMPTS", "0"}};

DeadLetter read(const std::string& body, const LetterAttributes& attributes = {}) {
  return read_dead_letter("m1", body, attributes);
}

std::string eventbridge(const std::string& key) {
  return R"({"source":"aws.s3","detail-type":"Object Created","detail":{"version":"0",)"
         R"("bucket":{"name":"lake"},"object":{"key":")" +
         key + R"(","size":4}}})";
}

std::string record(const std::string& condition, const std::string& answer) {
  return R"({"version":"1.0","requestContext":{"requestId":"r7","functionArn":"arn:fn:$LATEST",)"
         R"("condition":")" +
         condition + R"(","approximateInvokeCount":3},"requestPayload":)" + own +
         R"(,"responseContext":{"statusCode":200,"functionError":"Unhandled"})" + answer + "}";
}

TEST(DeadLetter, of_a_work_queue_is_the_message_as_it_was) {
  DeadLetter letter = read(eventbridge("bronze/orders/a.csv"));
  EXPECT_EQ(letter.kind, LetterKind::queue);
  EXPECT_EQ(letter.event_text, eventbridge("bronze/orders/a.csv"));
  ASSERT_EQ(letter.delivery.events.size(), 1U);
  EXPECT_EQ(letter.delivery.events[0].key, "bronze/orders/a.csv");
  EXPECT_EQ(letter.delivery.id, "m1");
  EXPECT_EQ(letter.error_code, "");
}

TEST(DeadLetter, of_a_function_has_its_reason_in_attributes) {
  DeadLetter letter = read(eventbridge("bronze/a.csv"), of_lambda);
  EXPECT_EQ(letter.kind, LetterKind::function);
  EXPECT_EQ(letter.request_id, "8f1e");
  EXPECT_EQ(letter.error_code, "200");
  EXPECT_EQ(letter.error_message, "no permission: s3:PutObject");
  EXPECT_EQ(letter.delivery.events.size(), 1U);
}

TEST(DeadLetter, of_a_destination_holds_event_and_answer) {
  DeadLetter letter = read(
      record("RetriesExhausted",
             R"(,"responsePayload":{"errorMessage":"denied","errorType":"Function.Transient"})"));
  EXPECT_EQ(letter.kind, LetterKind::destination);
  EXPECT_EQ(letter.event_text, own);
  EXPECT_EQ(letter.request_id, "r7");
  EXPECT_EQ(letter.function_arn, "arn:fn:$LATEST");
  EXPECT_EQ(letter.attempts, "3");
  EXPECT_EQ(letter.error_code, "Function.Transient");
  EXPECT_EQ(letter.error_message, "denied");
  ASSERT_EQ(letter.delivery.events.size(), 1U);
  EXPECT_EQ(letter.delivery.events[0].key, "bronze/a.csv");
}

TEST(DeadLetter, of_a_destination_without_an_answer_has_its_condition) {
  DeadLetter letter = read(record("EventAgeExceeded", ""));
  EXPECT_EQ(letter.error_code, "EventAgeExceeded");
  EXPECT_EQ(letter.error_message, "");
}

// Sent again it would end where it came from.
TEST(DeadLetter, of_a_success_asks_for_nothing) {
  DeadLetter letter = read(record("Success", R"(,"responsePayload":{"status":"success"})"));
  EXPECT_TRUE(letter.delivery.events.empty());
  EXPECT_FALSE(letter.delivery.idle_reason.empty());
  EXPECT_EQ(letter.kind, LetterKind::destination);
}

TEST(DeadLetter, of_a_destination_on_a_bus_is_found_in_its_envelope) {
  std::string body = R"({"source":"lambda","detail-type":)"
                     R"("Lambda Function Invocation Result - Failure","detail":)" +
                     record("RetriesExhausted", "") + "}";
  DeadLetter letter = read(body);
  EXPECT_EQ(letter.kind, LetterKind::destination);
  EXPECT_EQ(letter.event_text, own);
}

TEST(DeadLetter, of_a_rule_names_rule_target_and_error) {
  DeadLetter letter = read(eventbridge("bronze/a.csv"), of_rule);
  EXPECT_EQ(letter.kind, LetterKind::rule);
  EXPECT_EQ(letter.error_code, "NO_PERMISSIONS");
  EXPECT_EQ(letter.target_arn, "arn:aws:sqs:eu-west-1:123456789012:csv-validator-work");
  EXPECT_EQ(letter.event_text, eventbridge("bronze/a.csv"));
}

TEST(DeadLetter, about_a_report_of_a_refused_file_is_of_the_rejects_queue) {
  const std::string report = "quarantine/a/0123456789abcdef-fedcba9876543210/rejected.json";
  EXPECT_EQ(read(eventbridge(report)).kind, LetterKind::rejects);
  EXPECT_EQ(read(eventbridge("team-a/" + report)).kind, LetterKind::rejects);
  EXPECT_EQ(read(eventbridge("bronze/" + report)).kind, LetterKind::queue);
  EXPECT_EQ(read(eventbridge("quarantine/a/g/report.json")).kind, LetterKind::queue);
  // The function that tells of it failed: that is what has to come again, not the file's event.
  EXPECT_EQ(read(eventbridge(report), of_lambda).kind, LetterKind::function);
}

TEST(DeadLetter, that_is_no_event_is_unreadable) {
  for (const char* body : {"hello", R"({"a":1})", ""}) {
    DeadLetter letter = read(body);
    EXPECT_EQ(letter.kind, LetterKind::unreadable);
    EXPECT_FALSE(letter.delivery.errors.empty());
    EXPECT_EQ(letter.event_text, body);
  }
}

// A schedule's event is none of ours to read, and all the same its function must have it again.
TEST(DeadLetter, of_a_function_or_a_rule_may_be_any_event) {
  std::string schedule = R"({"source":"aws.events","detail-type":"Scheduled Event","detail":{}})";
  EXPECT_EQ(read(schedule, of_lambda).kind, LetterKind::function);
  EXPECT_EQ(read(schedule, of_rule).kind, LetterKind::rule);
  EXPECT_TRUE(read(schedule, of_rule).delivery.events.empty());
}

TEST(DeadLetter, keeps_an_envelope_of_a_topic) {
  std::string inner = Json(eventbridge("bronze/a.csv")).dump();
  DeadLetter letter = read(R"({"Type":"Notification","Message":)" + inner + "}");
  EXPECT_EQ(letter.kind, LetterKind::queue);
  ASSERT_EQ(letter.delivery.events.size(), 1U);
  EXPECT_EQ(letter.delivery.events[0].via, "sqs/sns/eventbridge");
}

TEST(Area, is_told_by_the_first_segment_that_has_its_name) {
  EXPECT_EQ(area_of("bronze/silver/a.csv"), Area::bronze);
  EXPECT_EQ(area_of("team/bronze/a.csv"), Area::bronze);
  EXPECT_EQ(area_of("silver/bronze/a.parquet"), Area::output);
  EXPECT_EQ(area_of("team/receipts/a.json"), Area::output);
  EXPECT_EQ(area_of("silverware/a.csv"), Area::elsewhere);
}

}  // namespace
}  // namespace silversmith::bronze
