// SPDX-License-Identifier: Apache-2.0
// silversmith runs ls|show and quarantine ls|show: what runs left behind, read from receipts.
#include <set>

#include "base/text.h"
#include "commands.h"
#include "lake.h"
#include "parquet/reader.h"
#include "rows.h"
#include "silver/commit.h"
#include "table.h"

namespace silversmith::app {

namespace {

constexpr uint64_t report_bytes_max = uint64_t{64} << 20;

std::string state_of(const Run& run) {
  if (!run.current) return "superseded";
  return run.receipt.account.refused() ? "rejected" : "current";
}

Json run_json(const Run& run) {
  const silver::Account& account = run.receipt.account;
  Json json = Json::object();
  json.set("state", state_of(run)).set("receipt", run.receipt_key);
  json.set("account", silver::account_json(account));
  json.set("observed", silver::observed_json(run.receipt.observed));
  return json;
}

// What could not be read is told, and the listing is not complete without it.
Exit told(const Runs& found, Console& console) {
  for (const Error& error : found.unreadable) console.error(error);
  return found.unreadable.empty() ? Exit::ok : Exit::negative;
}

Result<Exit> list_runs(Lake& lake, Console& console) {
  Runs found = SMITH_TRY(read_runs(lake, ""));
  if (console.json()) {
    for (const Run& run : found.runs) console.result_json(run_json(run));
    return told(found, console);
  }
  Table table({"state", "key", "rows", "rejects", "contract", "started", "generation"});
  for (const Run& run : found.runs) {
    const silver::Account& account = run.receipt.account;
    std::string contract = account.contract.empty()
                               ? "-"
                               : account.contract + "@" + std::to_string(account.contract_version);
    std::string started =
        run.receipt.observed.has_value() ? run.receipt.observed->started : "(rebuilt)";
    table.add({state_of(run), account.key, std::to_string(account.refused() ? 0 : account.rows),
               std::to_string(account.rows_quarantined), contract, started, account.generation});
  }
  console.result(table.text());
  return told(found, console);
}

Result<Exit> show_runs(Lake& lake, const std::string& key, Console& console) {
  Runs found = SMITH_TRY(read_runs(lake, key));
  if (found.runs.empty() && found.unreadable.empty()) {
    return Error{Code::missing, "there is no receipt of " + printable(key),
                 "see silversmith runs ls", ""};
  }
  for (const Run& run : found.runs) {
    Json json = run_json(run);
    console.result(console.json() ? json.dump() : json.pretty());
  }
  return told(found, console);
}

// Folders of rejects that no receipt names: their run was killed or still goes on, or the receipt
// was deleted.
Result<std::set<std::string>> without_receipt(Lake& lake, const std::string& prefix,
                                              const Runs& found) {
  store::ListPage listing = SMITH_TRY(lake.list_all(lake.target(), prefix));
  std::set<std::string> folders;
  for (const store::Listed& listed : listing.objects) {
    folders.insert(listed.key.substr(0, listed.key.rfind('/') + 1));
  }
  for (const Run& run : found.runs) {
    const silver::Account& account = run.receipt.account;
    silver::Names names = silver::names_of(lake.prefixes(), account.key);
    folders.erase(names.quarantine_dir(account.generation));
  }
  return folders;
}

Result<Exit> list_quarantine(Lake& lake, Console& console) {
  Runs found = SMITH_TRY(read_runs(lake, ""));
  Table table({"state", "key", "records", "reasons", "quarantine"});
  for (const Run& run : found.runs) {
    const silver::Account& account = run.receipt.account;
    if (!account.refused() && account.rows_quarantined == 0 && account.cells_nullified == 0) {
      continue;
    }
    if (console.json()) {
      console.result_json(run_json(run));
      continue;
    }
    silver::Names names = silver::names_of(lake.prefixes(), account.key);
    std::vector<std::string> reasons;
    for (const silver::FileFault& fault : account.faults) reasons.push_back("file: " + fault.code);
    for (const auto& [code, count] : account.reasons) {
      reasons.push_back(code + " " + std::to_string(count));
    }
    table.add({state_of(run), account.key, std::to_string(account.rows_quarantined),
               join(reasons, ", "), names.quarantine_dir(account.generation)});
  }
  for (const std::string& folder :
       SMITH_TRY(without_receipt(lake, lake.prefixes().quarantine, found))) {
    if (console.json()) {
      console.result_json(
          Json::object().set("state", "no-receipt").set("quarantine", printable(folder)));
    } else {
      table.add({"no-receipt", "-", "-", "-", folder});
    }
  }
  if (!console.json()) console.result(table.text());
  return told(found, console);
}

// The rejects.parquet of one generation, at most `limit` rows of it.
Result<> show_rejects(Lake& lake, const std::string& parquet_key, size_t limit, Console& console) {
  auto object = SMITH_TRY(lake.target().open(parquet_key));
  auto reader = SMITH_TRY(parquet::Reader::open(*object).in(lake.target().where(parquet_key)));
  RowChoice choice{{"line", "reason", "field", "value", "message", "action"}, limit};
  SMITH_TRY(print_rows(reader, choice, console));
  if (reader.rows() > limit) {
    console.note(human_count(reader.rows() - limit) + " more: --limit " +
                 std::to_string(reader.rows()) + " shows all");
  }
  return {};
}

void show_refused(const silver::Account& account, Console& console) {
  if (console.json()) {
    console.result_json(silver::account_json(account));
    return;
  }
  for (const silver::FileFault& fault : account.faults) {
    console.result("the file was refused: " + fault.code + ": " + fault.message);
    if (!fault.hint.empty()) console.result("  -> " + fault.hint);
  }
}

// What is in a folder of quarantine that no receipt tells of.
Result<> show_unaccounted(Lake& lake, const std::string& folder, size_t limit, Console& console) {
  if (!console.json()) console.result(printable(folder) + "  no-receipt");
  std::string report = folder + "rejected.json";
  if (SMITH_TRY(silver::exists(lake.target(), report))) {
    std::string text = SMITH_TRY(silver::read_small(lake.target(), report, report_bytes_max));
    show_refused(SMITH_TRY(silver::parse_rejected(text).in(report)).account, console);
  }
  std::string rejects = folder + "rejects.parquet";
  if (!SMITH_TRY(silver::exists(lake.target(), rejects))) return {};
  return show_rejects(lake, rejects, limit, console);
}

Result<Exit> show_quarantine(Lake& lake, const Invocation& invocation, Console& console) {
  const std::string& key = invocation.operands.at(1);
  size_t limit = SMITH_TRY(whole_number(invocation.settings, "limit"));
  Runs found = SMITH_TRY(read_runs(lake, key));
  bool any = false;
  for (const Run& run : found.runs) {
    const silver::Account& account = run.receipt.account;
    silver::Names names = silver::names_of(lake.prefixes(), account.key);
    std::string directory = names.quarantine_dir(account.generation);
    bool rejects = SMITH_TRY(silver::exists(lake.target(), directory + "rejects.parquet"));
    if (!account.refused() && !rejects) continue;
    any = true;
    if (!console.json()) console.result(printable(directory) + "  " + state_of(run));
    if (account.refused()) show_refused(account, console);
    if (rejects) SMITH_TRY(show_rejects(lake, directory + "rejects.parquet", limit, console));
  }
  silver::Names names = silver::names_of(lake.prefixes(), SMITH_TRY(lake.source_key(key)));
  std::string below = names.quarantine_prefix + names.rel + "/";
  for (const std::string& folder : SMITH_TRY(without_receipt(lake, below, found))) {
    // Below stands also what is in quarantine of a key that continues this one.
    if (folder.find('/', below.size()) + 1 != folder.size()) continue;
    any = true;
    SMITH_TRY(show_unaccounted(lake, folder, limit, console));
  }
  if (!any) console.note("nothing of " + printable(key) + " is in quarantine");
  return told(found, console);
}

}  // namespace

Result<Exit> runs_command(const Invocation& invocation, Console& console) {
  auto lake = SMITH_TRY(Lake::open(invocation.operands.at(0), invocation.settings, nullptr));
  if (invocation.command == "runs ls") return list_runs(*lake, console);
  return show_runs(*lake, invocation.operands.at(1), console);
}

Result<Exit> quarantine_command(const Invocation& invocation, Console& console) {
  auto lake = SMITH_TRY(Lake::open(invocation.operands.at(0), invocation.settings, nullptr));
  if (invocation.command == "quarantine ls") return list_quarantine(*lake, console);
  return show_quarantine(*lake, invocation, console);
}

}  // namespace silversmith::app
