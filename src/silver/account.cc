// SPDX-License-Identifier: Apache-2.0
#include "silver/account.h"

namespace silversmith::silver {

namespace {

// One member's name with its place in Account, so that writing and reading can't differ.
struct Count {
  std::string_view name;
  uint64_t Account::*place;
};
constexpr Count counts[] = {
    {"contract_version", &Account::contract_version},
    {"rows_read", &Account::rows_read},
    {"rows", &Account::rows},
    {"rows_quarantined", &Account::rows_quarantined},
    {"rows_deduplicated", &Account::rows_deduplicated},
    {"rows_skipped", &Account::rows_skipped},
    {"cells_nullified", &Account::cells_nullified},
    {"bytes_in", &Account::bytes_in},
};
struct Name {
  std::string_view name;
  std::string Account::*place;
};
constexpr Name texts[] = {
    {"key", &Account::key},
    {"source_version", &Account::source_version},
    {"generation", &Account::generation},
    {"contract", &Account::contract},
    {"contract_hash", &Account::contract_hash},
    {"engine_version", &Account::engine_version},
    {"content_digest", &Account::content_digest},
};

Error wrong(std::string_view member) {
  return {Code::corrupt, "account: member " + std::string(member) + " is missing or wrong", "", ""};
}

Json column_json(const ColumnProfile& column) {
  Json json = Json::object();
  json.set("name", column.name).set("type", column.type).set("null_count", column.null_count);
  if (column.has_min_max) json.set("min", column.min).set("max", column.max);
  return json;
}

Result<> parse_columns(const Json& json, Account& account) {
  const Json* columns = json.find("columns");
  if (columns == nullptr || !columns->is_array()) return wrong("columns");
  for (const Json& from : columns->as_array()) {
    if (from.find("name") == nullptr) return wrong("columns");
    ColumnProfile column;
    column.name = from.text_or("name", "");
    column.type = from.text_or("type", "");
    column.null_count = static_cast<uint64_t>(from.int_or("null_count", 0));
    column.has_min_max = from.find("min") != nullptr;
    column.min = from.text_or("min", "");
    column.max = from.text_or("max", "");
    account.columns.push_back(std::move(column));
  }
  return {};
}

Result<> parse_faults(const Json& json, Account& account) {
  const Json* faults = json.find("faults");
  if (faults == nullptr) return {};
  if (!faults->is_array()) return wrong("faults");
  for (const Json& from : faults->as_array()) {
    account.faults.push_back(
        {from.text_or("code", ""), from.text_or("message", ""), from.text_or("hint", "")});
  }
  const Json* rejects = json.find("first_rejects");
  if (rejects != nullptr && rejects->is_array()) account.first_rejects = rejects->as_array();
  return {};
}

}  // namespace

bool Account::balances() const {
  return rows_read == rows + rows_quarantined + rows_deduplicated + rows_skipped;
}

double Account::invalid_row_rate() const {
  if (rows_read == 0) return 0;
  return static_cast<double>(rows_quarantined) / static_cast<double>(rows_read);
}

Json account_json(const Account& account) {
  Json json = Json::object();
  for (const Name& text : texts) json.set(text.name, account.*text.place);
  for (const Count& count : counts) json.set(count.name, account.*count.place);
  Json reasons = Json::object();
  for (const auto& [code, count] : account.reasons) reasons.set(code, count);
  json.set("reasons", std::move(reasons));
  Json columns = Json::array();
  for (const ColumnProfile& column : account.columns) columns.add(column_json(column));
  json.set("columns", std::move(columns));
  if (!account.refused()) return json;
  Json faults = Json::array();
  for (const FileFault& fault : account.faults) {
    Json one = Json::object();
    one.set("code", fault.code).set("message", fault.message).set("hint", fault.hint);
    faults.add(std::move(one));
  }
  json.set("faults", std::move(faults));
  json.set("first_rejects", Json(account.first_rejects));
  return json;
}

Result<Account> parse_account(const Json& json) {
  Account account;
  for (const Name& text : texts) {
    const Json* member = json.find(text.name);
    if (member == nullptr || !member->is_string()) return wrong(text.name);
    account.*text.place = member->as_string();
  }
  for (const Count& count : counts) {
    const Json* member = json.find(count.name);
    bool good = member != nullptr && member->is_int() && member->as_int() >= 0;
    if (!good) return wrong(count.name);
    account.*count.place = static_cast<uint64_t>(member->as_int());
  }
  const Json* reasons = json.find("reasons");
  if (reasons == nullptr || !reasons->is_object()) return wrong("reasons");
  for (const auto& [code, count] : reasons->as_object()) {
    if (!count.is_int() || count.as_int() < 0) return wrong("reasons");
    account.reasons[code] = static_cast<uint64_t>(count.as_int());
  }
  SMITH_TRY(parse_columns(json, account));
  SMITH_TRY(parse_faults(json, account));
  return account;
}

}  // namespace silversmith::silver
