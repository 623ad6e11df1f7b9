// SPDX-License-Identifier: Apache-2.0
// What one attempt has written and not yet published: silver and the rejects, each an upload that
// vanishes when this does. Fills in the account what only the protocol knows, just before the
// footers are written.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "silver/name.h"
#include "smith/converter.h"
#include "smith/intake.h"
#include "store/store.h"

namespace silversmith::smith {

class Drafts : public Outputs {
 public:
  struct Setup {
    store::Store& target;
    const std::string& key;  // of the source
    const silver::Names& names;
    Intake& intake;
    const Terms& terms;
  };
  // All of `setup` must outlive this.
  explicit Drafts(const Setup& setup) : setup_(setup) {}

  Result<ByteSink*> silver() override;
  Result<ByteSink*> rejects_csv() override;
  Result<ByteSink*> rejects_parquet() override;
  Result<parquet::KeyValues> seal(silver::Account& account) override;

  // Puts the rejects and their report in place; a generation's rejects that are there already are
  // the same bytes. Does nothing when there are none.
  Result<> publish_rejects(const silver::Account& account);
  // Requires that silver() was asked for. Fails as Upload::commit does.
  Result<store::Tag> publish_silver(const silver::Account& account,
                                    const store::Condition& condition);
  uint64_t silver_bytes() const { return silver_.has_value() ? silver_->size() : 0; }
  bool has_rejects() const { return csv_.has_value() || parquet_.has_value(); }

 private:
  // Trouble with the target is never a fault of the source: a code that would refuse the object
  // becomes one for the operator.
  class Sink : public ByteSink {
   public:
    explicit Sink(std::unique_ptr<store::Upload> upload) : upload_(std::move(upload)) {}
    Result<> write(std::string_view bytes) override;
    uint64_t size() const { return upload_->size(); }
    store::Upload& upload() { return *upload_; }

   private:
    std::unique_ptr<store::Upload> upload_;
  };

  Result<ByteSink*> begin(std::optional<Sink>& sink, const store::Expected& expected);
  Result<ByteSink*> begin_rejects(std::optional<Sink>& sink, const std::string& name);
  // An account with what is known before anything is counted.
  Result<silver::Account> stamped();

  Setup setup_;
  std::optional<Sink> silver_;
  std::optional<Sink> csv_;
  std::optional<Sink> parquet_;
};

// Fills in what only the protocol knows, and under which terms the object was converted: silver's
// lineage must agree with what the next worker compares it with.
void stamp(silver::Account& account, const std::string& key, const std::string& version,
           const Terms& terms);

// An error of the target store, as the protocol must see it.
Error as_target_error(Error error);

}  // namespace silversmith::smith
