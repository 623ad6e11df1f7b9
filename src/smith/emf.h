// SPDX-License-Identifier: Apache-2.0
// A run, or a reconciliation (ledger.h), as CloudWatch metrics: one line of the embedded metric
// format on standard output, which CloudWatch Logs turns into metrics without a call of ours. The
// one thing to know: keys and buckets are fields, never dimensions, or each object would be a
// metric of its own and be paid for.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
// CloudWatch_Embedded_Metric_Format_Specification.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/log.h"
#include "smith/telemetry.h"

namespace silversmith::smith {

struct EmfMetric {
  std::string_view name;
  std::string_view unit;  // CloudWatch's: "Count", "Seconds"
  uint64_t value = 0;
};

struct EmfDimension {
  std::string_view name;
  std::string value;  // any text; what CloudWatch does not take of it becomes '_', nothing "none"
};

// One line's metrics. Each is told by the first dimension, by the first two, and so on. Names and
// units must outlive it.
struct EmfEntry {
  std::vector<EmfDimension> dimensions;
  std::vector<EmfMetric> metrics;
  Level level = Level::info;  // of the line: see EmfOptions
  int64_t wall_micros = 0;
};

// What the format asks for; more members may follow. Without newlines when it is dumped.
Json emf_json(const EmfEntry& entry);

struct EmfOptions {
  std::string pipeline = {};  // the dimension Pipeline; "": the contract's name
  // What the function is set to log at least. Lambda drops lines below that level, and takes a line
  // without one for info: so each has this very level.
  Level level = Level::info;
};

// Without the newline that ends it; there is none inside. What only repeats an earlier outcome has
// no rows and no time of its own.
std::string emf_line(const RunResult& result, const EmfOptions& options, int64_t wall_micros);

}  // namespace silversmith::smith
