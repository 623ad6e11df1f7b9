// SPDX-License-Identifier: Apache-2.0
#include "catalog/sync.h"

#include <algorithm>

#include "base/text.h"
#include "catalog/fold.h"

namespace silversmith::catalog {

namespace {

// As Glue keeps it; what others wrote in another way stays as it is.
std::string small(const std::string& name) { return folded(name).value_or(name); }

// What UpdateTable takes of what GetTable tells; the rest is the catalog's own.
constexpr std::string_view kept_members[] = {"Name",
                                             "Description",
                                             "Owner",
                                             "LastAccessTime",
                                             "LastAnalyzedTime",
                                             "Retention",
                                             "PartitionKeys",
                                             "TableType",
                                             "ViewOriginalText",
                                             "ViewExpandedText",
                                             "Parameters",
                                             "TargetTable",
                                             "StorageDescriptor"};
constexpr std::string_view version_parameter = "silversmith.contract_version";

Json& member(Json& object, std::string_view name, Json otherwise) {
  const Json* found = object.find(name);
  if (found == nullptr || found->is_null()) object.set(name, std::move(otherwise));
  for (Json::Member& one : object.as_object()) {
    if (one.first == name) return one.second;
  }
  SMITH_CHECK(false, "it was set");
}

// Types as they are compared: "DECIMAL(18, 2)" is "decimal(18,2)".
std::string plain_type(std::string_view type) {
  std::string plain = lowered(type);
  std::erase(plain, ' ');
  return plain;
}

std::string with_slash(std::string location) {
  if (!location.ends_with('/')) location += '/';
  return location;
}

Error another(const Table& table, const std::string& what) {
  return {Code::denied, "the table " + table.name + " is another one: " + what,
          "name this contract's table otherwise (silver:catalog.table), or remove that one", ""};
}

// One merge under way.
class Merging {
 public:
  Merging(const Json& held, const Wish& wish) : wish_(wish) {
    merged_.input = Json::object();
    for (std::string_view name : kept_members) {
      const Json* found = held.find(name);
      if (found != nullptr && !found->is_null()) merged_.input.set(name, *found);
    }
  }

  Result<Merged> run() {
    SMITH_TRY(check_identity());
    check_keys();
    if (is_of_newer_contract()) {
      find("it was made under a newer version of the contract than " +
           std::to_string(wish_.table.contract_version) + ", and is left as it is");
      return std::move(merged_);
    }
    add_columns(wish_.table.columns, "the contract says");
    add_columns(wish_.extra, "silver has");
    if (merged_.same_partitions) set_parameters();
    set_description();
    return std::move(merged_);
  }

 private:
  Json& storage() { return member(merged_.input, "StorageDescriptor", Json::object()); }
  Json& parameters() { return member(merged_.input, "Parameters", Json::object()); }

  void find(const std::string& what) {
    merged_.findings.push_back("table " + wish_.table.name + ": " + what);
  }

  // Adding our columns to a table of other files would break queries that work.
  Result<> check_identity() {
    std::string location = storage().text_or("Location", "");
    if (with_slash(location) != wish_.table.location) {
      return another(wish_.table,
                     "its location is " + show(location) + ", wanted " + wish_.table.location);
    }
    const Json* serde = storage().find("SerdeInfo");
    std::string library = serde == nullptr ? "" : serde->text_or("SerializationLibrary", "");
    if (lowered(library).find("parquet") == std::string::npos) {
      return another(wish_.table, "it reads its files with " + show(library) + ", not as Parquet");
    }
    return {};
  }

  // Glue can't change the partition keys of a table.
  void check_keys() {
    Json wanted = table_input(wish_.table);
    auto names = [](const Json& keys) {
      std::vector<std::string> list;
      for (const Json& key : keys.as_array()) list.push_back(key.text_or("Name", ""));
      return list;
    };
    auto there = names(member(merged_.input, "PartitionKeys", Json::array()));
    auto ours = names(*wanted.find("PartitionKeys"));
    if (there == ours) return;
    merged_.same_partitions = false;
    find("it is partitioned by (" + join(there, ", ") + "), the contract says (" +
         join(ours, ", ") + "): make the table anew to change that");
  }

  bool is_of_newer_contract() {
    std::optional<uint64_t> version = parse_number(parameters().text_or(version_parameter, ""));
    return version.has_value() && *version > wish_.table.contract_version;
  }

  bool is_key(const std::string& name) {
    const Json::Array& keys = member(merged_.input, "PartitionKeys", Json::array()).as_array();
    return std::any_of(keys.begin(), keys.end(),
                       [&](const Json& key) { return small(key.text_or("Name", "")) == name; });
  }

  void add_columns(const std::vector<Column>& columns, const std::string& who) {
    for (const Column& column : columns) add_column(column, who);
  }

  void add_column(const Column& column, const std::string& who) {
    Json::Array& there = member(storage(), "Columns", Json::array()).as_array();
    auto found = std::find_if(there.begin(), there.end(), [&](const Json& one) {
      return small(one.text_or("Name", "")) == column.name;
    });
    if (found == there.end()) {
      if (is_key(column.name)) {
        return find("the column " + show(column.name) + " is a partition too, and is not added");
      }
      Json added = Json::object();
      added.set("Name", column.name).set("Type", column.type);
      if (!column.comment.empty()) added.set("Comment", column.comment);
      there.push_back(std::move(added));
      merged_.columns_added.push_back(column.name);
      merged_.changed = true;
      return;
    }
    std::string type = found->text_or("Type", "");
    if (plain_type(type) != plain_type(column.type)) {
      find("the column " + show(column.name) + " is " + type + ", " + who + " " + column.type +
           ": a type is not changed by itself");
    }
    // A comment that somebody wrote there is theirs.
    if (column.comment.empty() || !found->text_or("Comment", "").empty()) return;
    found->set("Comment", column.comment);
    merged_.changed = true;
  }

  void set_parameters() {
    for (const auto& [name, value] : wish_.table.parameters) {
      if (parameters().text_or(name, "") == value) continue;
      parameters().set(name, value);
      merged_.changed = true;
    }
  }

  void set_description() {
    if (wish_.table.description.empty()) return;
    if (!merged_.input.text_or("Description", "").empty()) return;
    merged_.input.set("Description", wish_.table.description);
    merged_.changed = true;
  }

  const Wish& wish_;
  Merged merged_;
};

// One synchronisation under way.
class Syncing {
 public:
  Syncing(Catalog& catalog, const Wish& wish, const SyncOptions& options)
      : catalog_(catalog), wish_(wish), options_(options) {}

  Result<Synced> run() {
    SMITH_TRY(settle_table());
    synced_.partitions = wish_.partitions.size();
    if (same_partitions_ && !options_.dry_run) SMITH_TRY(add_partitions());
    return std::move(synced_);
  }

 private:
  // Looks, writes what follows from the look, and begins again where somebody was faster.
  Result<> settle_table() {
    while (true) {
      ++synced_.attempts;
      Result<Written> tried = try_table();
      if (tried.ok() && *tried == Written::done) return {};
      if (!tried.ok() && tried.error().code != Code::busy) return std::move(tried).error();
      Error last = tried.ok() ? Error{Code::busy, "others changed it each time", "", ""}
                              : std::move(tried).error();
      SMITH_TRY(wait(synced_.attempts, last));
    }
  }

  Result<> wait(uint32_t attempts, const Error& last) {
    std::string about = "table " + wish_.table.name + ": " + last.message;
    if (attempts >= options_.attempts_max) {
      return Error{Code::busy, about + ", " + std::to_string(attempts) + " times", last.hint, ""};
    }
    if (!options_.pause || options_.pause(attempts)) return {};
    return Error{Code::stopped, about + "; no time is left", last.hint, ""};
  }

  Result<Written> try_table() {
    std::optional<Held> held = SMITH_TRY(catalog_.table(wish_.table.name));
    synced_.columns_added.clear();
    synced_.findings.clear();
    if (!held.has_value()) return create();
    Merged merged = SMITH_TRY(merge(held->table, wish_));
    same_partitions_ = merged.same_partitions;
    synced_.columns_added = std::move(merged.columns_added);
    synced_.findings = std::move(merged.findings);
    // What we made in an attempt before, of which the answer was lost, is no change of this one.
    synced_.change = merged.changed ? Change::changed : Change::none;
    if (!merged.changed || options_.dry_run) return Written::done;
    return catalog_.update(merged.input, held->version);
  }

  Result<Written> create() {
    Merged merged = SMITH_TRY(merge(table_input(wish_.table), wish_));
    for (const Column& column : wish_.table.columns) synced_.columns_added.push_back(column.name);
    for (std::string& name : merged.columns_added) synced_.columns_added.push_back(std::move(name));
    synced_.findings = std::move(merged.findings);
    synced_.change = Change::made;
    same_partitions_ = true;
    if (options_.dry_run) return Written::done;
    return catalog_.create(merged.input);
  }

  Result<> add_partitions() {
    std::vector<Json> inputs;
    for (const PartitionValues& values : wish_.partitions) {
      std::string no_value = why_no_value(wish_.table, values);
      std::string why = no_value.empty() ? why_not_projected(wish_.table, values) : no_value;
      if (!why.empty()) {
        std::string so = no_value.empty() ? "" : "it is not registered, and ";
        synced_.findings.push_back("table " + wish_.table.name + ": " + why + ", so that " + so +
                                   "Athena passes it over");
      }
      if (!no_value.empty()) continue;
      if (!values.empty()) inputs.push_back(partition_input(wish_.table, values));
    }
    for (size_t at = 0; at < inputs.size(); at += partitions_a_call_max) {
      size_t count = std::min(partitions_a_call_max, inputs.size() - at);
      std::vector<Json> chunk(inputs.begin() + static_cast<ptrdiff_t>(at),
                              inputs.begin() + static_cast<ptrdiff_t>(at + count));
      SMITH_TRY(add_chunk(chunk));
    }
    return {};
  }

  Result<> add_chunk(const std::vector<Json>& chunk) {
    for (uint32_t attempts = 1;; ++attempts) {
      Result<uint64_t> added = catalog_.add_partitions(wish_.table.name, chunk);
      if (added.ok()) {
        synced_.partitions_added += *added;
        return {};
      }
      if (added.error().code != Code::busy) return std::move(added).error();
      SMITH_TRY(wait(attempts, added.error()));
    }
  }

  Catalog& catalog_;
  const Wish& wish_;
  const SyncOptions& options_;
  Synced synced_;
  bool same_partitions_ = true;
};

}  // namespace

std::string_view name_of(Change change) {
  switch (change) {
    case Change::none: return "none";
    case Change::made: return "made";
    case Change::changed: return "changed";
  }
  return "";
}

Result<Merged> merge(const Json& held, const Wish& wish) { return Merging(held, wish).run(); }

Result<Synced> sync(Catalog& catalog, const Wish& wish, const SyncOptions& options) {
  return Syncing(catalog, wish, options).run();
}

std::vector<Column> extra_columns(const Table& table, const silver::Account& account,
                                  std::vector<std::string>& findings) {
  std::vector<Column> extra;
  if (!table.keeps_extra) return extra;
  auto is_known = [](const std::vector<Column>& columns, const std::string& name) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const Column& column) { return column.name == name; });
  };
  for (const silver::ColumnProfile& column : account.columns) {
    std::optional<std::string> known = folded(column.name);
    std::string name = known.value_or(column.name);
    if (is_known(table.columns, name) || is_known(extra, name)) continue;
    std::optional<std::string> type = glue_type_of(column.type);
    std::string why = type.has_value() ? why_no_column(name) : "its type is " + show(column.type);
    if (!known.has_value()) why = fold_doubt;
    if (why.empty()) {
      extra.push_back({std::move(name), *type, ""});
    } else {
      findings.push_back("table " + table.name + ": the column " + show(column.name) + " of " +
                         printable(account.key) + " is left out: " + why);
    }
  }
  return extra;
}

}  // namespace silversmith::catalog
