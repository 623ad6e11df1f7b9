// SPDX-License-Identifier: Apache-2.0
#include "smith/handler.h"

#include <gtest/gtest.h>

#include <set>

namespace silversmith::smith {
namespace {

struct Line {
  Level level = Level::debug;
  Json fields;
};

class Lines : public Log {
 public:
  void write(Level level, std::string_view, const Json& fields) override {
    lines.push_back({level, fields});
  }
  std::vector<Line> lines;
};

// A lake of some keys: each converge() is noted, and what is not there is `ignored`.
class HandlerTest : public testing::Test {
 protected:
  HandlerTest() {
    setup_.converge = [this](const std::string& bucket, const std::string& key) {
      converged_.push_back(bucket + "/" + key);
      RunResult result;
      result.bucket = bucket;
      result.account.key = key;
      result.status = Status::ignored;
      if (failures_.contains(key)) {
        result.status = Status::error;
        result.error = RunError{failures_.at(key), "", "what went wrong", "what to do"};
      } else if (objects_.contains(key)) {
        result.status = Status::success;
        result.account.rows = 3;
      }
      return result;
    };
    setup_.on_run = [this](const RunResult& result) { runs_.push_back(result.account.key); };
    setup_.bucket = "lake";
  }

  static bronze::Event event_of(std::string key) {
    bronze::Event event;
    event.bucket = "lake";
    event.raw_key = key;
    event.key = std::move(key);
    event.via = "s3";
    return event;
  }

  static bronze::Delivery delivery_of(std::vector<bronze::Event> events) {
    bronze::Delivery delivery;
    delivery.id = "m";
    delivery.events = std::move(events);
    return delivery;
  }

  DeliveryOutcome work(std::vector<bronze::Event> events) {
    return Handler(setup_).work(delivery_of(std::move(events)));
  }

  Handled only(bronze::Event event) { return work({std::move(event)}).events.at(0); }

  Lines log_;
  HandlerSetup setup_{.converge = {}, .log = log_};
  std::set<std::string> objects_ = {"bronze/a.csv", "bronze/b.csv"};
  std::map<std::string, Code> failures_;
  std::vector<std::string> converged_;
  std::vector<std::string> runs_;
};

TEST_F(HandlerTest, converges_what_is_under_bronze_in_order) {
  DeliveryOutcome outcome = work({event_of("bronze/b.csv"), event_of("bronze/a.csv")});
  EXPECT_EQ(outcome.id, "m");
  EXPECT_EQ(outcome.verdict, Verdict::done);
  EXPECT_EQ(converged_, (std::vector<std::string>{"lake/bronze/b.csv", "lake/bronze/a.csv"}));
  EXPECT_EQ(runs_, (std::vector<std::string>{"bronze/b.csv", "bronze/a.csv"}));
  ASSERT_EQ(log_.lines.size(), 2U);
  EXPECT_EQ(log_.lines[0].level, Level::info);
  EXPECT_EQ(log_.lines[0].fields.text_or("key", ""), "bronze/b.csv");
  EXPECT_EQ(log_.lines[0].fields.text_or("message_id", ""), "m");
  EXPECT_EQ(log_.lines[0].fields.text_or("via", ""), "s3");
}

TEST_F(HandlerTest, ignores_what_is_not_ours_and_says_why) {
  const std::pair<const char*, const char*> cases[] = {
      {"other/a.csv", "not under bronze/"},    {"a.csv", "not under bronze/"},
      {"contracts/orders.yaml", "a contract"}, {"bronze/notes.md", "does not end in .csv"},
      {"bronze/.hidden.csv", "hidden"},        {"bronze/folder/", "does not end in .csv"},
      {"x/bronze/a.csv", "not under bronze/"},
  };
  for (const auto& [key, why] : cases) {
    Handled handled = only(event_of(key));
    EXPECT_EQ(handled.result.status, Status::ignored) << key;
    EXPECT_NE(handled.note.find(why), std::string::npos) << key << ": " << handled.note;
    EXPECT_EQ(log_.lines.back().level, Level::info) << key;
  }
  bronze::Event foreign = event_of("bronze/a.csv");
  foreign.bucket = "another";
  EXPECT_EQ(only(foreign).note, "the bucket is another, the lake's is lake");
  EXPECT_TRUE(converged_.empty());
  EXPECT_TRUE(runs_.empty());
}

TEST_F(HandlerTest, is_loud_where_it_smells_of_a_loop) {
  for (const char* key : {"silver/a.parquet", "quarantine/a/1-2/rejects.csv", "silver/a.csv",
                          "receipts/a/1-2.json"}) {
    Handled handled = only(event_of(key));
    EXPECT_EQ(handled.result.status, Status::ignored) << key;
    EXPECT_EQ(handled.result.error->type, "event-loop");
    const Line& line = log_.lines.back();
    EXPECT_EQ(line.level, Level::warn) << key;
    EXPECT_EQ(line.fields.find("error")->text_or("code", ""), "event-loop");
  }
  // Silver of another bucket is where loops are looked for then.
  setup_.output_bucket = "served";
  bronze::Event served = event_of("silver/a.parquet");
  EXPECT_FALSE(only(served).result.error.has_value());
  served.bucket = "served";
  EXPECT_TRUE(only(served).result.error.has_value());
  EXPECT_EQ(work({served}).verdict, Verdict::done);
}

TEST_F(HandlerTest, follows_the_prefixes_of_the_lake) {
  setup_.prefixes = {"t/bronze/", "t/silver/", "t/quarantine/", "t/receipts/", "t/contracts/"};
  objects_ = {"t/bronze/a.csv"};
  EXPECT_EQ(only(event_of("t/bronze/a.csv")).result.status, Status::success);
  EXPECT_EQ(only(event_of("bronze/a.csv")).note, "the key is not under t/bronze/");
  EXPECT_TRUE(only(event_of("t/silver/a.parquet")).result.error.has_value());
}

TEST_F(HandlerTest, takes_the_bucket_of_each_event_when_no_lake_is_set) {
  setup_.bucket = "";
  bronze::Event event = event_of("bronze/a.csv");
  event.bucket = "any";
  EXPECT_EQ(only(event).result.status, Status::success);
  EXPECT_EQ(converged_.at(0), "any/bronze/a.csv");
  event.key = "silver/a.parquet";
  EXPECT_TRUE(only(event).result.error.has_value());
}

TEST_F(HandlerTest, ignores_removals_and_changes_of_other_kinds) {
  bronze::Event removed = event_of("bronze/a.csv");
  removed.change = bronze::Change::removed;
  EXPECT_EQ(only(removed).note, "the object was removed; silver keeps what it has");
  bronze::Event tagged = event_of("bronze/a.csv");
  tagged.change = bronze::Change::other;
  tagged.change_name = "ObjectTagging:Put";
  EXPECT_EQ(only(tagged).note, "ObjectTagging:Put brings no new bytes");
  EXPECT_TRUE(converged_.empty());
}

TEST_F(HandlerTest, converges_a_key_once_in_a_batch) {
  failures_["bronze/b.csv"] = Code::busy;
  Handler handler(setup_);
  DeliveryOutcome first = handler.work(delivery_of({event_of("bronze/a.csv")}));
  DeliveryOutcome second =
      handler.work(delivery_of({event_of("bronze/b.csv"), event_of("bronze/a.csv")}));
  DeliveryOutcome third = handler.work(delivery_of({event_of("bronze/b.csv")}));
  EXPECT_EQ(converged_.size(), 2U);
  EXPECT_EQ(runs_.size(), 2U);
  EXPECT_FALSE(first.events[0].coalesced);
  EXPECT_TRUE(second.events[1].coalesced);
  EXPECT_EQ(second.events[1].result.account.rows, 3U);
  EXPECT_EQ(third.verdict, Verdict::transient);  // it shares the failure too
  EXPECT_EQ(log_.lines.back().level, Level::debug);
  EXPECT_TRUE(log_.lines.back().fields.bool_or("coalesced", false));
}

TEST_F(HandlerTest, tries_the_other_reading_of_a_key_once_when_nothing_is_there) {
  objects_ = {"bronze/a b.csv"};
  bronze::Event event = event_of("bronze/a+b.csv");
  event.other_key = "bronze/a b.csv";
  Handled found = only(event);
  EXPECT_EQ(found.result.status, Status::success);
  EXPECT_EQ(found.result.account.key, "bronze/a b.csv");
  EXPECT_TRUE(found.fallback);
  EXPECT_EQ(handled_json(found).text_or("key_decoding", ""), "fallback");

  objects_ = {"bronze/a+b.csv", "bronze/a b.csv"};
  converged_.clear();
  EXPECT_FALSE(only(event).fallback);
  EXPECT_EQ(converged_, (std::vector<std::string>{"lake/bronze/a+b.csv"}));

  objects_ = {};
  Handled none = only(event);
  EXPECT_EQ(none.result.account.key, "bronze/a+b.csv");
  EXPECT_EQ(none.note, "there is no such object, or no more");
  EXPECT_FALSE(none.fallback);

  event.other_key = "silver/a b.csv";
  converged_.clear();
  only(event);
  EXPECT_EQ(converged_.size(), 1U) << "the other reading must be ours too";
}

TEST_F(HandlerTest, fails_for_what_a_repeat_or_an_operator_can_mend) {
  const std::pair<Code, Verdict> cases[] = {
      {Code::busy, Verdict::transient},        {Code::conflict, Verdict::transient},
      {Code::stopped, Verdict::transient},     {Code::denied, Verdict::misconfigured},
      {Code::invalid, Verdict::misconfigured}, {Code::corrupt, Verdict::misconfigured},
      {Code::limit, Verdict::misconfigured},
  };
  for (const auto& [code, verdict] : cases) {
    failures_["bronze/a.csv"] = code;
    EXPECT_EQ(work({event_of("bronze/a.csv")}).verdict, verdict) << name_of(code);
    EXPECT_EQ(log_.lines.back().level, Level::error);
  }
  failures_["bronze/b.csv"] = Code::busy;
  EXPECT_EQ(work({event_of("bronze/a.csv"), event_of("bronze/b.csv")}).verdict, Verdict::transient);
  for (Status status : {Status::success, Status::success_with_rejects, Status::duplicate,
                        Status::superseded, Status::ignored, Status::rejected}) {
    RunResult result;
    result.status = status;
    EXPECT_EQ(verdict_of(result), Verdict::done) << name_of(status);
  }
}

TEST_F(HandlerTest, starts_nothing_when_no_time_is_left) {
  int left = 1;
  setup_.may_start = [&] { return left-- > 0; };
  DeliveryOutcome outcome = work({event_of("bronze/a.csv"), event_of("bronze/b.csv"),
                                  event_of("bronze/a.csv"), event_of("silver/x.parquet")});
  EXPECT_EQ(converged_.size(), 1U);
  EXPECT_EQ(outcome.verdict, Verdict::transient);
  EXPECT_EQ(outcome.events[0].result.status, Status::success);
  EXPECT_EQ(outcome.events[1].result.status, Status::error);
  EXPECT_EQ(outcome.events[1].result.error->message, "not started: no time is left for it");
  EXPECT_EQ(outcome.events[2].result.status, Status::success) << "what is done needs no time";
  EXPECT_EQ(outcome.events[3].result.status, Status::ignored);
}

TEST_F(HandlerTest, works_on_what_it_can_read_and_tells_the_rest) {
  bronze::Delivery delivery = delivery_of({event_of("bronze/a.csv")});
  delivery.errors.push_back({Code::invalid, "found nothing", "look there", "event-error"});
  delivery.warnings.emplace_back("eventVersion is 3");
  DeliveryOutcome outcome = Handler(setup_).work(delivery);
  EXPECT_EQ(outcome.verdict, Verdict::unreadable);
  EXPECT_EQ(converged_.size(), 1U);
  ASSERT_EQ(log_.lines.size(), 3U);
  EXPECT_EQ(log_.lines[0].level, Level::warn);
  EXPECT_EQ(log_.lines[0].fields.text_or("note", ""), "eventVersion is 3");
  EXPECT_EQ(log_.lines[1].level, Level::error);
  EXPECT_EQ(log_.lines[1].fields.find("error")->text_or("code", ""), "event-error");
}

TEST_F(HandlerTest, has_nothing_to_do_for_a_test_event) {
  bronze::Delivery delivery = delivery_of({});
  delivery.idle_reason = "s3:TestEvent";
  DeliveryOutcome outcome = Handler(setup_).work(delivery);
  EXPECT_EQ(outcome.verdict, Verdict::done);
  EXPECT_EQ(outcome.idle_reason, "s3:TestEvent");
  EXPECT_EQ(log_.lines.at(0).level, Level::info);
}

}  // namespace
}  // namespace silversmith::smith
