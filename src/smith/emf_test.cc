// SPDX-License-Identifier: Apache-2.0
#include "smith/emf.h"

#include <gtest/gtest.h>

#include <set>

namespace silversmith::smith {
namespace {

constexpr int64_t now = 1'700'000'000'123'456;

RunResult run_of(Status status) {
  RunResult result;
  result.status = status;
  result.run_id = "r";
  result.bucket = "data-lake";
  result.account.key = "bronze/orders/a.csv";
  result.account.contract = "orders";
  result.account.contract_version = 3;
  result.account.rows_read = 10;
  result.account.rows = 9;
  result.account.rows_quarantined = 1;
  result.account.bytes_in = 100;
  result.bytes_out = 50;
  result.duration_ms = 12;
  return result;
}

bool is_printed_ascii(std::string_view text) {
  for (char c : text) {
    if (c <= ' ' || c >= 0x7F) return false;
  }
  return !text.empty();
}

// What the specification asks of one directive and of the members that it names.
void expect_directive(const Json& directive, const Json& root) {
  const std::string space = directive.text_or("Namespace", "");
  EXPECT_TRUE(!space.empty() && space.size() <= 1024);
  const Json::Array& sets = directive.find("Dimensions")->as_array();
  EXPECT_FALSE(sets.empty());
  for (const Json& set : sets) {
    EXPECT_LE(set.as_array().size(), 30U);
    for (const Json& name : set.as_array()) {
      const Json* value = root.find(name.as_string());
      ASSERT_NE(value, nullptr) << name.as_string();
      ASSERT_TRUE(value->is_string()) << name.as_string();
      EXPECT_TRUE(is_printed_ascii(value->as_string())) << value->as_string();
      EXPECT_LE(value->as_string().size(), 1024U);
      EXPECT_FALSE(value->as_string().starts_with(':'));
    }
  }
  const std::set<std::string> units = {"Count", "Bytes", "Milliseconds"};
  std::set<std::string> names;
  for (const Json& metric : directive.find("Metrics")->as_array()) {
    std::string name = metric.text_or("Name", "");
    EXPECT_TRUE(names.insert(name).second) << name << " is there twice";
    EXPECT_TRUE(units.contains(metric.text_or("Unit", ""))) << name;
    int64_t resolution = metric.int_or("StorageResolution", 60);
    EXPECT_TRUE(resolution == 1 || resolution == 60) << name;
    const Json* value = root.find(name);
    ASSERT_NE(value, nullptr) << name;
    EXPECT_TRUE(value->is_number()) << name;
  }
  EXPECT_FALSE(names.empty());
  EXPECT_LE(names.size(), 100U);
}

// One line, its directives and their members. Returns it as JSON.
Json expect_emf(const std::string& line) {
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_LT(line.size(), size_t{1} << 20);
  EXPECT_TRUE(line.starts_with('{') && line.ends_with('}'));
  Json root = parse_json(line).value();
  const Json* aws = root.find("_aws");
  EXPECT_EQ(aws->int_or("Timestamp", 0), now / 1000);
  EXPECT_FALSE(aws->find("CloudWatchMetrics")->as_array().empty());
  for (const Json& directive : aws->find("CloudWatchMetrics")->as_array()) {
    expect_directive(directive, root);
  }
  return root;
}

TEST(Emf, holds_the_specification_for_every_status) {
  for (size_t i = 0; i < status_count; i++) {
    for (bool repeated : {false, true}) {
      RunResult result = run_of(static_cast<Status>(i));
      result.repeated = repeated;
      expect_emf(emf_line(result, {}, now));
    }
  }
}

TEST(Emf, counts_what_the_run_did) {
  Json line = expect_emf(emf_line(run_of(Status::success_with_rejects), {}, now));
  EXPECT_EQ(line.text_or("Pipeline", ""), "orders");
  EXPECT_EQ(line.text_or("Contract", ""), "orders@3");
  EXPECT_EQ(line.int_or("Files", -1), 1);
  EXPECT_EQ(line.int_or("RowsRead", -1), 10);
  EXPECT_EQ(line.int_or("RowsInvalid", -1), 1);
  EXPECT_EQ(line.int_or("RowsWritten", -1), 9);
  EXPECT_EQ(line.int_or("RejectedFiles", -1), 0);
  EXPECT_EQ(line.int_or("FailedFiles", -1), 0);
  EXPECT_EQ(line.int_or("BytesRead", -1), 100);
  EXPECT_EQ(line.int_or("BytesWritten", -1), 50);
  EXPECT_EQ(line.int_or("ConvertMs", -1), 12);
  EXPECT_EQ(line.text_or("key", ""), "bronze/orders/a.csv");
  EXPECT_EQ(line.text_or("bucket", ""), "data-lake");

  Json rejected = expect_emf(emf_line(run_of(Status::rejected), {}, now));
  EXPECT_EQ(rejected.int_or("RejectedFiles", -1), 1);
  EXPECT_EQ(rejected.int_or("RowsWritten", -1), 0);
  EXPECT_EQ(expect_emf(emf_line(run_of(Status::error), {}, now)).int_or("FailedFiles", -1), 1);
}

TEST(Emf, counts_no_rows_twice) {
  Json duplicate = expect_emf(emf_line(run_of(Status::duplicate), {}, now));
  EXPECT_EQ(duplicate.int_or("DuplicateFiles", -1), 1);
  for (const char* name : {"RowsRead", "RowsInvalid", "ConvertMs"}) {
    EXPECT_EQ(duplicate.find(name), nullptr) << name;
  }
  RunResult known = run_of(Status::rejected);
  known.repeated = true;
  Json line = expect_emf(emf_line(known, {}, now));
  EXPECT_EQ(line.int_or("RejectedFiles", -1), 1);
  EXPECT_EQ(line.find("RowsRead"), nullptr);
}

TEST(Emf, carries_the_configured_level_so_that_lambda_keeps_it) {
  for (Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
    EmfOptions options;
    options.level = level;
    Json line = expect_emf(emf_line(run_of(Status::success), options, now));
    EXPECT_EQ(line.text_or("level", ""), name_of(level));
    EXPECT_EQ(line.text_or("timestamp", ""), "2023-11-14T22:13:20.123Z");
  }
}

TEST(Emf, never_uses_key_or_bucket_as_a_dimension) {
  Json line = parse_json(emf_line(run_of(Status::success), {}, now)).value();
  const Json& directive = line.find("_aws")->find("CloudWatchMetrics")->as_array()[0];
  EXPECT_EQ(directive.find("Dimensions")->dump(), R"([["Pipeline"],["Pipeline","Contract"]])");
}

TEST(Emf, makes_dimensions_of_any_name) {
  RunResult result = run_of(Status::success);
  result.account.contract = "";
  EXPECT_EQ(expect_emf(emf_line(result, {}, now)).text_or("Contract", ""), "none");
  EXPECT_EQ(expect_emf(emf_line(result, {}, now)).text_or("Pipeline", ""), "none");
  result.account.contract = ":caf\xC3\xA9 \n" + std::string(2000, 'x');
  EXPECT_EQ(expect_emf(emf_line(result, {}, now)).text_or("Pipeline", "").substr(0, 9),
            "_caf____x");
  result.account.key = "bronze/line\nbreak\xFF.csv";
  expect_emf(emf_line(result, {}, now));
  EmfOptions options;
  options.pipeline = "night";
  EXPECT_EQ(expect_emf(emf_line(result, options, now)).text_or("Pipeline", ""), "night");
}

}  // namespace
}  // namespace silversmith::smith
