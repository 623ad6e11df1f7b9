// SPDX-License-Identifier: Apache-2.0
// A run as CloudWatch metrics: one line of the embedded metric format on standard output, which
// CloudWatch Logs turns into metrics without a call of ours. After a run, beside its log line. The
// one thing to know: keys and buckets are fields, never dimensions, or each object would be a
// metric of its own and be paid for.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
// CloudWatch_Embedded_Metric_Format_Specification.html
#pragma once

#include <cstdint>
#include <string>

#include "base/log.h"
#include "smith/telemetry.h"

namespace silversmith::smith {

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
