// SPDX-License-Identifier: Apache-2.0
#include "smith/forge.h"

#include <cstdint>
#include <optional>

#include "base/text.h"
#include "silver/commit.h"
#include "silver/lineage.h"
#include "silver/receipt.h"
#include "smith/drafts.h"
#include "smith/intake.h"
#include "smith/refusal.h"

namespace silversmith::smith {

namespace {

Error configuration(std::string message, std::string hint) {
  return {Code::denied, std::move(message), std::move(hint), "configuration-error"};
}

// One key on its way. The steps are numbered as in docs/decisions/0050-commit-protocol.md.
class Forging {
 public:
  Forging(std::string_view key, const Smithy& smithy)
      : smithy_(smithy), key_(key), started_(smithy.clock.steady_micros()) {
    begin_result();
    started_wall_ = rfc3339(smithy.clock.wall_micros());
  }

  RunResult run() {
    if (!silver::accepts(smithy_.prefixes, key_)) return finish(Status::ignored);
    if (find_invalid_utf8(key_).has_value()) {
      // Receipts, results and Parquet hold names as UTF-8: such a one could not be told from
      // others.
      return fail({Code::denied, "the name " + show(key_, SIZE_MAX) + " is not UTF-8",
                   "rename the object", ""});
    }
    names_ = silver::names_of(smithy_.prefixes, key_);
    Retry retry(smithy_.options.retry, smithy_.clock);
    while (true) {
      result_.attempts = retry.attempts();
      Result<Next> next = attempt();
      if (next.ok() && next->has_value()) return finish(**next);
      Action action = next.ok() ? Action::converge : action_for(next.error().code);
      if (action == Action::ignore) return finish(Status::ignored);
      if (retry.again(action, smithy_.clock.steady_micros() - answered_micros_)) continue;
      if (next.ok()) {
        return fail({Code::busy, smithy_.source.where(key_) + " keeps changing",
                     "run again when its writer is done", ""});
      }
      return fail(std::move(next).error());
    }
  }

 private:
  // A status ends the run; nothing means: look again.
  using Next = std::optional<Status>;

  // Of an earlier attempt nothing may stay in the result.
  void begin_result() {
    RunResult fresh;
    fresh.run_id = smithy_.options.run_id;
    fresh.bucket = smithy_.source.name();
    fresh.output_bucket = smithy_.target.name();
    fresh.output = names_.silver;
    fresh.account.key = key_;
    fresh.attempts = result_.attempts;
    result_ = std::move(fresh);
  }

  // The store did what was asked of it: what fails next began to fail now.
  void note_answered() { answered_micros_ = smithy_.clock.steady_micros(); }

  Result<Next> attempt() {
    begin_result();
    note_answered();
    silver::Held held = SMITH_TRY(look());  // S1, before S2
    note_answered();
    if (held.is_of_key()) SMITH_TRY(ensure_receipt(held));
    note_answered();
    Intake intake = SMITH_TRY(Intake::open(smithy_.source, key_, smithy_.options.stop));  // S2
    note_answered();
    std::unique_ptr<Converter> converter = SMITH_TRY(find_terms(held, intake));
    Next settled = SMITH_TRY(settle(held, intake, *converter));  // S3
    if (settled.has_value()) return settled;
    Drafts drafts({smithy_.target, key_, names_, intake, converter->terms()});
    silver::Account account = SMITH_TRY(convert(*converter, intake, drafts));  // S4
    if (account.refused()) return refuse({account, converter->terms().outcome}, intake);
    return publish(account, held, drafts, intake);
  }

  Result<silver::Held> look() {
    silver::Held held = SMITH_TRY(silver::glance(smithy_.target, names_.silver, key_));
    bool ours = !held.exists() || held.is_of_key();
    if (ours || smithy_.options.adopt) return held;
    std::string silver = smithy_.target.where(names_.silver);
    std::string what = held.lineage.has_value() ? " was made from another source key"
                                                : " is damaged, or was not made by silversmith";
    return configuration(silver + what + "; it is left as it is",
                         "move it away, or take it over with --adopt");
  }

  static bool is_newer(const silver::Held& held, const Terms& terms) {
    return held.is_of_key() && held.lineage->made_under(terms.contract) &&
           held.lineage->contract_version > terms.version;
  }

  Result<std::unique_ptr<Converter>> load(Reread reread) {
    Result<std::unique_ptr<Converter>> converter = smithy_.converters.for_key(key_, reread);
    if (converter.ok()) return converter;
    return as_contract_error(std::move(converter).error());
  }

  Result<std::unique_ptr<Converter>> find_terms(const silver::Held& held, Intake& intake) {
    std::unique_ptr<Converter> converter = SMITH_TRY(load(Reread::if_stale));
    if (is_newer(held, converter->terms())) converter = SMITH_TRY(load(Reread::now));
    note_terms(converter->terms());
    if (!is_newer(held, converter->terms())) return converter;
    bool same = held.lineage->made_from(SMITH_TRY(intake.version()));
    bool again = smithy_.options.reprocess || smithy_.options.force;
    if (same && !again) return converter;  // a duplicate, under whatever contract
    const Terms& terms = converter->terms();
    std::string message = smithy_.target.where(names_.silver) + " was made under version " +
                          std::to_string(held.lineage->contract_version) + " of contract " +
                          terms.contract + ", this process knows version " +
                          std::to_string(terms.version);
    std::string hint = "to go back, publish the older text under a higher version";
    if (same) return configuration(message, hint);
    return Error{Code::busy, message, hint, ""};
  }

  void note_terms(const Terms& terms) {
    warn_ratio_ = terms.bad_ratio_warn;
    result_.account.contract = terms.contract;
    result_.account.contract_version = terms.version;
    result_.account.contract_hash = terms.hash;
  }

  // Whether nothing needs converting.
  Result<Next> settle(const silver::Held& held, Intake& intake, const Converter& converter) {
    const ForgeOptions& options = smithy_.options;
    if (held.is_of_key()) {
      std::string version = SMITH_TRY(intake.version());
      generation_ = silver::generation_name(version, converter.terms().identity);
      bool same = held.lineage->made_from(version);
      bool differs = held.lineage->generation != generation_;
      bool again = (options.force && !made_by_us(held)) || (options.reprocess && differs);
      if (same && !again) return have_already(held);
    }
    bool skips = options.skip_known_rejects && !options.reprocess && !options.force;
    if (!skips) return Next();
    return known_reject(intake, converter);
  }

  bool made_by_us(const silver::Held& held) const {
    return converted_.has_value() && held.is_of_key() &&
           held.lineage->generation == converted_->generation &&
           held.lineage->made_from(converted_->source_version);
  }

  // Silver holds this source version. "It is me": when this run has converted it, then a lost
  // answer or a twin has committed it, and it counts as done.
  Result<Next> have_already(const silver::Held& held) {
    if (made_by_us(held)) {
      committed_ = true;
      result_.account = *converted_;
    }
    if (committed_) return Next(success_of(*converted_));
    result_.receipt = names_.receipt(held.lineage->generation);
    // Lost to a twin that knows another contract: the same source version is a duplicate all the
    // same.
    bool twin = converted_.has_value() && held.lineage->made_from(converted_->source_version);
    if (converted_.has_value() && !twin) {
      result_.account = *converted_;
      return Next(Status::superseded);
    }
    result_.repeated = !converted_.has_value();
    // What silver was made under; lineage does not have its contract's hash.
    silver::Account made;
    made.key = key_;
    made.source_version = held.lineage->source_version;
    made.generation = held.lineage->generation;
    made.contract = held.lineage->contract;
    made.contract_version = held.lineage->contract_version;
    if (generation_ == made.generation) made.contract_hash = result_.account.contract_hash;
    result_.account = std::move(made);
    return Next(Status::duplicate);
  }

  Status success_of(const silver::Account& account) {
    result_.account = account;
    result_.receipt = names_.receipt(account.generation);
    if (has_rejects_) result_.quarantine = names_.quarantine_dir(account.generation);
    result_.bytes_out = converted_bytes_;
    result_.bad_ratio_passed = warn_ratio_.has_value() && account.rows_quarantined > 0 &&
                               account.invalid_row_rate() >= *warn_ratio_;
    return status_of(account);
  }

  // A verdict stands while source version and contract do, whatever format version gave it. The
  // version costs a read of the object in a folder: only where something was refused or set aside
  // before.
  Result<Next> known_reject(Intake& intake, const Converter& converter) {
    std::string folder = names_.quarantine_prefix + names_.rel + "/";
    if (!intake.version_known()) {
      store::ListPage page = SMITH_TRY(as_target(smithy_.target.list(folder, "")));
      if (page.objects.empty()) return Next();
    }
    std::string version = SMITH_TRY(intake.version());
    RefusalQuery query{smithy_.target, folder, key_, version, converter.terms().outcome};
    std::optional<silver::Rejected> stands = SMITH_TRY(standing_refusal(query));
    if (!stands.has_value()) return Next();
    SMITH_TRY(put_receipt({stands->account, std::nullopt}));
    result_.repeated = !converted_.has_value();
    result_.account = std::move(stands->account);
    result_.quarantine = names_.quarantine_dir(result_.account.generation);
    result_.receipt = names_.receipt(result_.account.generation);
    return Next(Status::rejected);
  }

  Result<silver::Account> convert(Converter& converter, Intake& intake, Drafts& drafts) {
    // What is wrong with the data is in the account; an error says nothing about the object.
    Result<silver::Account> converted = converter.convert(key_, intake.opener(), drafts);
    note_answered();  // bytes moved while it worked
    if (!converted.ok()) {
      bool refuses = action_for(converted.error().code) == Action::refuse;
      return refuses ? as_target_error(std::move(converted).error()) : std::move(converted).error();
    }
    silver::Account account = std::move(*converted);
    stamp(account, key_, SMITH_TRY(intake.version()), converter.terms());
    SMITH_CHECK(account.balances(), key_ + " does not balance: nothing is published");
    return account;
  }

  // The older silver stays; the report is written once.
  Result<Next> refuse(const silver::Rejected& rejected, Intake& intake) {
    result_.account = rejected.account;
    result_.quarantine = names_.quarantine_dir(result_.account.generation);
    SMITH_TRY(put(result_.quarantine + std::string(rejected_name), rejected_text(rejected)));
    SMITH_TRY(put_receipt({rejected.account, observed()}));
    result_.receipt = names_.receipt(result_.account.generation);
    return verify(intake, Status::rejected);
  }

  Result<Next> publish(const silver::Account& account, const silver::Held& held, Drafts& drafts,
                       Intake& intake) {
    SMITH_TRY(as_target(drafts.publish_rejects(account)));  // S5
    note_answered();
    has_rejects_ = drafts.has_rejects();
    converted_ = account;
    committed_ = false;
    converted_bytes_ = drafts.silver_bytes();
    store::Condition condition =
        held.exists() ? store::Condition::match(*held.tag) : store::Condition::absent();
    Result<store::Tag> tag = drafts.publish_silver(account, condition);  // S6
    if (!tag.ok()) {
      Error error = std::move(tag).error();
      // What we wanted to replace is gone: look again.
      if (error.code == Code::missing) error.code = Code::conflict;
      return as_target_error(std::move(error));
    }
    committed_ = true;
    note_answered();
    Status status = success_of(account);
    Result<> receipt = put_receipt({account, observed()});
    if (!receipt.ok()) return without_receipt(std::move(receipt).error());
    return verify(intake, status);  // S7
  }

  // Bronze may have changed since it was read, and the event about that may have come and gone.
  Result<Next> verify(Intake& intake, Status status) {
    Result<bool> unchanged = intake.unchanged();
    if (!unchanged.ok()) {
      // Deleted since, or something that is no object has its name; deletes are not propagated.
      Action action = action_for(unchanged.error().code);
      if (action == Action::ignore || action == Action::refuse) return Next(status);
      return std::move(unchanged).error();
    }
    return *unchanged ? Next(status) : Next();
  }

  // What silver holds has a receipt before anything else happens to the key: who converted it may
  // have died before writing one, and whatever comes now may be the last chance.
  Result<> ensure_receipt(const silver::Held& held) {
    std::string name = names_.receipt(held.lineage->generation);
    if (SMITH_TRY(silver::exists(smithy_.target, name))) return {};
    if (made_by_us(held)) {
      Result<> made = put_receipt({*converted_, observed()});
      return made.ok() ? std::move(made) : without_receipt(std::move(made).error());
    }
    std::optional<Json> account =
        SMITH_TRY(silver::read_account(smithy_.target, names_.silver, *held.tag));
    if (account.has_value()) {
      Result<> made = put(name, silver::rebuilt_receipt_text(*account));
      return made.ok() ? std::move(made) : without_receipt(std::move(made).error());
    }
    if (smithy_.options.adopt) return {};
    return configuration(smithy_.target.where(names_.silver) +
                             " has lost the account from its footer; it is left as it is",
                         "move it away, or replace it with --adopt --force");
  }

  // The work is done and can't be seen to be: who reads this wants to know what is there by now,
  // and that trying again costs no conversion.
  static Error without_receipt(Error error) {
    error = std::move(error).in("silver is committed, its receipt is not");
    if (!error.hint.empty()) error.hint += "; ";
    error.hint += "the next try leaves silver as it is and makes the receipt";
    return error;
  }

  Result<> put_receipt(const silver::Receipt& receipt) {
    return put(names_.receipt(receipt.account.generation), silver::receipt_text(receipt));
  }

  Result<> put(const std::string& name, const std::string& text) {
    Result<silver::Put> put = silver::put_once(smithy_.target, name, text);
    if (!put.ok()) return as_target_error(std::move(put).error());
    return {};
  }

  template <class T>
  static Result<T> as_target(Result<T> done) {
    if (!done.ok()) return as_target_error(std::move(done).error());
    return done;
  }

  uint64_t elapsed_ms() const {
    return static_cast<uint64_t>(smithy_.clock.steady_micros() - started_) / 1000;
  }

  uint64_t memory_peak_bytes() const {
    auto* peak = smithy_.options.memory_peak_bytes;
    return peak == nullptr ? 0 : peak();
  }

  silver::Observed observed() const {
    silver::Observed observed;
    observed.run_id = smithy_.options.run_id;
    observed.lake = smithy_.source.name();
    observed.host = smithy_.options.host;
    observed.started = started_wall_;
    observed.duration_ms = elapsed_ms();
    observed.memory_peak_bytes = memory_peak_bytes();
    observed.bytes_out = converted_bytes_;
    observed.attempts = result_.attempts;
    return observed;
  }

  RunResult finish(Status status) {
    result_.status = status;
    result_.duration_ms = elapsed_ms();
    result_.memory_peak_bytes = memory_peak_bytes();
    return std::move(result_);
  }

  RunResult fail(const Error& error) {
    result_.error = RunError{error.code, error.type, error.message, error.hint};
    return finish(Status::error);
  }

  const Smithy& smithy_;
  std::string key_;
  int64_t started_;
  int64_t answered_micros_ = 0;  // steady clock's; when the store last did what was asked of it
  std::string started_wall_;
  silver::Names names_;
  std::optional<double> warn_ratio_;
  std::string generation_;  // of the bronze version that was compared with silver's
  RunResult result_;
  std::optional<silver::Account> converted_;  // by an attempt of this run that came to its commit
  uint64_t converted_bytes_ = 0;              // of its silver
  bool committed_ = false;                    // and silver was seen to hold it
  bool has_rejects_ = false;
};

}  // namespace

RunResult forge(std::string_view key, const Smithy& smithy) { return Forging(key, smithy).run(); }

}  // namespace silversmith::smith
