// SPDX-License-Identifier: Apache-2.0
#include "handlers.h"

#include <gtest/gtest.h>

namespace silversmith::app {
namespace {

class Handlers : public ::testing::Test {
 protected:
  FunctionSetup setup() { return {settings, console, console.log(), progress}; }
  Error error_of(std::string_view handler) {
    auto work = make_work(handler, setup());
    return work.ok() ? Error{} : work.error();
  }
  // Why the function could not begin.
  std::string opening(std::string_view handler) {
    auto work = make_work(handler, setup());
    Result<> opened = (*work)->open();
    return opened.ok() ? "" : one_line(opened.error());
  }

  Settings settings;
  Console console;
  smith::Progress progress;
};

TEST_F(Handlers, are_chosen_by_name) {
  for (const char* handler : {"convert", "sweep", "catalog", "notify", "bootstrap", ""}) {
    EXPECT_TRUE(make_work(handler, setup()).ok()) << handler;
  }
  for (const char* handler : {"Convert", "index.handler", "convert "}) {
    Error error = error_of(handler);
    EXPECT_EQ(error.code, Code::invalid) << handler;
    EXPECT_NE(error.message.find(handler), std::string::npos);
    EXPECT_NE(error.hint.find("convert, sweep, catalog or notify"), std::string::npos);
  }
}

TEST_F(Handlers, say_which_setting_they_can_not_do_without) {
  for (const char* handler : {"sweep", "catalog", "notify"}) {
    EXPECT_NE(opening(handler).find("SILVERSMITH_LAKE is not set"), std::string::npos) << handler;
  }
  settings.set("lake", {"s3://lake"}, Origin::environment);
  EXPECT_NE(opening("catalog").find("SILVERSMITH_DATABASE is not set"), std::string::npos);
  EXPECT_NE(opening("notify").find("neither SILVERSMITH_TOPIC nor SILVERSMITH_WEBHOOK"),
            std::string::npos);
}

ItemOutcome item(const std::string& id, smith::Verdict verdict) {
  return {id, verdict, verdict == smith::Verdict::done ? "" : "why " + id, {}};
}

TEST(AnswerItems, a_queue_is_told_which_messages_are_to_come_again) {
  auto outcome = answer_items(
      Sender::queue, {item("a", smith::Verdict::done), item("b", smith::Verdict::transient),
                      item("c", smith::Verdict::misconfigured)});
  EXPECT_EQ(std::get<wire::Answer>(outcome).text,
            R"({"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"c"}]})");
  EXPECT_EQ(std::get<wire::Answer>(answer_items(Sender::queue, {})).text,
            R"({"batchItemFailures":[]})");
}

TEST(AnswerItems, who_has_no_id_fails_with_the_whole) {
  auto outcome = answer_items(
      Sender::queue, {item("a", smith::Verdict::transient), item("", smith::Verdict::unreadable)});
  EXPECT_TRUE(std::holds_alternative<wire::Failure>(outcome));
}

// What a repeat may mend comes first, as everywhere: then it is repeated.
TEST(AnswerItems, one_sender_is_told_the_worst) {
  auto outcome = answer_items(
      Sender::one, {item("a", smith::Verdict::transient), item("b", smith::Verdict::misconfigured),
                    item("c", smith::Verdict::done)});
  const auto& failure = std::get<wire::Failure>(outcome);
  EXPECT_EQ(failure.error_type, "Function.Transient");
  EXPECT_EQ(failure.message, "why a (and 1 more)");
}

TEST(AnswerItems, says_whether_anything_was_done) {
  ItemOutcome done = item("", smith::Verdict::done);
  done.results = {Json::object().set("status", "ignored"), Json::object().set("status", "success")};
  EXPECT_EQ(std::get<wire::Answer>(answer_items(Sender::one, {done})).text,
            R"({"status":"success","results":[{"status":"ignored"},{"status":"success"}]})");
  done.results.pop_back();
  EXPECT_EQ(std::get<wire::Answer>(answer_items(Sender::one, {done})).text,
            R"({"status":"ignored","results":[{"status":"ignored"}]})");
  EXPECT_EQ(std::get<wire::Answer>(answer_items(Sender::one, {})).text,
            R"({"status":"ignored","results":[]})");
}

TEST(AddError, takes_the_verdict_from_code_and_type) {
  ItemOutcome outcome;
  add_error(outcome, {Code::denied, "no right", "ask", ""});
  EXPECT_EQ(outcome.verdict, smith::Verdict::misconfigured);
  EXPECT_EQ(outcome.reason, "no right (ask)");
  add_error(outcome, {Code::busy, "throttled", "", ""});
  EXPECT_EQ(outcome.verdict, smith::Verdict::transient);
  EXPECT_EQ(outcome.reason, "throttled");
  add_error(outcome, {Code::corrupt, "broken", "", ""});
  EXPECT_EQ(outcome.reason, "throttled");
  EXPECT_EQ(outcome.results.size(), 3U);
  ItemOutcome event;
  add_error(event, {Code::invalid, "no event", "", "event-error"});
  EXPECT_EQ(event.verdict, smith::Verdict::unreadable);
}

}  // namespace
}  // namespace silversmith::app
