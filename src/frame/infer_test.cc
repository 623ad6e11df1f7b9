// SPDX-License-Identifier: Apache-2.0
#include "frame/infer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "frame/builder.h"
#include "support/made_records.h"
#include "support/value_oracle.h"

namespace silversmith::frame {
namespace {

std::string csv_of(const std::vector<std::string>& cells) {
  std::string text;
  for (const std::string& cell : cells) text += cell + ",\n";
  return text;
}

std::string inferred(const std::vector<std::string>& cells) {
  MadeRecords records(csv_of(cells), 2);
  TypeScan scan({}, 2);
  scan.observe(*records);
  return describe(scan.types()[0]);
}

TEST(TypeScan, finds_each_type) {
  EXPECT_EQ(inferred({"1", "-2", "0", "-0"}), "int64");
  EXPECT_EQ(inferred({"9223372036854775807"}), "int64");
  EXPECT_EQ(inferred({"9223372036854775808"}), "text");
  EXPECT_EQ(inferred({"1", "2.5"}), "double");
  EXPECT_EQ(inferred({"1e3", ".5", "-1."}), "double");
  EXPECT_EQ(inferred({"1.5e-00010"}), "double") << "no date, though a - stands where one has it";
  EXPECT_EQ(inferred({"true", "FALSE", "True"}), "boolean");
  EXPECT_EQ(inferred({"tRUE"}), "text");
  EXPECT_EQ(inferred({"2024-02-29"}), "date");
  EXPECT_EQ(inferred({"2023-02-29"}), "text");
  EXPECT_EQ(inferred({"2024-02-29T00:00:00"}), "timestamp");
  EXPECT_EQ(inferred({"2024-02-29 00:00:00.5Z"}), "timestamp(utc)");
  EXPECT_EQ(inferred({"a"}), "text");
  EXPECT_EQ(inferred({""}), "text");
}

TEST(TypeScan, one_leading_zero_or_plus_makes_text) {
  EXPECT_EQ(inferred({"1", "007"}), "text");
  EXPECT_EQ(inferred({"-01"}), "text");
  EXPECT_EQ(inferred({"007.5"}), "text");
  EXPECT_EQ(inferred({"0.5"}), "double");
  EXPECT_EQ(inferred({"+1"}), "text");
  EXPECT_EQ(inferred({" 1"}), "text");
  EXPECT_EQ(inferred({"NaN"}), "text");
  EXPECT_EQ(inferred({"INF", "-INF"}), "text");
}

TEST(TypeScan, never_puts_a_wide_integer_into_a_double) {
  EXPECT_EQ(inferred({"9007199254740992", "0.5"}), "double");
  EXPECT_EQ(inferred({"9007199254740993", "0.5"}), "text");
  EXPECT_EQ(inferred({"-9007199254740993", "0.5"}), "text");
  EXPECT_EQ(inferred({"1e20"}), "text");
  EXPECT_EQ(inferred({"1.0e20"}), "double");
  EXPECT_EQ(inferred({"1.0e999"}), "text");
}

TEST(TypeScan, mixes_fall_to_text_and_nulls_change_nothing) {
  EXPECT_EQ(inferred({"1", "true"}), "text");
  EXPECT_EQ(inferred({"2024-01-01", "2024-01-01T00:00"}), "text");
  EXPECT_EQ(inferred({"2024-01-01T00:00Z", "2024-01-01T00:00"}), "text");
  EXPECT_EQ(inferred({"", "1", ""}), "int64");
  EXPECT_EQ(inferred({"\"\"", "1"}), "int64");
  EXPECT_EQ(inferred({"\"\""}), "text");
  EXPECT_EQ(inferred({"\"12\"", "3"}), "int64");
}

const std::vector<std::string>& pool() {
  static const std::vector<std::string> cells = {"",
                                                 "0",
                                                 "-0",
                                                 "1",
                                                 "-1",
                                                 "12345678",
                                                 "9007199254740992",
                                                 "9007199254740993",
                                                 "-9007199254740994",
                                                 "9223372036854775807",
                                                 "-9223372036854775808",
                                                 "9223372036854775808",
                                                 "99999999999999999999",
                                                 "0.5",
                                                 ".5",
                                                 "5.",
                                                 "-.5",
                                                 "1e5",
                                                 "1E-5",
                                                 "1e20",
                                                 "1.0e20",
                                                 "1e999",
                                                 "1.0e999",
                                                 "00",
                                                 "01",
                                                 "-01",
                                                 "00.5",
                                                 "0e5",
                                                 "+1",
                                                 "+0.5",
                                                 "NaN",
                                                 "inf",
                                                 "-INF",
                                                 "true",
                                                 "True",
                                                 "TRUE",
                                                 "false",
                                                 "tRue",
                                                 "2024-01-01",
                                                 "2024-02-30",
                                                 "2024-01-01T00:00:00",
                                                 "2024-01-01 00:00",
                                                 "2024-01-01T00:00:00.123456",
                                                 "2024-01-01T00:00:00.1234567",
                                                 "2024-01-01T00:00:00Z",
                                                 "2024-01-01T00:00:00+02:00",
                                                 "0001-01-01T00:00+01:00",
                                                 "-",
                                                 ".",
                                                 "x",
                                                 "1 ",
                                                 " 1",
                                                 "1e",
                                                 "e1",
                                                 "-2024-01-01",
                                                 "12345678901234567890123",
                                                 "1.7976931348623157e308"};
  return cells;
}

std::vector<std::string> random_cells(std::mt19937_64& random) {
  // Few distinct cells a column, so that columns of one kind come up often.
  std::vector<std::string> kinds;
  for (uint64_t i = 0; i <= random() % 3; ++i) kinds.push_back(pool()[random() % pool().size()]);
  std::vector<std::string> cells;
  for (uint64_t i = 0; i <= random() % 12; ++i) cells.push_back(kinds[random() % kinds.size()]);
  return cells;
}

TEST(TypeScan, agrees_with_the_oracle) {
  for (const std::string& cell : pool()) {
    for (const std::string& other : pool()) {
      ASSERT_EQ(inferred({cell, other}), oracle::infer({cell, other})) << cell << " " << other;
    }
  }
  std::mt19937_64 random(6);
  for (int i = 0; i < 500; ++i) {
    std::vector<std::string> cells = random_cells(random);
    ASSERT_EQ(inferred(cells), oracle::infer(cells)) << csv_of(cells);
  }
}

TEST(TypeScan, merges_in_any_order_and_split) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 500; ++i) {
    std::vector<std::string> cells = random_cells(random);
    std::vector<TypeScan> scans;
    for (size_t at = 0; at < cells.size();) {
      size_t size = 1 + random() % (cells.size() - at);
      auto first = cells.begin() + static_cast<ptrdiff_t>(at);
      MadeRecords records(csv_of({first, first + static_cast<ptrdiff_t>(size)}), 2);
      scans.emplace_back(csv::Dialect{}, 2);
      scans.back().observe(*records);
      at += size;
    }
    std::shuffle(scans.begin(), scans.end(), random);
    for (size_t s = 1; s < scans.size(); ++s) scans[0].merge(scans[s]);
    ASSERT_EQ(describe(scans[0].types()[0]), inferred(cells)) << csv_of(cells);
  }
}

TEST(TypeScan, what_it_finds_never_rejects) {
  std::mt19937_64 random(8);
  for (int i = 0; i < 1000; ++i) {
    std::vector<std::string> cells = random_cells(random);
    MadeRecords records(csv_of(cells), 2);
    TypeScan scan({}, 2);
    scan.observe(*records);
    Plan plan;
    plan.labels = {"a", "b"};
    ColumnPlan column;
    column.name = "a";
    column.type = scan.types()[0];
    column.source = 0;
    column.null_tokens = {""};
    column.true_values = {"true", "True", "TRUE"};
    column.false_values = {"false", "False", "FALSE"};
    plan.columns.push_back(column);
    Builder builder(plan, 2);
    const Batch& batch = builder.build(*records, {});
    ASSERT_EQ(batch.rows, cells.size()) << csv_of(cells);
    ASSERT_TRUE(batch.rejects.empty()) << csv_of(cells);
  }
}

TEST(MendLabels, makes_every_name_its_own) {
  using Labels = std::vector<std::string>;
  EXPECT_EQ(mend_labels({"a", "b"}), (Labels{"a", "b"}));
  EXPECT_EQ(mend_labels({"a", "a", "a"}), (Labels{"a", "a.1", "a.2"}));
  EXPECT_EQ(mend_labels({"a", "a", "a.1"}), (Labels{"a", "a.2", "a.1"}));
  EXPECT_EQ(mend_labels({"", "", "column_2"}), (Labels{"column_1", "column_2.1", "column_2"}));
}

}  // namespace
}  // namespace silversmith::frame
