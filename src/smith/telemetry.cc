// SPDX-License-Identifier: Apache-2.0
#include "smith/telemetry.h"

#include <algorithm>
#include <iterator>

namespace silversmith::smith {

namespace {

constexpr int exit_rejected = 1;
constexpr int exit_configuration = 2;
constexpr int exit_service = 3;
constexpr int exit_temporary = 75;
constexpr int exit_stopped = 143;

Json error_json(const RunError& error) {
  Json json = Json::object();
  json.set("code", public_code(error.code, error.type))
      .set("message", error.message)
      .set("hint", error.hint);
  return json;
}

Json fault_json(const silver::FileFault& fault) {
  Json json = Json::object();
  json.set("code", fault.code).set("message", fault.message).set("hint", fault.hint);
  return json;
}

Json counts_json(const std::map<std::string, uint64_t>& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts) json.set(name, count);
  return json;
}

}  // namespace

std::string_view name_of(Status status) {
  switch (status) {
    case Status::success: return "success";
    case Status::success_with_rejects: return "success_with_rejects";
    case Status::duplicate: return "duplicate";
    case Status::superseded: return "superseded";
    case Status::ignored: return "ignored";
    case Status::rejected: return "rejected";
    case Status::error: return "error";
  }
  return "error";
}

Status status_of(const silver::Account& account) {
  bool rejects = account.rows_quarantined > 0 || account.cells_nullified > 0;
  return rejects ? Status::success_with_rejects : Status::success;
}

Json result_json(const RunResult& result) {
  const silver::Account& account = result.account;
  Json json = Json::object();
  json.set("schema", "silversmith.run/1")
      .set("status", name_of(result.status))
      .set("run_id", result.run_id)
      .set("bucket", result.bucket)
      .set("key", account.key)
      .set("output_bucket", result.output_bucket)
      .set("output", result.output)
      .set("source_version", account.source_version)
      .set("generation", account.generation)
      .set("contract", account.contract)
      .set("contract_version", account.contract_version)
      .set("contract_hash", account.contract_hash)
      .set("engine_version", account.engine_version)
      .set("rows_read", account.rows_read)
      .set("rows", account.rows)
      .set("rows_processed", account.rows_read)
      .set("rows_quarantined", account.rows_quarantined)
      .set("rows_deduplicated", account.rows_deduplicated)
      .set("rows_skipped", account.rows_skipped)
      .set("cells_nullified", account.cells_nullified)
      .set("reasons", counts_json(account.reasons))
      .set("invalid_row_rate", account.invalid_row_rate())
      .set("quarantine", result.quarantine)
      .set("receipt", result.receipt)
      .set("bytes_in", account.bytes_in)
      .set("bytes_out", result.bytes_out)
      .set("duration_ms", result.duration_ms)
      .set("memory_peak_bytes", result.memory_peak_bytes)
      .set("attempts", result.attempts);
  if (result.error.has_value()) {
    json.set("error", error_json(*result.error));
  } else if (account.refused()) {
    json.set("error", fault_json(account.faults.front()));
  }
  return json;
}

Level level_of(const RunResult& result) {
  if (result.status == Status::error) return Level::error;
  // What is ignored for a reason that is an error, is ignored loudly.
  bool warns =
      result.status == Status::rejected || result.bad_ratio_passed || result.error.has_value();
  return warns ? Level::warn : Level::info;
}

void log_result(Log& log, const RunResult& result) {
  log.write(level_of(result), "run", result_json(result));
}

int exit_status(const RunResult& result) {
  if (result.status == Status::rejected) return exit_rejected;
  if (result.status != Status::error || !result.error.has_value()) return 0;
  switch (result.error->code) {
    case Code::denied:
      return result.error->type == "configuration-error" ? exit_configuration : exit_service;
    case Code::invalid:
    case Code::missing:
    case Code::corrupt:
    case Code::limit: return exit_service;
    case Code::conflict:
    case Code::busy: return exit_temporary;
    case Code::stopped: return exit_stopped;
  }
  return exit_service;
}

int worse_exit(int one, int other) {
  constexpr int order[] = {
      0, exit_rejected, exit_temporary, exit_service, exit_configuration, exit_stopped};
  auto rank = [&](int exit) { return std::find(std::begin(order), std::end(order), exit); };
  return rank(one) < rank(other) ? other : one;
}

void Metrics::add(const RunResult& result) {
  files_total[static_cast<size_t>(result.status)]++;
  bool counted = result.status == Status::success ||
                 result.status == Status::success_with_rejects || result.status == Status::rejected;
  if (!counted || result.repeated) return;  // what is repeated was counted when it was made
  rows_read_total += result.account.rows_read;
  rows_total += result.status == Status::rejected ? 0 : result.account.rows;
  rows_quarantined_total += result.account.rows_quarantined;
  bytes_in_total += result.account.bytes_in;
  bytes_out_total += result.bytes_out;
  for (const auto& [reason, count] : result.account.reasons) rejects_total[reason] += count;
}

Json Metrics::json() const {
  Json files = Json::object();
  for (size_t i = 0; i < status_count; i++) {
    files.set(name_of(static_cast<Status>(i)), files_total[i]);
  }
  Json json = Json::object();
  json.set("silversmith_files_total", std::move(files))
      .set("silversmith_rows_read_total", rows_read_total)
      .set("silversmith_rows_total", rows_total)
      .set("silversmith_rows_quarantined_total", rows_quarantined_total)
      .set("silversmith_bytes_in_total", bytes_in_total)
      .set("silversmith_bytes_out_total", bytes_out_total)
      .set("silversmith_rejects_total", counts_json(rejects_total));
  return json;
}

}  // namespace silversmith::smith
