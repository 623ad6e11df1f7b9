// SPDX-License-Identifier: Apache-2.0
// silversmith catalog show CONTRACT... and catalog sync LAKE: the tables that silver's files are,
// printed, or brought up to date in AWS Glue (docs/operations/catalog.md).
#include <algorithm>
#include <set>

#include "base/text.h"
#include "cataloguing.h"
#include "commands.h"
#include "files.h"
#include "session.h"

namespace silversmith::app {

namespace {

// As catalog::Place of a lake that need not be there.
Result<catalog::Place> named_place(const Settings& settings) {
  std::string lake = settings.text("lake");
  std::string silver = settings.text("silver");
  const std::string& written = silver.empty() ? lake : silver;
  if (!is_in_s3(written)) {
    return Error{Code::invalid, "--lake: found " + show(written) + ", wanted s3://BUCKET[/PREFIX]",
                 "a table's location is in a bucket: name the lake's, or silver's with --silver",
                 ""};
  }
  BucketRoot root = SMITH_TRY(bucket_root(written));
  return catalog::Place{root.bucket, root.prefix + "silver/"};
}

Result<Exit> show_tables(const Invocation& invocation, Console& console) {
  catalog::Place place = SMITH_TRY(named_place(invocation.settings));
  for (const std::string& path : invocation.operands) {
    contract::Contract contract = SMITH_TRY(read_contract(path));
    catalog::Table table = SMITH_TRY(catalog::table_of(contract, place).in(path));
    if (invocation.settings.flag("ddl")) {
      console.result(catalog::table_ddl(table, invocation.settings.text("database")));
      continue;
    }
    Json input = catalog::table_input(table);
    console.result(console.json() ? input.dump() : input.pretty());
  }
  return Exit::ok;
}

// One lake's tables on their way into a catalog.
class Tables {
 public:
  Tables(Session& session, catalog::Catalog& catalog, const Invocation& invocation,
         Console& console)
      : lake_(session.lake()),
        catalog_(catalog),
        console_(console),
        database_(invocation.settings.text("database")) {
    options_.dry_run = invocation.settings.flag("dry-run");
    options_.pause = sync_pause(0);
  }

  Result<> sync(const contract::Contract& contract, const catalog::Place& place) {
    catalog::Wish wish{SMITH_TRY(catalog::table_of(contract, place)), {}, {}};
    std::vector<std::string> findings;
    if (!wish.table.partitions.empty()) SMITH_TRY(find_partitions(wish, findings));
    if (wish.table.keeps_extra) SMITH_TRY(find_columns(wish, findings));
    catalog::Synced synced = SMITH_TRY(catalog::sync(catalog_, wish, options_));
    synced.findings.insert(synced.findings.end(), findings.begin(), findings.end());
    any_finding_ = any_finding_ || !synced.findings.empty();
    tell(synced, wish.table);
    return {};
  }

  bool any_finding() const { return any_finding_; }

 private:
  // Calls `take` with each key below the prefix.
  template <class Take>
  Result<> each_key(const std::string& prefix, Take take) {
    std::string after;
    while (true) {
      store::ListPage page = SMITH_TRY(lake_.target().list(prefix, after));
      for (const store::Listed& listed : page.objects) SMITH_TRY(take(listed.key));
      if (!page.next.has_value()) return {};
      after = *page.next;
    }
  }

  Result<> find_partitions(catalog::Wish& wish, std::vector<std::string>& findings) {
    std::set<catalog::PartitionValues> found;
    uint64_t outside = 0;
    std::string example;
    SMITH_TRY(each_key(wish.table.key_prefix, [&](const std::string& key) -> Result<> {
      if (!key.ends_with(".parquet")) return {};
      auto values = catalog::partition_of(wish.table, key);
      if (values.ok()) {
        found.insert(*std::move(values));
      } else if (outside++ == 0) {
        example = values.error().message;
      }
      return {};
    }));
    if (outside > 0) {
      findings.push_back("table " + wish.table.name + ": " + human_count(outside) +
                         " objects are in no partition, the first: " + example);
    }
    wish.partitions.assign(found.begin(), found.end());
    return {};
  }

  // What receipts tell of columns that no contract names.
  Result<> find_columns(catalog::Wish& wish, std::vector<std::string>& findings) {
    const silver::Prefixes& prefixes = lake_.prefixes();
    std::string below = wish.table.key_prefix.substr(prefixes.silver.size());
    std::set<std::string> told(findings.begin(), findings.end());
    return each_key(prefixes.receipts + below, [&](const std::string& key) -> Result<> {
      if (!key.ends_with(".json")) return {};
      Result<silver::Receipt> receipt = read_receipt(lake_, key);
      if (!receipt.ok() && receipt.error().code != Code::corrupt) {
        return std::move(receipt).error();
      }
      std::vector<std::string> found;
      if (receipt.ok()) {
        add_columns(catalog::extra_columns(wish.table, receipt->account, found), wish);
      } else {
        found.push_back(receipt.error().message);
      }
      for (std::string& one : found) {
        if (told.insert(one).second) findings.push_back(std::move(one));
      }
      return {};
    });
  }

  static void add_columns(std::vector<catalog::Column> columns, catalog::Wish& wish) {
    for (catalog::Column& column : columns) {
      bool known = std::any_of(wish.extra.begin(), wish.extra.end(), [&](const auto& other) {
        return other.name == column.name && other.type == column.type;
      });
      // The same name with another type is kept too: the merge tells of it.
      if (!known) wish.extra.push_back(std::move(column));
    }
  }

  void tell(const catalog::Synced& synced, const catalog::Table& table) {
    Json json = synced_json(synced, table, database_);
    if (options_.dry_run) json.set("dry_run", true);
    if (console_.json()) return console_.result_json(json);
    for (const std::string& finding : synced.findings) console_.warning("warning: " + finding);
    std::string text = database_ + "." + table.name + ": " + std::string(name_of(synced.change));
    if (!synced.columns_added.empty()) text += ", columns " + join(synced.columns_added, ", ");
    if (!table.partitions.empty()) {
      text += ", " + human_count(synced.partitions) + " partitions";
      if (!options_.dry_run) text += ", " + human_count(synced.partitions_added) + " of them new";
    }
    console_.result(text + (options_.dry_run ? " (dry run: nothing was written)" : ""));
  }

  Lake& lake_;
  catalog::Catalog& catalog_;
  Console& console_;
  std::string database_;
  catalog::SyncOptions options_;
  bool any_finding_ = false;
};

// One table that can't be brought up to date keeps no other from it.
Result<Exit> sync_tables(const Invocation& invocation, Console& console) {
  const Settings& settings = invocation.settings;
  if (settings.text("database").empty()) {
    return Error{Code::invalid, "--database is missing", "name the database of AWS Glue", ""};
  }
  smith::Progress progress;
  StopSignals signals(progress);
  auto session = SMITH_TRY(Session::open(invocation.operands.at(0), settings, console, progress));
  catalog::Place place = SMITH_TRY(place_of(session->lake()));
  auto contracts = SMITH_TRY(session->contracts().all(smith::Reread::now));
  if (contracts.empty()) {
    return Error{Code::invalid, "the lake has no contracts, and so no tables",
                 "see `silversmith contract lint`", ""};
  }
  auto catalog = SMITH_TRY(session->lake().cloud(settings).catalog(settings.text("database")));
  Tables tables(*session, *catalog, invocation, console);
  Exit exit = Exit::ok;
  for (const contract::Contract& contract : contracts) {
    Result<> synced = tables.sync(contract, place);
    if (synced.ok()) continue;
    console.error(synced.error());
    exit = std::max(exit, exit_of(synced.error()));
    if (synced.error().code == Code::stopped) break;
  }
  if (StopSignals::exit() != Exit::ok) return StopSignals::exit();
  return exit == Exit::ok && tables.any_finding() ? Exit::negative : exit;
}

}  // namespace

Result<Exit> catalog_command(const Invocation& invocation, Console& console) {
  if (invocation.command == "catalog show") return show_tables(invocation, console);
  return sync_tables(invocation, console);
}

}  // namespace silversmith::app
