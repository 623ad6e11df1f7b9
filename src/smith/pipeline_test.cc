// SPDX-License-Identifier: Apache-2.0
#include "smith/pipeline.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "parquet/reader.h"
#include "support/bytes.h"
#include "support/engine.h"

namespace silversmith::smith {
namespace {

using test::Bytes;
using test::convert;
using test::Made;

// The contract `orders`: id required, amount a number; `more` are further lines of the descriptor.
contract::Contract orders(const std::string& policy = "{}", const std::string& more = "") {
  return test::contract_of(
      "name: orders\n"
      "schema:\n"
      "  fields:\n"
      "    - {name: id, type: integer, constraints: {required: true}}\n"
      "    - {name: amount, type: number}\n"
      "\"silver:contract\": {version: 1, match: \"bronze/**\"}\n"
      "\"silver:policy\": " +
      policy + "\n" + more);
}

EngineOptions text_options() { return test::small_options(); }

EngineOptions parquet_options() {
  EngineOptions options = test::small_options();
  options.target = Target::parquet;
  return options;
}

TEST(Pipeline, writes_typed_columns_and_balances) {
  Made made = convert("id,amount\n1,2.5\n2,\n", parquet_options(), orders());
  EXPECT_EQ(made.account.rows_read, 2U);
  EXPECT_EQ(made.account.rows, 2U);
  EXPECT_TRUE(made.account.balances());
  EXPECT_EQ(made.rejects_csv, "(none)");
  EXPECT_EQ(made.rejects_parquet, "(none)");
  Bytes file(made.silver);
  auto reader = parquet::Reader::open(file);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  EXPECT_EQ(reader->rows(), 2U);
  EXPECT_EQ(reader->schema()[0].type.kind, frame::Kind::int64);
  EXPECT_EQ(reader->schema()[1].type.kind, frame::Kind::float64);
  EXPECT_TRUE(reader->verify().ok());
}

TEST(Pipeline, a_bad_record_never_harms_its_neighbour) {
  Made made = convert("id,amount\n1,1\nx,2\n3,3,3\n4\n\n5,y\n6,6\n", text_options(), orders());
  EXPECT_EQ(made.silver, "id,amount\n1,1\n6,6\n");
  EXPECT_EQ(made.rejects_csv, "id,amount\nx,2\n3,3,3\n4\n5,y\n");
  EXPECT_EQ(made.account.rows_read, 7U);
  EXPECT_EQ(made.account.rows_quarantined, 4U);
  EXPECT_EQ(made.account.rows_skipped, 1U);
  std::map<std::string, uint64_t> want = {
      {"type-error", 2}, {"extra-cell", 1}, {"missing-cell", 1}};
  EXPECT_EQ(made.account.reasons, want);
}

TEST(Pipeline, blank_lines_are_rejects_where_the_contract_says_so) {
  Made made =
      convert("id,amount\n1,1\n\n2,2\n\r\n", text_options(), orders("{blankLines: quarantine}"));
  EXPECT_EQ(made.account.rows_read, 4U);
  EXPECT_EQ(made.account.rows, 2U);
  EXPECT_EQ(made.account.rows_skipped, 0U);
  EXPECT_EQ(made.account.reasons, (std::map<std::string, uint64_t>{{"blank-row", 2}}));
  EXPECT_EQ(made.rejects_csv, "id,amount\n\n\r\n");
  ASSERT_EQ(made.account.first_rejects.size(), 2U);
  EXPECT_EQ(made.account.first_rejects[0].int_or("line", 0), 3);
  EXPECT_EQ(made.account.first_rejects[1].int_or("row", 0), 5);
}

TEST(Pipeline, the_action_fail_refuses_the_file_and_names_the_record) {
  for (const char* policy : {"{type: fail}", "{structural: fail}", "{required: fail}"}) {
    Made made = convert("id,amount\n1,1\nx,1\n2,2,2\n,3\n", text_options(), orders(policy));
    EXPECT_EQ(made.fault(), "limit-exceeded") << policy;
    EXPECT_NE(made.message().find("record "), std::string::npos) << made.message();
    EXPECT_NE(made.message().find("fail"), std::string::npos) << made.message();
  }
}

TEST(Pipeline, names_the_failing_record_behind_a_hundred_other_rejects) {
  std::string text = "id,amount\n";
  for (int i = 0; i < 150; ++i) text += "1,1,1\n";
  text += "x,1\n";
  Made made = convert(text, text_options(), orders("{type: fail}"));
  EXPECT_NE(made.message().find("line 152"), std::string::npos) << made.message();
}

TEST(Pipeline, a_record_that_is_too_long_is_a_reject_with_all_its_bytes) {
  EngineOptions options = text_options();
  options.dialect.record_bytes_max = 100;
  std::string large(5000, 'x');
  Made made = convert("id,amount\n1,1\n2," + large + "\r\n3,3\n", options, orders());
  EXPECT_EQ(made.silver, "id,amount\n1,1\n3,3\n");
  EXPECT_EQ(made.rejects_csv, "id,amount\n2," + large + "\r\n");
  EXPECT_EQ(made.account.reasons, (std::map<std::string, uint64_t>{{"record-too-long", 1}}));
  const Json& reject = made.account.first_rejects.at(0);
  EXPECT_EQ(reject.int_or("row", 0), 3);
  EXPECT_EQ(reject.int_or("line", 0), 3);
  EXPECT_EQ(reject.int_or("line_end", 0), 3);
  EXPECT_EQ(reject.int_or("byte_start", 0), 14);
  EXPECT_EQ(reject.int_or("byte_end", 0), 14 + 2 + 5000);
}

TEST(Pipeline, a_quote_open_over_lines_to_the_end_refuses_the_file) {
  Made made = convert("id,amount\n1,1\n2,\"2\n3,3\n", text_options(), orders());
  EXPECT_EQ(made.fault(), "unterminated-quote");
  EXPECT_NE(made.message().find("line 3"), std::string::npos) << made.message();
}

TEST(Pipeline, a_quote_open_on_the_last_line_is_a_reject) {
  Made made = convert("id,amount\n1,1\n2,\"2", text_options(), orders());
  EXPECT_EQ(made.fault(), "");
  EXPECT_EQ(made.account.reasons, (std::map<std::string, uint64_t>{{"unterminated-quote", 1}}));
}

TEST(Pipeline, a_file_of_which_no_record_is_accepted_is_refused) {
  Made made = convert("id,amount\nx,1\n", text_options(), orders());
  EXPECT_EQ(made.fault(), "limit-exceeded");
}

TEST(Pipeline, a_header_alone_is_an_empty_table) {
  Made made = convert("id,amount\n", parquet_options(), orders());
  EXPECT_EQ(made.fault(), "");
  EXPECT_EQ(made.account.rows_read, 0U);
  Bytes file(made.silver);
  auto reader = parquet::Reader::open(file);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  EXPECT_EQ(reader->schema().size(), 2U);
}

TEST(Pipeline, fewer_rows_than_the_contract_wants_refuse_the_file) {
  Made made = convert("id,amount\n1,1\n", text_options(), orders("{limits: {minRows: 2}}"));
  EXPECT_EQ(made.fault(), "row-count");
}

TEST(Pipeline, no_byte_is_a_fault_of_the_source) {
  EXPECT_EQ(convert("", text_options()).fault(), "source-error");
  EXPECT_EQ(convert("", parquet_options(), orders()).fault(), "source-error");
  EngineOptions headerless = text_options();
  headerless.overrides.header = false;
  EXPECT_EQ(convert("", headerless).fault(), "source-error");
}

TEST(Pipeline, no_byte_is_an_empty_table_where_that_is_asked_for) {
  EngineOptions options = text_options();
  options.empty_source = EmptySource::table;
  EXPECT_EQ(convert("", options).silver, "");
  options.overrides.header = false;
  EXPECT_EQ(convert("", options).silver, "");
  EXPECT_EQ(convert("", options, orders()).silver, "");
  options.target = Target::parquet;
  EXPECT_EQ(convert("", options).fault(), "source-error");
  Bytes file(convert("", options, orders()).silver);
  auto reader = parquet::Reader::open(file);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  EXPECT_EQ(reader->schema().size(), 2U);
  EXPECT_EQ(reader->rows(), 0U);
}

TEST(Pipeline, files_without_a_header_have_columns_by_position) {
  EngineOptions options = text_options();
  options.overrides.header = false;
  EXPECT_EQ(convert("1,a\n2,b\n", options).silver, "column_1,column_2\n1,a\n2,b\n");
  EXPECT_EQ(convert("1,2\n", options, orders()).silver, "id,amount\n1,2\n");
}

TEST(Pipeline, faults_of_the_header_refuse_the_file) {
  auto fault = [](const std::string& header) {
    return convert(header + "\n1,2\n", text_options(), orders()).fault();
  };
  EXPECT_EQ(fault("id"), "missing-label");
  EXPECT_EQ(fault("id,amount,more"), "extra-label");
  EXPECT_EQ(fault("amount,id"), "incorrect-label");
  EXPECT_EQ(fault("id,id"), "duplicate-label");
  EXPECT_EQ(fault("id,"), "blank-label");
  EXPECT_EQ(fault(""), "blank-header");
  EXPECT_EQ(fault("id,\xff"), "encoding-error");
}

TEST(Pipeline, a_header_longer_than_a_record_may_be_refuses_the_file) {
  EngineOptions options = text_options();
  options.dialect.record_bytes_max = 10;
  EXPECT_EQ(convert("a,b,c,d,e,f,g,h,i,j\n1\n", options).fault(), "limit-exceeded");
}

TEST(Pipeline, too_many_columns_refuse_the_file) {
  std::string header(limits::columns_max, ',');
  EXPECT_EQ(convert(header + "a\n", text_options()).fault(), "limit-exceeded");
}

TEST(Pipeline, types_follow_from_the_whole_file_not_from_its_beginning) {
  EngineOptions options = parquet_options();
  options.chunk_bytes = 8;
  std::string text = "a,b,c\n";
  for (int i = 0; i < 100; ++i) text += "1,2,true\n";
  text += "1.5,x,false\n";
  Bytes file(convert(text, options).silver);
  auto reader = parquet::Reader::open(file);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  EXPECT_EQ(reader->schema()[0].type.kind, frame::Kind::float64);
  EXPECT_EQ(reader->schema()[1].type.kind, frame::Kind::text);
  EXPECT_EQ(reader->schema()[2].type.kind, frame::Kind::boolean);
}

TEST(Pipeline, stops_when_asked_to) {
  Progress progress;
  progress.stop = true;
  PipelineSetup setup;
  setup.options = text_options();
  setup.progress = &progress;
  auto made = test::try_convert(setup, test::source_of("a\n1\n"));
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Code::stopped);
}

TEST(Pipeline, counts_its_progress) {
  Progress progress;
  PipelineSetup setup;
  setup.options = text_options();
  setup.contract = orders();
  setup.progress = &progress;
  auto made = test::try_convert(setup, test::source_of("id,amount\n1,1\nx,1\n"));
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(progress.raw_bytes.load(), 18U);
  EXPECT_EQ(progress.rows.load(), 1U);
  EXPECT_EQ(progress.rejects.load(), 1U);
}

TEST(Pipeline, a_source_that_fails_is_an_error_and_no_fault) {
  PipelineSetup setup;
  setup.options = text_options();
  auto made = test::try_convert(setup, []() -> Result<std::unique_ptr<ByteSource>> {
    return Error{Code::busy, "not now", "", ""};
  });
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Code::busy);
}

TEST(Pipeline, refuses_a_memory_budget_below_the_floor) {
  PipelineSetup setup;
  setup.options = text_options();
  setup.options.memory_bytes_max = 1;
  auto made = test::try_convert(setup, test::source_of("a\n1\n"));
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Code::denied);
}

}  // namespace
}  // namespace silversmith::smith
