// SPDX-License-Identifier: Apache-2.0
#include "smith/ledger.h"

#include <gtest/gtest.h>

namespace silversmith::smith {
namespace {

constexpr int64_t second = 1'000'000;
constexpr int64_t now = 1'700'000'000 * second;

LedgerContext context() {
  LedgerContext context;
  context.command = "sweep";
  context.lake = "s3://lake";
  context.run_id = "run";
  context.duration_ms = 7;
  context.wall_micros = now;
  return context;
}

Ledger mixed() {
  Ledger ledger;
  ledger.objects = 4;
  ledger.complete = true;
  ledger.add(Fate::duplicate, now - 900 * second, Ledger::Found::processed);
  ledger.add(Fate::converted, now - 300 * second, Ledger::Found::unprocessed);
  ledger.add(Fate::queued, now - 60 * second, Ledger::Found::unprocessed);
  ledger.add(Fate::resting, now - second, Ledger::Found::processed);
  return ledger;
}

TEST(Ledger, balances_when_every_object_has_a_fate) {
  Ledger ledger = mixed();
  EXPECT_TRUE(ledger.balances());
  ledger.objects++;
  EXPECT_FALSE(ledger.balances());
}

TEST(Ledger, is_reconciled_when_nothing_is_left_and_settled_when_the_rest_is_in_hand) {
  Ledger ledger;
  EXPECT_FALSE(ledger.settled()) << "not listed to the end";
  ledger.complete = true;
  EXPECT_TRUE(ledger.reconciled());
  for (Fate fate : {Fate::converted, Fate::duplicate, Fate::rejected, Fate::ignored}) {
    ledger.add(fate, now, Ledger::Found::processed);
  }
  EXPECT_TRUE(ledger.reconciled());
  for (Fate fate : {Fate::queued, Fate::resting, Fate::older, Fate::pending, Fate::error}) {
    Ledger left = ledger;
    left.add(fate, now, Ledger::Found::processed);
    EXPECT_FALSE(left.reconciled()) << name_of(fate);
    EXPECT_EQ(left.settled(), fate != Fate::pending && fate != Fate::error) << name_of(fate);
  }
  ledger.unreadable = 1;
  EXPECT_FALSE(ledger.settled());
}

TEST(Ledger, gives_every_status_a_fate) {
  auto fate = [](Status status, Code code) {
    RunResult result;
    result.status = status;
    if (status == Status::error) result.error = RunError{code, "", "", ""};
    return fate_of(result);
  };
  EXPECT_EQ(fate(Status::success, Code::busy), Fate::converted);
  EXPECT_EQ(fate(Status::success_with_rejects, Code::busy), Fate::converted);
  EXPECT_EQ(fate(Status::duplicate, Code::busy), Fate::duplicate);
  EXPECT_EQ(fate(Status::superseded, Code::busy), Fate::duplicate);
  EXPECT_EQ(fate(Status::ignored, Code::busy), Fate::ignored);
  EXPECT_EQ(fate(Status::rejected, Code::busy), Fate::rejected);
  EXPECT_EQ(fate(Status::error, Code::denied), Fate::error);
  EXPECT_EQ(fate(Status::error, Code::stopped), Fate::pending);
}

TEST(Ledger, tells_its_counts_and_ages_as_json) {
  Json json = ledger_json(mixed(), context());
  EXPECT_EQ(json.text_or("schema", ""), "silversmith.reconciliation/1");
  EXPECT_EQ(json.int_or("objects", 0), 4);
  const Json* counts = json.find("counts");
  ASSERT_NE(counts, nullptr);
  int64_t sum = 0;
  for (size_t i = 0; i < fate_count; ++i) {
    int64_t count = counts->int_or(name_of(static_cast<Fate>(i)), -1);
    ASSERT_GE(count, 0);
    sum += count;
  }
  EXPECT_EQ(sum, 4);
  EXPECT_EQ(json.int_or("oldest_found_seconds", 0), 300) << "a duplicate was not waiting";
  EXPECT_EQ(json.int_or("oldest_left_seconds", 0), 60) << "what was converted waits no more";
  EXPECT_EQ(json.find("error"), nullptr);
  LedgerContext failed = context();
  failed.error = Error{Code::denied, "no", "do", "configuration-error"};
  EXPECT_EQ(ledger_json(mixed(), failed).find("error")->text_or("code", ""), "configuration-error");
}

TEST(Ledger, has_no_age_where_nothing_waited) {
  Json json = ledger_json(Ledger(), context());
  EXPECT_TRUE(json.find("oldest_found_seconds")->is_null());
  Ledger ahead;
  ahead.add(Fate::pending, now + 60 * second, Ledger::Found::unprocessed);
  EXPECT_EQ(ledger_json(ahead, context()).int_or("oldest_found_seconds", -1), 0);
}

TEST(Ledger, tells_people_what_is_left_and_where_to_go_on) {
  EXPECT_EQ(ledger_text(mixed(), context()),
            "4 objects: 1 converted, 1 duplicate, 1 queued, 1 resting; the oldest that was "
            "unprocessed is 5 min old");
  Ledger stopped;
  stopped.objects = 1;
  stopped.add(Fate::duplicate, now, Ledger::Found::processed);
  stopped.last_key = "bronze/a.csv";
  EXPECT_EQ(ledger_text(stopped, context()),
            "1 object: 1 duplicate; not all were listed; to go on there: --after bronze/a.csv");
}

TEST(Ledger, makes_metrics_whose_names_stand_at_the_root) {
  std::string text = ledger_emf(mixed(), context(), Level::warn);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  Result<Json> line = parse_json(text);
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(line->text_or("level", ""), "warn");
  EXPECT_EQ(line->text_or("Lake", ""), "s3://lake");
  EXPECT_EQ(line->int_or("OldestUnprocessedSeconds", 0), 300);
  EXPECT_EQ(line->int_or("OldestLeftSeconds", 0), 60);
  EXPECT_EQ(line->int_or("SweptFiles", 0), 4);
  const Json& directive = line->find("_aws")->find("CloudWatchMetrics")->as_array().at(0);
  EXPECT_EQ(directive.find("Dimensions")->dump(), R"([["Lake"]])");
  for (const Json& metric : directive.find("Metrics")->as_array()) {
    EXPECT_NE(line->find(metric.text_or("Name", "")), nullptr) << metric.dump();
  }
}

TEST(Ledger, tells_when_a_sweep_did_not_reach_the_end) {
  auto cut = [](const Ledger& ledger) {
    return parse_json(ledger_emf(ledger, context(), Level::info))->int_or("SweepsCutShort", -1);
  };
  Ledger whole;
  whole.complete = true;
  whole.add(Fate::error, now, Ledger::Found::unprocessed);
  EXPECT_EQ(cut(whole), 0);
  whole.add(Fate::pending, now, Ledger::Found::unprocessed);
  EXPECT_EQ(cut(whole), 1);
  Ledger part;
  EXPECT_EQ(cut(part), 1);
}

TEST(Ledger, is_not_reconciled_where_it_began_behind_a_key) {
  Ledger whole;
  whole.complete = true;
  LedgerContext here = context();
  here.after = "";
  EXPECT_TRUE(ledger_json(whole, here).find("reconciled")->as_bool());
  here.after = "bronze/m.csv";
  EXPECT_FALSE(ledger_json(whole, here).find("reconciled")->as_bool());
  EXPECT_EQ(ledger_text(whole, here), "0 objects");
}

TEST(Ledger, makes_a_dimension_of_any_lake) {
  LedgerContext here = context();
  here.lake = "lakes/caf\xC3\xA9 two";
  Json line = parse_json(ledger_emf(mixed(), here, Level::info)).value();
  EXPECT_EQ(line.text_or("Lake", ""), "lakes/caf___two");
}

}  // namespace
}  // namespace silversmith::smith
