// SPDX-License-Identifier: Apache-2.0
// The function `catalog`: events about receipts, each of which tells of a new silver object: the
// table of its contract is made or added to, its partition registered (catalog/sync.h). It runs
// beside the hot path and outside of the private network, which has no way to Glue.
#include "base/text.h"
#include "bronze/event.h"
#include "cataloguing.h"
#include "handlers.h"
#include "session.h"

namespace silversmith::app {

namespace {

constexpr std::string_view receipt_suffix = ".json";

Json ignored(const std::string& key, std::string_view note) {
  return Json::object().set("status", "ignored").set("key", key).set("note", note);
}

Level level_of(const Json& result) {
  if (result.text_or("status", "") == "error") return Level::error;
  const Json* findings = result.find("findings");
  return findings != nullptr && !findings->as_array().empty() ? Level::warn : Level::info;
}

class CatalogWork : public Work {
 public:
  explicit CatalogWork(const FunctionSetup& setup) : setup_(setup) {}

  Result<> open() override {
    std::string root = SMITH_TRY(wanted_setting(setup_.settings, "lake"));
    database_ = SMITH_TRY(wanted_setting(setup_.settings, "database"));
    session_ = SMITH_TRY(Session::open(root, setup_.settings, setup_.console, setup_.progress));
    place_ = SMITH_TRY(place_of(session_->lake()));
    catalog_ = SMITH_TRY(session_->lake().cloud(setup_.settings).catalog(database_));
    return {};
  }

  wire::Outcome work(const wire::Invocation& invocation, const Until& until) override {
    session_->lake().set_trace(invocation.trace_id);
    bronze::Envelope envelope = bronze::read_event(invocation.payload);
    std::vector<ItemOutcome> outcomes;
    for (const bronze::Delivery& delivery : envelope.deliveries) {
      outcomes.push_back(work_on(delivery, until));
    }
    bool queue = envelope.kind == bronze::EventKind::sqs;
    return answer_items(queue ? Sender::queue : Sender::one, outcomes);
  }

 private:
  ItemOutcome work_on(const bronze::Delivery& delivery, const Until& until) {
    ItemOutcome outcome;
    outcome.id = delivery.id;
    for (const Error& error : delivery.errors) {
      add_error(outcome, error);
      tell(Level::error, outcome.results.back());
    }
    for (const bronze::Event& event : delivery.events) {
      Result<Json> done = bring_in(event, until);
      if (done.ok()) {
        outcome.results.push_back(*std::move(done));
      } else {
        add_error(outcome, std::move(done).error().in(printable(event.key)));
      }
      tell(level_of(outcome.results.back()), outcome.results.back());
    }
    return outcome;
  }

  void tell(Level level, const Json& fields) { setup_.log.write(level, "catalog", fields); }

  Result<Json> bring_in(const bronze::Event& event, const Until& until) {
    const std::string& receipts = session_->lake().prefixes().receipts;
    bool ours = event.change == bronze::Change::made && event.bucket == place_.bucket &&
                event.key.starts_with(receipts) && event.key.ends_with(receipt_suffix);
    if (!ours) return ignored(event.key, "no new receipt of this lake");
    Result<silver::Receipt> receipt = read_receipt(session_->lake(), event.key);
    if (!receipt.ok() && receipt.error().code == Code::missing) {
      return ignored(event.key, "there is no such receipt, or no more");
    }
    const silver::Account account = SMITH_TRY(std::move(receipt)).account;
    if (account.refused()) return ignored(event.key, "it is of a refused file");
    auto contract = SMITH_TRY(contract_of(account));
    if (!contract.has_value()) return ignored(event.key, "no contract says its table");
    return sync_receipt(*contract, account, until);
  }

  // A receipt of a newer version than we know: whoever changed the contract has just done so.
  Result<std::optional<contract::Contract>> contract_of(const silver::Account& account) {
    auto contract = SMITH_TRY(session_->contracts().find(account.key, smith::Reread::if_stale));
    bool older = !contract.has_value() || contract->version < account.contract_version;
    if (!older || account.contract.empty()) return contract;
    return session_->contracts().find(account.key, smith::Reread::now);
  }

  Result<Json> sync_receipt(const contract::Contract& contract, const silver::Account& account,
                            const Until& until) {
    catalog::Wish wish{SMITH_TRY(catalog::table_of(contract, place_)), {}, {}};
    std::vector<std::string> findings;
    wish.extra = catalog::extra_columns(wish.table, account, findings);
    std::string key = silver::names_of(session_->lake().prefixes(), account.key).silver;
    auto values = catalog::partition_of(wish.table, key);
    if (!values.ok()) findings.push_back(values.error().message);
    if (values.ok() && !values->empty()) wish.partitions.push_back(*values);
    catalog::SyncOptions options;
    options.pause = sync_pause(until.deadline_micros);
    catalog::Synced synced = SMITH_TRY(catalog::sync(*catalog_, wish, options));
    synced.findings.insert(synced.findings.end(), findings.begin(), findings.end());
    return synced_json(synced, wish.table, database_).set("key", account.key);
  }

  FunctionSetup setup_;
  std::string database_;
  std::unique_ptr<Session> session_;
  catalog::Place place_;
  std::unique_ptr<catalog::Catalog> catalog_;
};

}  // namespace

std::unique_ptr<Work> make_catalog(const FunctionSetup& setup) {
  return std::make_unique<CatalogWork>(setup);
}

}  // namespace silversmith::app
