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

Result<ByteSink*> Drafts::begin(std::optional<Sink>& sink, const store::Expected& expected) {
  Result<std::unique_ptr<store::Upload>> upload = setup_.target.upload(expected);
  if (!upload.ok()) return as_target_error(std::move(upload).error());
  sink.emplace(std::move(*upload));
  return &*sink;
}

// Silver's metadata and the key of the rejects hold the source version, which a folder knows only
// at the end; there nothing is sent before that anyway.
Result<ByteSink*> Drafts::silver() {
  if (!setup_.intake.version_known()) return begin(silver_, {});
  return begin(silver_, {setup_.names.silver, silver::metadata_of(SMITH_TRY(stamped()))});
}
Result<ByteSink*> Drafts::rejects_csv() { return begin_rejects(csv_, "rejects.csv"); }
Result<ByteSink*> Drafts::rejects_parquet() { return begin_rejects(parquet_, "rejects.parquet"); }

Result<ByteSink*> Drafts::begin_rejects(std::optional<Sink>& sink, const std::string& name) {
  if (!setup_.intake.version_known()) return begin(sink, {});
  silver::Account account = SMITH_TRY(stamped());
  return begin(sink, {setup_.names.quarantine_dir(account.generation) + name, {}});
}

Result<silver::Account> Drafts::stamped() {
  silver::Account account;
  stamp(account, setup_.key, SMITH_TRY(setup_.intake.version()), setup_.terms);
  return account;
}

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
