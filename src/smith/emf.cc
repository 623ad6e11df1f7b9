// SPDX-License-Identifier: Apache-2.0
#include "smith/emf.h"

#include <utility>

#include "base/clock.h"

namespace silversmith::smith {

namespace {

constexpr size_t dimension_bytes_max = 250;  // CloudWatch takes more, people don't
constexpr std::string_view nothing = "none";

// A dimension's value is ASCII, not blank, and does not begin with a colon.
std::string dimension_text(std::string_view text) {
  std::string out(text.substr(0, dimension_bytes_max));
  for (char& c : out) {
    bool printed = c > ' ' && c < 0x7F;
    if (!printed) c = '_';
  }
  if (out.starts_with(':')) out[0] = '_';
  return out.empty() ? std::string(nothing) : out;
}

std::vector<EmfMetric> metrics_of(const RunResult& result) {
  auto one_if = [](bool holds) { return uint64_t{holds}; };
  const silver::Account& account = result.account;
  Status status = result.status;
  bool refused = status == Status::rejected;
  bool converted = status == Status::success || status == Status::success_with_rejects || refused;
  bool counts = converted && !result.repeated;  // the same counts as smith::Metrics
  std::vector<EmfMetric> metrics = {
      {"Files", "Count", 1},
      {"RejectedFiles", "Count", one_if(refused)},
      {"DuplicateFiles", "Count", one_if(status == Status::duplicate)},
      {"FailedFiles", "Count", one_if(status == Status::error)},
  };
  if (!counts) return metrics;
  metrics.push_back({"RowsRead", "Count", account.rows_read});
  metrics.push_back({"RowsInvalid", "Count", account.rows_quarantined});
  metrics.push_back({"RowsWritten", "Count", refused ? 0 : account.rows});
  metrics.push_back({"BytesRead", "Bytes", account.bytes_in});
  metrics.push_back({"BytesWritten", "Bytes", refused ? 0 : result.bytes_out});
  metrics.push_back({"ConvertMs", "Milliseconds", result.duration_ms});
  return metrics;
}

// Each set of dimensions is one more than the one before: Pipeline; Pipeline and Contract.
Json directive_of(const EmfEntry& entry) {
  Json listed = Json::array();
  for (const EmfMetric& metric : entry.metrics) {
    Json one = Json::object();
    one.set("Name", metric.name).set("Unit", metric.unit).set("StorageResolution", 60);
    listed.add(std::move(one));
  }
  Json dimensions = Json::array();
  Json set = Json::array();
  for (const EmfDimension& dimension : entry.dimensions) {
    set.add(dimension.name);
    dimensions.add(set);
  }
  Json directive = Json::object();
  directive.set("Namespace", "Silversmith")
      .set("Dimensions", std::move(dimensions))
      .set("Metrics", std::move(listed));
  return directive;
}

}  // namespace

Json emf_json(const EmfEntry& entry) {
  Json aws = Json::object();
  aws.set("Timestamp", entry.wall_micros / 1000)
      .set("CloudWatchMetrics", Json::array().add(directive_of(entry)));
  Json line = Json::object();
  line.set("_aws", std::move(aws))
      .set("timestamp", rfc3339(entry.wall_micros))
      .set("level", name_of(entry.level));
  for (const EmfDimension& dimension : entry.dimensions) {
    line.set(dimension.name, dimension_text(dimension.value));
  }
  for (const EmfMetric& metric : entry.metrics) line.set(metric.name, metric.value);
  return line;
}

std::string emf_line(const RunResult& result, const EmfOptions& options, int64_t wall_micros) {
  const silver::Account& account = result.account;
  std::string contract;
  if (!account.contract.empty()) {
    contract = account.contract + "@" + std::to_string(account.contract_version);
  }
  Json line = emf_json(
      {.dimensions = {{"Pipeline", options.pipeline.empty() ? account.contract : options.pipeline},
                      {"Contract", contract}},
       .metrics = metrics_of(result),
       .level = options.level,
       .wall_micros = wall_micros});
  line.set("status", name_of(result.status))
      .set("run_id", result.run_id)
      .set("bucket", result.bucket)
      .set("key", account.key);
  return line.dump();
}

}  // namespace silversmith::smith
