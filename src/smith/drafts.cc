// SPDX-License-Identifier: Apache-2.0
#include "smith/drafts.h"

#include "silver/commit.h"
#include "silver/lineage.h"
#include "silver/receipt.h"
#include "smith/policy.h"

namespace silversmith::smith {

void stamp(silver::Account& account, const std::string& key, const std::string& version,
           const Terms& terms) {
  account.key = key;
  account.source_version = version;
  account.generation = silver::generation_name(version, terms.identity);
  account.contract = terms.contract;
  account.contract_version = terms.version;
  if (account.contract_hash.empty()) account.contract_hash = terms.hash;
}

Error as_target_error(Error error) {
  Action action = action_for(error.code);
  if (action == Action::refuse) error.code = Code::denied;
  // What we write into was there when we looked: whoever clears up will be done.
  if (action == Action::ignore) error.code = Code::busy;
  return error;
}

Result<> Drafts::Sink::write(std::string_view bytes) {
  Result<> written = upload_->write(bytes);
  if (!written.ok()) return as_target_error(std::move(written).error());
  return {};
}

Result<ByteSink*> Drafts::begin(std::optional<Sink>& sink, const std::string& key) {
  Result<std::unique_ptr<store::Upload>> upload = setup_.target.upload(key);
  if (!upload.ok()) return as_target_error(std::move(upload).error());
  sink.emplace(std::move(*upload));
  return &*sink;
}

Result<ByteSink*> Drafts::silver() { return begin(silver_, setup_.names.silver); }
// The key of the rejects holds the source version, which a folder knows only at the end.
Result<ByteSink*> Drafts::rejects_csv() { return begin(csv_, ""); }
Result<ByteSink*> Drafts::rejects_parquet() { return begin(parquet_, ""); }

Result<parquet::KeyValues> Drafts::seal(silver::Account& account) {
  stamp(account, setup_.key, SMITH_TRY(setup_.intake.version()), setup_.terms);
  return silver::footer_of(account);
}

Result<> Drafts::publish_rejects(const silver::Account& account) {
  if (!has_rejects()) return {};
  std::string folder = setup_.names.quarantine_dir(account.generation);
  if (csv_.has_value())
    SMITH_TRY(silver::commit_once(setup_.target, csv_->upload(), folder + "rejects.csv"));
  if (parquet_.has_value()) {
    SMITH_TRY(silver::commit_once(setup_.target, parquet_->upload(), folder + "rejects.parquet"));
  }
  SMITH_TRY(silver::put_once(setup_.target, folder + "report.json", silver::report_text(account)));
  return {};
}

Result<store::Tag> Drafts::publish_silver(const silver::Account& account,
                                          const store::Condition& condition) {
  SMITH_CHECK(silver_.has_value(), "nothing was written for " + setup_.names.silver);
  return silver_->upload().commit(setup_.names.silver, silver::metadata_of(account), condition);
}

}  // namespace silversmith::smith
