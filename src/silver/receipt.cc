// SPDX-License-Identifier: Apache-2.0
#include "silver/receipt.h"

namespace silversmith::silver {

namespace {

constexpr std::string_view receipt_schema = "silversmith.receipt/1";
constexpr std::string_view rejected_schema = "silversmith.rejected/1";
constexpr std::string_view report_schema = "silversmith.rejects/1";

Observed parse_observed(const Json& json) {
  auto number = [&](const char* name) { return static_cast<uint64_t>(json.int_or(name, 0)); };
  Observed observed;
  observed.run_id = json.text_or("run_id", "");
  observed.lake = json.text_or("bucket", "");
  observed.host = json.text_or("host", "");
  observed.started = json.text_or("started", "");
  observed.duration_ms = number("duration_ms");
  observed.memory_peak_bytes = number("memory_peak_bytes");
  observed.bytes_out = number("bytes_out");
  observed.attempts = number("attempts");
  return observed;
}

Result<Json> parse_as(std::string_view text, std::string_view schema) {
  Result<Json> json = parse_json(text);
  bool good = json.ok() && json->text_or("schema", "") == schema;
  if (good) return json;
  return Error{Code::corrupt, "not a " + std::string(schema) + " object", "", ""};
}

Result<Account> account_in(const Json& json) {
  const Json* account = json.find("account");
  if (account == nullptr) return Error{Code::corrupt, "member account is missing", "", ""};
  return parse_account(*account);
}

}  // namespace

Json observed_json(const std::optional<Observed>& observed) {
  if (!observed.has_value()) return Json();
  Json json = Json::object();
  json.set("run_id", observed->run_id)
      .set("bucket", observed->lake)
      .set("host", observed->host)
      .set("started", observed->started)
      .set("duration_ms", observed->duration_ms)
      .set("memory_peak_bytes", observed->memory_peak_bytes)
      .set("bytes_out", observed->bytes_out)
      .set("attempts", observed->attempts);
  return json;
}

std::string receipt_text(const Receipt& receipt) {
  Json json = Json::object();
  json.set("schema", receipt_schema).set("account", account_json(receipt.account));
  json.set("observed", observed_json(receipt.observed));
  return json.pretty();
}

Result<Receipt> parse_receipt(std::string_view text) {
  Json json = SMITH_TRY(parse_as(text, receipt_schema));
  Receipt receipt;
  receipt.account = SMITH_TRY(account_in(json));
  const Json* observed = json.find("observed");
  if (observed != nullptr && observed->is_object()) receipt.observed = parse_observed(*observed);
  return receipt;
}

std::string rebuilt_receipt_text(const Json& account) {
  Json json = Json::object();
  json.set("schema", receipt_schema).set("account", account).set("observed", Json());
  return json.pretty();
}

std::string rejected_text(const Rejected& rejected) {
  Json json = Json::object();
  json.set("schema", rejected_schema)
      .set("account", account_json(rejected.account))
      .set("outcome", rejected.outcome);
  return json.pretty();
}

Result<Rejected> parse_rejected(std::string_view text) {
  Json json = SMITH_TRY(parse_as(text, rejected_schema));
  return Rejected{SMITH_TRY(account_in(json)), json.text_or("outcome", "")};
}

std::string report_text(const Account& account) {
  Json json = Json::object();
  json.set("schema", report_schema)
      .set("account", account_json(account))
      .set("first_rejects", Json(account.first_rejects));
  return json.pretty();
}

}  // namespace silversmith::silver
