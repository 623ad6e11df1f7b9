// SPDX-License-Identifier: Apache-2.0
// A lake, opened: the stores behind its roots and the names in it. s3:// roots come later and say
// so.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config.h"
#include "silver/name.h"
#include "silver/receipt.h"
#include "store/file_ops.h"
#include "store/local.h"
#include "store/store.h"

namespace silversmith::app {

class Lake {
 public:
  // Fails with invalid (no lake there: the hint names `silversmith init`), denied.
  static Result<std::unique_ptr<Lake>> open(const std::string& root, const Settings& settings);
  explicit Lake(std::string root) : root_(std::move(root)) {}

  store::Store& source() { return *source_; }
  store::Store& target() { return silver_ == nullptr ? *source_ : *silver_; }
  const silver::Prefixes& prefixes() const { return prefixes_; }
  const std::string& root() const { return root_; }
  const std::string& state_root() const { return state_root_; }
  // Where scratch files go: on silver's own file system.
  std::string tmp_path() const { return state_root_ + "/.silversmith/tmp"; }
  // Makes that folder where it is missing; whoever uses it finds out when that can't be done.
  void make_tmp() {
    auto made = source_->make_tmp();
    static_cast<void>(made);
  }

  // Everything under `prefix`, in order: a page without a next one.
  Result<store::ListPage> list_all(store::Store& from, const std::string& prefix);

 private:
  std::string root_;
  std::string state_root_;
  silver::Prefixes prefixes_;
  store::RealFileOps ops_;
  std::unique_ptr<store::LocalStore> source_;
  std::unique_ptr<store::LocalStore> silver_;  // absent: the same as source
};

// A receipt with what silver says about it now.
struct Run {
  silver::Receipt receipt;
  std::string receipt_key;
  // Silver holds this generation; of a refusal: bronze still holds what was refused.
  bool current = false;
  std::optional<Error> doubt;  // why that could not be found out
};

struct Runs {
  std::vector<Run> runs;          // by source key and generation
  std::vector<Error> unreadable;  // receipts and folders, each named; the rest is listed
};

// The runs of a lake; `key` "" is all of them. A key may be given with or without the bronze
// prefix.
Result<Runs> read_runs(Lake& lake, const std::string& key);

}  // namespace silversmith::app
