// SPDX-License-Identifier: Apache-2.0
#include "smith/notice.h"

#include <gtest/gtest.h>

namespace silversmith::smith {
namespace {

silver::Rejected refused() {
  silver::Rejected rejected;
  silver::Account& account = rejected.account;
  account.key = "bronze/orders/day 1.csv";
  account.source_version = "v1";
  account.contract = "orders";
  account.contract_version = 3;
  account.rows_read = 1200;
  account.rows_quarantined = 1200;
  account.reasons = {{"type-error", 1190}, {"constraint-error", 10}};
  account.faults = {
      {"limit-exceeded", "none of the 1200 records was accepted", "see the contract"}};
  return rejected;
}

const ReportPlace place = {"s3://data-lake", "data-lake",
                           "quarantine/orders/day 1/g/rejected.json"};

TEST(Notice, says_what_was_refused_why_and_what_to_type) {
  Notice notice = rejected_notice(refused(), place);
  EXPECT_EQ(notice.subject, "Refused: day 1.csv (limit-exceeded)");
  EXPECT_EQ(notice.text,
            "bronze/orders/day 1.csv was refused as a whole. Nothing of it is in silver; what "
            "silver had before stays.\n"
            "\n"
            "Why:\n"
            "  limit-exceeded: none of the 1200 records was accepted\n"
            "    see the contract\n"
            "\n"
            "1 200 of 1 200 records set aside.\n"
            "\n"
            "Records set aside, by reason:\n"
            "  type-error: 1 190\n"
            "  constraint-error: 10\n"
            "\n"
            "Contract: orders version 3\n"
            "Report: s3://data-lake/quarantine/orders/day 1/g/rejected.json\n"
            "\n"
            "What to do: see its records, then one of the two:\n"
            "  silversmith quarantine show s3://data-lake 'bronze/orders/day 1.csv'\n"
            "- correct the file and upload it under the same key: it is converted by itself\n"
            "- or correct the contract, and then:\n"
            "  silversmith run s3://data-lake --key 'bronze/orders/day 1.csv'\n");
  EXPECT_EQ(notice.fields.text_or("kind", ""), "rejected");
  EXPECT_EQ(notice.fields.find("reasons")->int_or("type-error", 0), 1190);
  EXPECT_EQ(notice.fields.text_or("report", ""),
            "s3://data-lake/quarantine/orders/day 1/g/rejected.json");
}

TEST(Notice, has_no_cells_value_in_it) {
  silver::Rejected rejected = refused();
  rejected.account.faults = {
      {"limit-exceeded", R"(record 7, line 8: found "Alice \"A\" Smith", wanted an integer)", ""},
      {"incorrect-label", R"(column 1 is labelled "Alice", wanted "id")", ""},
      {"missing-label", R"(the field "id" of the contract is not in the header (1: "Alice"))", ""},
      {"odd", R"(an open quote "Alice)", ""}};
  rejected.account.first_rejects = {Json::object().set("value", "Alice")};
  Notice notice = rejected_notice(rejected, place);
  EXPECT_EQ(notice.text.find("Alice"), std::string::npos) << notice.text;
  EXPECT_EQ(notice.text.find("Smith"), std::string::npos) << notice.text;
  EXPECT_EQ(notice.fields.dump().find("Alice"), std::string::npos);
  EXPECT_NE(notice.text.find(R"(labelled "...", wanted "id")"), std::string::npos) << notice.text;
  EXPECT_NE(notice.text.find(R"(the field "id" of)"), std::string::npos) << notice.text;
  EXPECT_NE(notice.text.find("an open quote \"..."), std::string::npos) << notice.text;
}

TEST(Notice, keeps_to_the_bounds_of_subjects_and_texts) {
  silver::Rejected rejected = refused();
  rejected.account.key = "bronze/Größe\n" + std::string(300, 'x') + ".csv";
  for (int i = 0; i < 10'000; ++i) rejected.account.reasons["reason-" + std::to_string(i)] = 1;
  rejected.account.faults.assign(1000, {"code", std::string(2000, 'y'), ""});
  Notice notice = rejected_notice(rejected, place);
  EXPECT_EQ(notice.subject.size(), notice_subject_bytes_max);
  for (char c : notice.subject) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
  EXPECT_LE(notice.text.size(), notice_text_bytes_max);
  EXPECT_LE(notice.fields.dump().size(), notice_text_bytes_max);
}

TEST(Notice, quotes_keys_for_the_shell) {
  silver::Rejected rejected = refused();
  rejected.account.key = "bronze/a'; rm -rf $HOME #.csv";
  EXPECT_NE(
      rejected_notice(rejected, place).text.find(R"(--key 'bronze/a'\''; rm -rf $HOME #.csv')"),
      std::string::npos);
}

std::string quoted(const std::string& text) { return quote_json(text); }

const std::string of_bus =
    R"({"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"lake"},)"
    R"("object":{"key":"quarantine/a/g/rejected.json"}}})";
const std::string of_s3 =
    R"({"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":)"
    R"({"name":"lake"},"object":{"key":"quarantine/a/g/rejected.json"}}}]})";
const std::string alarm =
    R"({"AlarmName":"csv-validator-errors","AlarmDescription":"Too many.","NewStateValue":"ALARM",)"
    R"("OldStateValue":"OK","NewStateReason":"7 > 5","StateChangeTime":"2026-01-02T03:04:05Z",)"
    R"("Region":"EU Ireland"
})";

std::string of_queue(const std::string& body, const std::string& id = "m1") {
  return R"({"messageId":")" + id + R"(","eventSource":"aws:sqs","body":)" + quoted(body) + "}";
}
std::string of_topic(const std::string& message, const std::string& more = "") {
  return R"({"Records":[{"EventSource":"aws:sns","Sns":{"Subject":"Sub","Message":)" +
         quoted(message) + more + "}}]}";
}

Tidings only(const std::string& payload) {
  TidingsList all = read_tidings(payload);
  EXPECT_EQ(all.list.size(), 1U);
  return all.list.at(0);
}

TEST(Tidings, finds_reports_in_every_envelope) {
  for (const std::string& event : {of_bus, of_s3, R"({"Records":[)" + of_queue(of_bus) + "]}",
                                   R"({"Records":[)" + of_queue(of_s3) + "]}", of_topic(of_s3)}) {
    Tidings found = only(event);
    ASSERT_EQ(found.objects.size(), 1U) << event;
    EXPECT_EQ(found.objects[0].key, "quarantine/a/g/rejected.json");
    EXPECT_TRUE(found.errors.empty());
  }
}

TEST(Tidings, answers_for_each_message_of_a_queue) {
  TidingsList all = read_tidings(R"({"Records":[)" + of_queue(of_bus, "a") + "," +
                                 of_queue("not json", "b") + "]}");
  EXPECT_TRUE(all.by_message);
  ASSERT_EQ(all.list.size(), 2U);
  EXPECT_EQ(all.list[0].id, "a");
  EXPECT_EQ(all.list[1].id, "b");
  EXPECT_TRUE(all.list[0].errors.empty());
  EXPECT_EQ(all.list[1].errors.size(), 1U);
  EXPECT_FALSE(read_tidings(of_s3).by_message);
}

TEST(Tidings, reads_an_alarm_from_topic_queue_bus_and_action) {
  Tidings found = only(of_topic(alarm));
  EXPECT_TRUE(found.of_topic);
  ASSERT_EQ(found.notices.size(), 1U);
  EXPECT_EQ(found.notices[0].subject, "ALARM: csv-validator-errors (EU Ireland)");
  EXPECT_NE(found.notices[0].text.find("in the state ALARM, before OK."), std::string::npos);
  EXPECT_NE(found.notices[0].text.find("Why: 7 > 5"), std::string::npos);
  EXPECT_NE(found.notices[0].text.find("Too many."), std::string::npos);
  EXPECT_NE(found.notices[0].text.find("runbook.md"), std::string::npos);
  std::string raw = R"({"Type":"Notification","Message":)" + quoted(alarm) + "}";
  EXPECT_TRUE(only(R"({"Records":[)" + of_queue(raw) + "]}").of_topic);
  EXPECT_TRUE(only(R"({"Records":[)" + of_queue(alarm) + "]}").of_topic);
  Tidings action =
      only(R"({"source":"aws.cloudwatch","alarmArn":"x","time":"t","alarmData":{"alarmName":"n",)"
           R"("state":{"value":"OK","reason":"fine"},"previousState":{"value":"ALARM"}}})");
  EXPECT_FALSE(action.of_topic);
  EXPECT_EQ(action.notices.at(0).subject, "OK: n");
  Tidings bus =
      only(R"({"source":"aws.cloudwatch","detail-type":"CloudWatch Alarm State Change","detail":)"
           R"({"alarmName":"n","state":{"value":"ALARM","reason":"r"}}})");
  EXPECT_EQ(bus.notices.at(0).subject, "ALARM: n");
}

TEST(Tidings, tells_of_an_event_that_a_function_gave_up) {
  std::string record =
      R"({"version":"1.0","requestContext":{"functionArn":)"
      R"("arn:aws:lambda:eu-west-1:1:function:csv-validator:$LATEST","condition":)"
      R"("RetriesExhausted","approximateInvokeCount":3},"requestPayload":{"bucket":"lake","key":)"
      R"("bronze/a.csv"},"responseContext":{"functionError":"Unhandled"},"responsePayload":)"
      R"({"errorType":"Function.Misconfigured","errorMessage":"no right"}})";
  for (const std::string& event : {record, of_topic(record)}) {
    Tidings found = only(event);
    ASSERT_EQ(found.notices.size(), 1U);
    EXPECT_EQ(found.notices[0].subject, "Gave up an event: csv-validator: Function.Misconfigured");
    for (const char* text : {"3 times", "s3://lake/bronze/a.csv", "no right", "dlq redrive"}) {
      EXPECT_NE(found.notices[0].text.find(text), std::string::npos) << found.notices[0].text;
    }
  }
  std::string good = record;
  good.replace(good.find("RetriesExhausted"), 16, "Success");
  EXPECT_TRUE(only(good).notices.empty());
  EXPECT_NE(only(good).idle_reason, "");
}

TEST(Tidings, tells_a_topics_text_as_it_is) {
  Tidings found = only(of_topic("hello\nworld"));
  EXPECT_EQ(found.notices.at(0).subject, "Sub");
  EXPECT_EQ(found.notices.at(0).text, "hello\nworld\n");
}

// Told by the topic and by us, it would be told twice; and for ever, if it went to the topic again.
TEST(Tidings, knows_its_own_notices) {
  auto with = [](const std::string& value) {
    return only(of_topic("Refused", R"(,"MessageAttributes":{"silversmith":{"Type":"String",)"
                                    R"("Value":")" +
                                        value + R"("}})"));
  };
  EXPECT_TRUE(with("webhook").notices.empty());
  EXPECT_NE(with("webhook").idle_reason, "");
  EXPECT_EQ(with("topic").notices.size(), 1U);
  EXPECT_TRUE(with("topic").of_topic);
}

// Raw delivery: the topic's text and attributes are the queue's own.
TEST(Tidings, knows_its_own_notices_without_an_envelope) {
  auto with = [](const std::string& value) {
    return only(R"({"Records":[{"messageId":"a","body":"Refused","messageAttributes":)"
                R"({"silversmith":{"dataType":"String","stringValue":")" +
                value + R"("}}}]})");
  };
  EXPECT_TRUE(with("webhook").notices.empty());
  EXPECT_TRUE(with("webhook").errors.empty());
  EXPECT_EQ(with("topic").notices.at(0).text, "Refused\n");
  EXPECT_TRUE(with("topic").of_topic);
}

// Envelopes beside each other are none around each other.
TEST(Tidings, counts_envelopes_by_their_depth) {
  std::string topic = R"({"Sns":{"Message":)" + quoted(alarm) + "}}";
  std::string records = topic;
  for (int i = 1; i < 20; ++i) records += "," + topic;
  Tidings found = only(R"({"Records":[)" + records + "]}");
  EXPECT_EQ(found.notices.size(), 20U);
  EXPECT_TRUE(found.errors.empty());
  std::string deep = alarm;
  for (int i = 0; i < 9; ++i)
    deep = R"({"Type":"Notification","Message":)" + quoted(std::as_const(deep)) + "}";
  EXPECT_FALSE(only(deep).errors.empty());
}

TEST(Tidings, what_is_no_event_is_an_error) {
  for (const char* payload : {"", "nonsense", "[]", "7", "{}", R"({"detail":7})",
                              R"({"Records":[{"body":7}]})", R"({"Records":[7]})"}) {
    EXPECT_FALSE(only(payload).errors.empty()) << payload;
  }
  EXPECT_FALSE(
      only(R"({"Type":"Notification","Message":)" + quoted(R"({"x":1})") + "}").errors.empty());
}

}  // namespace
}  // namespace silversmith::smith
