// SPDX-License-Identifier: Apache-2.0
#include "smith/assembler.h"

#include <gtest/gtest.h>

#include "store/spool.h"
#include "support/engine.h"

namespace silversmith::smith {
namespace {

class AssemblerTest : public ::testing::Test {
 protected:
  AssemblerTest() {
    plan_.columns.resize(1);
    plan_.columns[0].name = "id";
    setup_.target = Target::csv;
  }

  SpanProduct product(uint64_t rows, uint64_t rejects, const std::string& text = "") {
    SpanProduct product;
    product.counts.rows = rows;
    product.counts.rows_quarantined = rejects;
    product.counts.rows_read = rows + rejects;
    if (rejects > 0) {
      product.counts.reasons["type-error"] = rejects;
      product.rejects_csv = spools_.make();
      SMITH_CHECK(product.rejects_csv->append("bad " + text).ok());
    }
    if (rows > 0) {
      product.text = spools_.make();
      SMITH_CHECK(product.text->append(text).ok());
    }
    return product;
  }

  store::BudgetSpools spools_{1 << 20, "/tmp"};
  frame::Plan plan_;
  SpanSetup setup_{.plan = plan_};
  contract::Limits limits_;
  test::TextOutputs outputs_;
  csv::SplitterTotals totals_;
};

TEST_F(AssemblerTest, joins_spans_and_adds_up_their_accounts) {
  Assembler assembler(setup_, limits_, outputs_);
  assembler.set_header_text("id;\n");
  EXPECT_TRUE(*assembler.add(product(2, 1, "1\n2\n")));
  EXPECT_TRUE(*assembler.add(product(1, 1, "3\n")));
  auto account = assembler.finish({}, totals_);
  ASSERT_TRUE(account.ok());
  EXPECT_FALSE(account->refused());
  EXPECT_EQ(account->rows_read, 5U);
  EXPECT_EQ(account->rows, 3U);
  EXPECT_EQ(account->reasons.at("type-error"), 2U);
  EXPECT_EQ(outputs_.silver_text(), "id\n1\n2\n3\n");
  EXPECT_EQ(outputs_.rejects_csv_text(), "id;\nbad 1\n2\nbad 3\n");
}

TEST_F(AssemblerTest, asks_for_no_reject_sink_without_a_reject) {
  Assembler assembler(setup_, limits_, outputs_);
  EXPECT_TRUE(*assembler.add(product(1, 0, "1\n")));
  ASSERT_TRUE(assembler.finish({}, totals_).ok());
  EXPECT_EQ(outputs_.rejects_csv_text(), "(none)");
  EXPECT_EQ(outputs_.rejects_parquet_text(), "(none)");
}

TEST_F(AssemblerTest, a_file_without_a_record_is_still_a_file) {
  Assembler assembler(setup_, limits_, outputs_);
  auto account = assembler.finish({}, totals_);
  ASSERT_TRUE(account.ok());
  EXPECT_FALSE(account->refused());
  EXPECT_EQ(outputs_.silver_text(), "id\n");
}

TEST_F(AssemblerTest, refuses_when_more_records_are_bad_than_allowed) {
  limits_.bad_rows_max = 1;
  Assembler assembler(setup_, limits_, outputs_);
  EXPECT_TRUE(*assembler.add(product(5, 1, "1\n")));
  EXPECT_FALSE(*assembler.add(product(5, 1, "2\n")));
  auto account = assembler.finish({}, totals_);
  ASSERT_TRUE(account.ok());
  ASSERT_EQ(account->faults.size(), 1U);
  EXPECT_EQ(account->faults[0].code, "limit-exceeded");
  EXPECT_NE(account->faults[0].message.find("maxBadRows"), std::string::npos);
  EXPECT_TRUE(account->balances());
}

TEST_F(AssemblerTest, the_ratio_counts_only_when_enough_was_read) {
  limits_.ratio_after_rows = 10;
  limits_.bad_ratio_max = 0.5;
  Assembler assembler(setup_, limits_, outputs_);
  EXPECT_TRUE(*assembler.add(product(1, 8, "1\n"))) << "nine records are too few to judge";
  EXPECT_FALSE(*assembler.add(product(1, 0, "2\n")));
  auto account = assembler.finish({}, totals_);
  ASSERT_TRUE(account.ok());
  EXPECT_NE(account->faults.at(0).message.find("80.00 %"), std::string::npos)
      << account->faults.at(0).message;
}

TEST_F(AssemblerTest, exactly_the_allowed_ratio_is_allowed) {
  limits_.ratio_after_rows = 10;
  Assembler assembler(setup_, limits_, outputs_);
  EXPECT_TRUE(*assembler.add(product(5, 5, "1\n")));
  EXPECT_FALSE(assembler.finish({}, totals_)->refused());
}

TEST_F(AssemblerTest, no_accepted_record_refuses_whatever_the_limits) {
  limits_.bad_ratio_max.reset();
  Assembler assembler(setup_, limits_, outputs_);
  EXPECT_TRUE(*assembler.add(product(0, 3)));
  EXPECT_TRUE(assembler.finish({}, totals_)->refused());
}

TEST_F(AssemblerTest, an_open_quote_refuses_and_gives_its_place) {
  totals_.open_quote_record = 7;
  totals_.open_quote_line = 9;
  totals_.open_quote_byte = 123;
  Assembler assembler(setup_, limits_, outputs_);
  EXPECT_TRUE(*assembler.add(product(1, 0, "1\n")));
  auto account = assembler.finish({}, totals_);
  EXPECT_EQ(account->faults.at(0).code, "unterminated-quote");
  EXPECT_NE(account->faults.at(0).message.find("byte 123"), std::string::npos);
}

TEST_F(AssemblerTest, keeps_the_first_hundred_rejects_of_all_spans) {
  Assembler assembler(setup_, limits_, outputs_);
  for (int64_t span = 0; span < 3; ++span) {
    SpanProduct full = product(100, 60, "1\n");
    for (int64_t i = 0; i < 60; ++i) full.counts.first_rejects.push_back(Json(span * 100 + i));
    EXPECT_TRUE(*assembler.add(std::move(full)));
  }
  auto account = assembler.finish({}, totals_);
  ASSERT_EQ(account->first_rejects.size(), first_rejects_max);
  EXPECT_EQ(account->first_rejects.back().as_int(), 139);
}

class FullOutputs : public test::TextOutputs {
 public:
  Result<ByteSink*> silver() override { return Error{Code::busy, "disk full", "", ""}; }
};

TEST_F(AssemblerTest, a_sink_that_fails_is_an_error) {
  FullOutputs full;
  Assembler assembler(setup_, limits_, full);
  auto going = assembler.add(product(1, 0, "1\n"));
  ASSERT_FALSE(going.ok());
  EXPECT_EQ(going.error().code, Code::busy);
}

}  // namespace
}  // namespace silversmith::smith
