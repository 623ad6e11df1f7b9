// SPDX-License-Identifier: Apache-2.0
#include "smith/telemetry.h"

#include <gtest/gtest.h>

namespace silversmith::smith {
namespace {

RunResult result_with(Status status) {
  RunResult result;
  result.status = status;
  result.account.key = "bronze/a.csv";
  result.account.rows_read = 4;
  result.account.rows = 3;
  result.account.rows_quarantined = 1;
  result.account.reasons = {{"type-error", 1}};
  return result;
}

RunResult error_with(Code code, std::string type) {
  RunResult result = result_with(Status::error);
  result.error = RunError{code, std::move(type), "what went wrong", "what to do"};
  return result;
}

TEST(Telemetry, has_every_name_of_the_result_object) {
  Json json = result_json(result_with(Status::success_with_rejects));
  for (const char* name : {"schema",
                           "status",
                           "run_id",
                           "bucket",
                           "key",
                           "output_bucket",
                           "output",
                           "source_version",
                           "contract",
                           "contract_version",
                           "contract_hash",
                           "engine_version",
                           "rows_read",
                           "rows",
                           "rows_processed",
                           "rows_quarantined",
                           "rows_deduplicated",
                           "rows_skipped",
                           "cells_nullified",
                           "reasons",
                           "invalid_row_rate",
                           "quarantine",
                           "receipt",
                           "bytes_in",
                           "bytes_out",
                           "duration_ms",
                           "memory_peak_bytes"}) {
    EXPECT_NE(json.find(name), nullptr) << name;
  }
  EXPECT_EQ(json.find("error"), nullptr);
  EXPECT_EQ(json.text_or("status", ""), "success_with_rejects");
  EXPECT_EQ(json.int_or("rows_processed", 0), 4);
}

TEST(Telemetry, says_the_error_or_the_first_fault) {
  Json failed = result_json(error_with(Code::busy, ""));
  EXPECT_EQ(failed.find("error")->text_or("code", ""), "busy");
  RunResult refused = result_with(Status::rejected);
  refused.account.faults = {{"limit-exceeded", "too many", "fix it"}};
  EXPECT_EQ(result_json(refused).find("error")->text_or("code", ""), "limit-exceeded");
}

TEST(Telemetry, maps_results_to_exit_statuses) {
  EXPECT_EQ(exit_status(result_with(Status::success)), 0);
  EXPECT_EQ(exit_status(result_with(Status::superseded)), 0);
  EXPECT_EQ(exit_status(result_with(Status::rejected)), 1);
  EXPECT_EQ(exit_status(error_with(Code::denied, "configuration-error")), 2);
  EXPECT_EQ(exit_status(error_with(Code::denied, "")), 3);
  EXPECT_EQ(exit_status(error_with(Code::invalid, "")), 3);
  EXPECT_EQ(exit_status(error_with(Code::busy, "")), 75);
  EXPECT_EQ(exit_status(error_with(Code::stopped, "")), 143);
  EXPECT_EQ(worse_exit(1, 75), 75);
  EXPECT_EQ(worse_exit(2, 3), 2);
  EXPECT_EQ(worse_exit(0, 0), 0);
}

TEST(Metrics, counts_rows_once_and_files_always) {
  Metrics metrics;
  metrics.add(result_with(Status::success_with_rejects));
  metrics.add(result_with(Status::duplicate));
  metrics.add(result_with(Status::rejected));
  EXPECT_EQ(metrics.rows_read_total, 8U);
  EXPECT_EQ(metrics.rows_total, 3U);
  EXPECT_EQ(metrics.rejects_total["type-error"], 2U);
  EXPECT_EQ(metrics.json().find("silversmith_files_total")->int_or("duplicate", 0), 1);
}

}  // namespace
}  // namespace silversmith::smith
