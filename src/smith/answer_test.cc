// SPDX-License-Identifier: Apache-2.0
#include "smith/answer.h"

#include <gtest/gtest.h>

#include <map>

namespace silversmith::smith {
namespace {

// Answers for a lake that has every key; the name of the key says what becomes of it.
class AnswerTest : public testing::Test {
 protected:
  AnswerTest() {
    setup_.bucket = "lake";
    setup_.converge = [](const std::string& bucket, const std::string& key) {
      RunResult result;
      result.bucket = bucket;
      result.account.key = key;
      result.status = Status::success;
      result.account.rows_read = 10;
      result.account.rows = 9;
      result.account.rows_quarantined = 1;
      auto is = [&](std::string_view word) { return key.find(word) != std::string::npos; };
      if (is("busy")) result.error = RunError{Code::busy, "", "the store is busy", ""};
      if (is("denied")) result.error = RunError{Code::denied, "", "no right", "grant it"};
      if (result.error.has_value()) result.status = Status::error;
      if (is("duplicate")) result.status = Status::duplicate;
      if (is("gone")) result.status = Status::ignored;
      if (is("rejected")) {
        result.status = Status::rejected;
        result.account.faults = {{"source-error", "the file is empty", ""}};
      }
      return result;
    };
  }

  static std::string record_of(std::string_view key) {
    return R"({"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"lake"},"object":{"key":")" +
           std::string(key) + R"("}}})";
  }

  static std::string notification_of(const std::vector<std::string>& keys) {
    std::string text;
    for (const std::string& key : keys) text += (text.empty() ? "" : ",") + record_of(key);
    return R"({"Records":[)" + text + "]}";
  }

  // Messages by id, each with a body.
  static std::string batch_of(const std::vector<std::pair<std::string, std::string>>& messages) {
    std::string text;
    for (const auto& [id, body] : messages) {
      text += (text.empty() ? "" : ",") + (R"({"messageId":)" + quote_json(id)) + R"(,"body":)" +
              quote_json(body) + R"(,"eventSource":"aws:sqs"})";
    }
    return R"({"Records":[)" + text + "]}";
  }

  static std::string tasks_of(const std::vector<std::string>& tasks) {
    std::string text;
    for (const std::string& task : tasks) text += (text.empty() ? "" : ",") + task;
    return R"({"invocationSchemaVersion":"2.0","invocationId":"i","job":{"id":"j"},"tasks":[)" +
           text + "]}";
  }

  static std::string task_of(std::string_view id, std::string_view key) {
    return R"({"taskId":")" + std::string(id) + R"(","s3Key":")" + std::string(key) +
           R"(","s3Bucket":"lake"})";
  }

  Json answer(std::string_view event) {
    Reply reply = handle_event(event, setup_);
    if (const Failure* failed = std::get_if<Failure>(&reply)) {
      ADD_FAILURE() << failed->error_type << ": " << failed->message;
      return Json();
    }
    const std::string& text = std::get<Answer>(reply).text;
    EXPECT_LE(text.size(), answer_bytes_max);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    return parse_json(text).value();
  }

  Failure failure(std::string_view event) {
    Reply reply = handle_event(event, setup_);
    if (const Answer* answered = std::get_if<Answer>(&reply)) {
      ADD_FAILURE() << answered->text;
      return {};
    }
    return std::get<Failure>(reply);
  }

  std::vector<std::string> failed_items(std::string_view event) {
    Json json = answer(event);
    EXPECT_EQ(json.as_object().size(), 1U) << "a batch is answered with its failures alone";
    std::vector<std::string> ids;
    for (const Json& item : json.find("batchItemFailures")->as_array()) {
      ids.push_back(item.text_or("itemIdentifier", ""));
    }
    return ids;
  }

  NoLog log_;
  HandlerSetup setup_{.converge = {}, .log = log_};
};

TEST_F(AnswerTest, is_the_flat_result_of_one_event) {
  Json json = answer(notification_of({"bronze/a.csv"}));
  EXPECT_EQ(json.text_or("schema", ""), "silversmith.run/1");
  EXPECT_EQ(json.text_or("status", ""), "success");
  EXPECT_EQ(json.text_or("key", ""), "bronze/a.csv");
  EXPECT_EQ(json.int_or("rows_read", 0), 10);
  Json own = answer(R"({"bucket":"lake","key":"bronze/duplicate.csv"})");
  EXPECT_EQ(own.text_or("status", ""), "duplicate");
  EXPECT_EQ(answer(notification_of({"bronze/a.csv", "bronze/a.csv"})), json);
}

TEST_F(AnswerTest, says_why_an_event_was_ignored) {
  Json json = answer(notification_of({"elsewhere/a.csv"}));
  EXPECT_EQ(json.text_or("status", ""), "ignored");
  EXPECT_EQ(json.text_or("note", ""), "the key is not under bronze/");
  Json test = answer(R"({"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"lake"})");
  EXPECT_EQ(test.text_or("status", ""), "ignored");
  EXPECT_EQ(test.text_or("note", ""), "s3:TestEvent");
  Json loop = answer(notification_of({"silver/a.parquet"}));
  EXPECT_EQ(loop.text_or("status", ""), "ignored");
  EXPECT_EQ(loop.find("error")->text_or("code", ""), "event-loop");
}

TEST_F(AnswerTest, is_every_result_and_the_totals_of_several_events) {
  Json json = answer(notification_of({"bronze/a.csv", "bronze/rejected.csv", "bronze/a.csv",
                                      "bronze/gone.csv", "bronze/duplicate.csv"}));
  EXPECT_EQ(json.text_or("schema", ""), "silversmith.runs/1");
  EXPECT_EQ(json.text_or("status", ""), "rejected") << "what to look at first";
  const Json::Array& results = json.find("results")->as_array();
  ASSERT_EQ(results.size(), 4U);
  EXPECT_EQ(results[0].text_or("key", ""), "bronze/a.csv");
  EXPECT_EQ(results[1].text_or("status", ""), "rejected");
  EXPECT_EQ(results[1].find("error")->text_or("code", ""), "source-error");
  EXPECT_EQ(results[2].text_or("status", ""), "ignored");
  EXPECT_EQ(results[3].text_or("status", ""), "duplicate");
  EXPECT_EQ(json.find("totals")->dump(),
            R"({"events":5,"coalesced":1,"success":1,"duplicate":1,"ignored":1,"rejected":1,)"
            R"("rows_read":20,"rows":9,"rows_quarantined":2})");
}

TEST_F(AnswerTest, fails_the_invocation_only_for_what_is_not_the_datas_fault) {
  EXPECT_EQ(answer(notification_of({"bronze/rejected.csv"})).text_or("status", ""), "rejected");
  Failure busy = failure(notification_of({"bronze/a.csv", "bronze/busy.csv"}));
  EXPECT_EQ(busy.error_type, "Function.Transient");
  EXPECT_EQ(busy.message, "bronze/busy.csv: the store is busy");
  Failure denied = failure(notification_of({"bronze/denied.csv"}));
  EXPECT_EQ(denied.error_type, "Function.Misconfigured");
  EXPECT_EQ(denied.message, "bronze/denied.csv: no right -> grant it");
  Failure both = failure(notification_of({"bronze/denied.csv", "bronze/busy.csv"}));
  EXPECT_EQ(both.error_type, "Function.Transient");
  EXPECT_EQ(both.message, "bronze/busy.csv: the store is busy (and 1 more)");
}

TEST_F(AnswerTest, fails_for_events_that_cannot_be_read) {
  for (const char* text : {"", "hello", "[]", "{}", "null", "\xFF", R"({"Records":7})",
                           R"({"Records":[{}]})", R"({"detail-type":7,"detail":{}})"}) {
    Failure failed = failure(text);
    EXPECT_EQ(failed.error_type, "Function.UnreadableEvent") << text;
    EXPECT_NE(failed.message.find("found"), std::string::npos) << failed.message;
  }
}

TEST_F(AnswerTest, names_the_messages_of_a_batch_that_are_to_come_again) {
  EXPECT_TRUE(failed_items(R"({"Records":[{"messageId":"x","body":"{\"Records\":[]}"}]})").empty());
  std::vector<std::string> failed = failed_items(batch_of({
      {"good", notification_of({"bronze/a.csv"})},
      {"busy", notification_of({"bronze/b.csv", "bronze/busy.csv"})},
      {"denied", notification_of({"bronze/denied.csv"})},
      {"rejected", notification_of({"bronze/rejected.csv"})},
      {"broken", "{"},
      {"gone", notification_of({"bronze/gone.csv"})},
      {"loop", notification_of({"silver/a.parquet"})},
      {"test", R"({"Event":"s3:TestEvent"})"},
      {"busy again", notification_of({"bronze/busy.csv"})},
      {"busy", notification_of({"bronze/busy.csv"})},
  }));
  EXPECT_EQ(failed, (std::vector<std::string>{"busy", "denied", "broken", "busy again"}));
}

TEST_F(AnswerTest, gives_back_the_messages_that_were_not_started) {
  int left = 2;
  setup_.may_start = [&] { return left-- > 0; };
  std::string batch = batch_of({{"1", notification_of({"bronze/1.csv"})},
                                {"2", notification_of({"bronze/2.csv"})},
                                {"3", notification_of({"bronze/3.csv"})},
                                {"4", notification_of({"bronze/1.csv"})},
                                {"5", notification_of({"bronze/5.csv"})}});
  EXPECT_EQ(failed_items(batch), (std::vector<std::string>{"3", "5"}));
  left = 0;
  Failure late = failure(notification_of({"bronze/a.csv"}));
  EXPECT_EQ(late.error_type, "Function.Transient");
  EXPECT_NE(late.message.find("not started"), std::string::npos) << late.message;
}

TEST_F(AnswerTest, fails_a_batch_as_a_whole_when_a_failure_has_no_name) {
  std::string batch = R"({"Records":[{"body":"{","eventSource":"aws:sqs"},)"
                      R"({"messageId":"m","body":"{}"}]})";
  EXPECT_EQ(failure(batch).error_type, "Function.UnreadableEvent");
  EXPECT_TRUE(failed_items(R"({"Records":[{"body":"{\"Event\":\"s3:TestEvent\"}",)"
                           R"("eventSource":"aws:sqs"}]})")
                  .empty());
}

TEST_F(AnswerTest, answers_each_task_of_batch_operations) {
  Json json = answer(tasks_of({task_of("1", "bronze/a.csv"), task_of("2", "bronze/busy.csv"),
                               task_of("3", "bronze/denied.csv"),
                               task_of("4", "bronze/rejected.csv"), R"({"taskId":"5"})",
                               task_of("6", "silver/a.parquet"), task_of("7", "bronze/gone.csv")}));
  EXPECT_EQ(json.text_or("invocationSchemaVersion", ""), "2.0");
  EXPECT_EQ(json.text_or("invocationId", ""), "i");
  EXPECT_EQ(json.text_or("treatMissingKeysAs", ""), "PermanentFailure");
  const std::tuple<const char*, const char*, const char*> wanted[] = {
      {"1", "Succeeded", "success: 9 rows, 1 quarantined"},
      {"2", "TemporaryFailure", "bronze/busy.csv: the store is busy"},
      {"3", "PermanentFailure", "bronze/denied.csv: no right -> grant it"},
      {"4", "Succeeded", "rejected: the file is empty"},
      {"5", "PermanentFailure", "batch-operations: found no s3BucketArn, wanted a text there"},
      {"6", "Succeeded", "ignored: an event about \"silver/a.parquet\""},
      {"7", "Succeeded", "ignored: there is no such object, or no more"},
  };
  const Json::Array& results = json.find("results")->as_array();
  ASSERT_EQ(results.size(), std::size(wanted));
  for (size_t i = 0; i < results.size(); i++) {
    const auto& [id, code, text] = wanted[i];
    EXPECT_EQ(results[i].text_or("taskId", ""), id);
    EXPECT_EQ(results[i].text_or("resultCode", ""), code) << id;
    EXPECT_TRUE(results[i].text_or("resultString", "").starts_with(text))
        << results[i].text_or("resultString", "");
    EXPECT_LE(results[i].text_or("resultString", "").size(), 200U);
  }
  EXPECT_EQ(failure(R"({"invocationSchemaVersion":"1.0","tasks":{}})").error_type,
            "Function.UnreadableEvent");
}

TEST_F(AnswerTest, cuts_the_text_of_a_task_between_characters) {
  std::string key = "bronze/busy";
  for (int i = 0; i < 200; i++) key += "\xC3\xA9";
  for (const char* more : {"", "x"}) {
    Json json =
        answer(tasks_of({task_of("1", key + more + ".csv"), task_of("2", "bronze/" + key)}));
    std::string text = json.find("results")->as_array()[0].text_or("resultString", "");
    EXPECT_LE(text.size(), 200U);
    EXPECT_TRUE(text.ends_with("\xC3\xA9...")) << text;
  }
}

TEST_F(AnswerTest, is_cut_to_its_totals_before_it_is_too_large) {
  std::vector<std::string> keys;
  std::string filler(900, 'x');
  for (int i = 0; i < 5'000; i++) {
    keys.push_back("bronze/" + filler + std::to_string(i) + ".csv");
  }
  Json json = answer(notification_of(keys));
  EXPECT_TRUE(json.find("results")->as_array().empty());
  EXPECT_NE(json.text_or("note", "").find("the log has each"), std::string::npos);
  EXPECT_EQ(json.find("totals")->int_or("events", 0), 5'000);
  EXPECT_EQ(json.find("totals")->int_or("success", 0), 5'000);

  std::vector<std::string> tasks;
  for (int i = 0; i < 6'500; i++) {
    tasks.push_back(task_of(filler.substr(100) + std::to_string(i),
                            "bronze/busy" + filler.substr(0, 200) + ".csv"));
  }
  Json reply = answer(tasks_of(tasks));
  ASSERT_EQ(reply.find("results")->as_array().size(), 6'500U);
  EXPECT_EQ(reply.find("results")->as_array()[7].text_or("resultString", ""), "...");
  EXPECT_EQ(reply.find("results")->as_array()[7].text_or("resultCode", ""), "TemporaryFailure");
}

TEST_F(AnswerTest, is_never_larger_than_lambda_takes) {
  // Ids are echoed: six megabytes of them leave no room for the rest.
  std::string batch = batch_of({{std::string(answer_bytes_max, 'x'), "{"}});
  EXPECT_EQ(failure(batch).error_type, "Function.AnswerTooLarge");
}

}  // namespace
}  // namespace silversmith::smith
