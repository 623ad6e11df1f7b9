// SPDX-License-Identifier: Apache-2.0
#include "smith/span_worker.h"

#include <gtest/gtest.h>

#include "store/spool.h"

namespace silversmith::smith {
namespace {

csv::Chunk chunk_of(std::string_view text, uint64_t records, csv::ChunkKind kind) {
  csv::Chunk chunk;
  chunk.kind = kind;
  chunk.buffer.append(text.data(), text.size());
  chunk.record_count = records;
  chunk.byte_offset = 100;
  chunk.first_record = 11;
  chunk.first_line = 21;
  for (char c : text) chunk.line_count += c == '\n' ? 1 : 0;
  return chunk;
}

std::string text_of(const std::unique_ptr<Spool>& spool) {
  if (spool == nullptr) return "(none)";
  std::string text(spool->size(), '\0');
  SMITH_CHECK(spool->read_at(0, text).ok());
  return text;
}

class SpanWorkerTest : public ::testing::Test {
 protected:
  SpanWorkerTest() {
    plan_.labels = {"id", "name"};
    plan_.columns.resize(2);
    plan_.columns[0].name = "id";
    plan_.columns[0].type.kind = frame::Kind::int64;
    plan_.columns[0].source = 0;
    plan_.columns[1].name = "name";
    plan_.columns[1].source = 1;
  }

  SpanSetup setup() {
    SpanSetup setup{.plan = plan_};
    setup.width = 2;
    setup.target = Target::csv;
    setup.schema = {{"id", {frame::Kind::int64}, false}, {"name", {frame::Kind::text}, false}};
    for (const frame::RejectField& field : frame::reject_fields()) {
      setup.reject_schema.push_back({std::string(field.name), field.type, false});
    }
    setup.reject_options.late_column = frame::late_reject_field;
    setup.spools = &spools_;
    return setup;
  }

  store::BudgetSpools spools_{1 << 20, "/tmp"};
  frame::Plan plan_;
};

TEST_F(SpanWorkerTest, counts_rows_rejects_and_blank_lines) {
  SpanSetup given = setup();
  SpanWorker worker(given);
  auto chunk = chunk_of("1,a\nx,b\n\n2,c\n", 4, csv::ChunkKind::records);
  ASSERT_TRUE(worker.consume(chunk).ok());
  auto product = worker.finish();
  ASSERT_TRUE(product.ok());
  EXPECT_EQ(product->counts.rows_read, 4U);
  EXPECT_EQ(product->counts.rows, 2U);
  EXPECT_EQ(product->counts.rows_quarantined, 1U);
  EXPECT_EQ(product->counts.rows_skipped, 1U);
  EXPECT_EQ(text_of(product->text), "1,a\n2,c\n");
  EXPECT_EQ(text_of(product->rejects_csv), "x,b\n");
  ASSERT_TRUE(product->rejects.has_value());
  EXPECT_EQ(product->rejects->rows(), 1U);
  EXPECT_TRUE(product->counts.failure.is_null());
}

TEST_F(SpanWorkerTest, begins_each_span_afresh) {
  SpanSetup given = setup();
  SpanWorker worker(given);
  ASSERT_TRUE(worker.consume(chunk_of("x,a\n", 1, csv::ChunkKind::records)).ok());
  ASSERT_TRUE(worker.finish().ok());
  ASSERT_TRUE(worker.consume(chunk_of("1,a\n", 1, csv::ChunkKind::records)).ok());
  auto product = worker.finish();
  ASSERT_TRUE(product.ok());
  EXPECT_EQ(product->counts.rows_read, 1U);
  EXPECT_EQ(product->counts.rows_quarantined, 0U);
  EXPECT_FALSE(product->rejects.has_value());
  EXPECT_EQ(product->rejects_csv, nullptr);
}

TEST_F(SpanWorkerTest, a_span_of_nothing_gives_nothing) {
  SpanSetup given = setup();
  SpanWorker worker(given);
  auto product = worker.finish();
  ASSERT_TRUE(product.ok());
  EXPECT_FALSE(product->row_group.has_value());
  EXPECT_EQ(product->text, nullptr);
}

TEST_F(SpanWorkerTest, pieces_of_a_long_record_are_one_reject_even_when_its_line_end_is_parted) {
  SpanSetup given = setup();
  SpanWorker worker(given);
  std::string piece(70'000, 'y');
  csv::Chunk first = chunk_of(piece, 1, csv::ChunkKind::oversize);
  csv::Chunk second = chunk_of("z\r", 0, csv::ChunkKind::oversize);
  csv::Chunk third = chunk_of("\n", 0, csv::ChunkKind::oversize);
  third.last = true;
  ASSERT_TRUE(worker.consume(first).ok());
  ASSERT_TRUE(worker.consume(second).ok());
  ASSERT_TRUE(worker.consume(third).ok());
  auto product = worker.finish();
  ASSERT_TRUE(product.ok());
  EXPECT_EQ(product->counts.rows_quarantined, 1U);
  EXPECT_EQ(text_of(product->rejects_csv), piece + "z\r\n");
  const Json& reject = product->counts.first_rejects.at(0);
  EXPECT_EQ(reject.int_or("byte_start", 0), 100);
  EXPECT_EQ(reject.int_or("byte_end", 0), 100 + 70'001);
  EXPECT_EQ(reject.int_or("row", 0), 11);
  EXPECT_EQ(reject.int_or("line", 0), 21);
  EXPECT_EQ(reject.int_or("line_end", 0), 21);
}

TEST_F(SpanWorkerTest, a_line_end_inside_a_quote_that_stays_open_belongs_to_the_record) {
  SpanSetup given = setup();
  SpanWorker worker(given);
  csv::Chunk only = chunk_of("\"yy\n", 1, csv::ChunkKind::oversize);
  only.last = true;
  only.open_quote = true;
  ASSERT_TRUE(worker.consume(only).ok());
  auto product = worker.finish();
  ASSERT_TRUE(product.ok());
  EXPECT_EQ(product->counts.first_rejects.at(0).int_or("byte_end", 0), 104);
}

TEST_F(SpanWorkerTest, keeps_the_first_record_that_met_the_action_fail) {
  plan_.structural = frame::Action::fail;
  SpanSetup given = setup();
  SpanWorker worker(given);
  auto chunk = chunk_of("1,a\n1\n1,2,3\n", 3, csv::ChunkKind::records);
  ASSERT_TRUE(worker.consume(chunk).ok());
  auto product = worker.finish();
  ASSERT_TRUE(product.ok());
  EXPECT_EQ(product->counts.failure.int_or("row", 0), 12);
  EXPECT_EQ(product->counts.failure.text_or("reason", ""), "missing-cell");
}

}  // namespace
}  // namespace silversmith::smith
