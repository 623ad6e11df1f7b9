// SPDX-License-Identifier: Apache-2.0
// A lake, opened: the stores behind its roots (folders or buckets) and the names in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cloud.h"
#include "config.h"
#include "silver/name.h"
#include "silver/receipt.h"
#include "store/file_ops.h"
#include "store/local.h"
#include "store/store.h"

namespace silversmith::app {

// The prefixes of a lake's keys in its bucket, or its two buckets; `silver` "" is the root itself.
// Fails with invalid when one names no bucket.
Result<silver::Prefixes> lake_prefixes(const std::string& root, const std::string& silver);

class Lake {
 public:
  // Fails with invalid (no lake there: the hint names `silversmith init`), denied.
  // `stop` (may be null) ends waits for the network. `readers` objects are worked on at once.
  static Result<std::unique_ptr<Lake>> open(const std::string& root, const Settings& settings,
                                            const std::atomic<bool>* stop, uint32_t readers = 1);
  explicit Lake(std::string root) : root_(std::move(root)) {}

  store::Store& source() { return *source_; }
  store::Store& target() { return silver_ == nullptr ? *source_ : *silver_; }
  const silver::Prefixes& prefixes() const { return prefixes_; }
  const std::string& root() const { return root_; }
  // What stands before the lake in the keys of its bucket: "" or "team-a/".
  const std::string& key_prefix() const { return key_prefix_; }
  // The whole key of a source object that may be given without that, or without bronze's prefix.
  // Fails with invalid when no source object can have it.
  Result<std::string> source_key(const std::string& typed) const;
  bool is_folder() const { return !is_in_s3(root_); }
  // Where scratch files go: with a folder, on silver's own file system.
  const std::string& tmp_path() const { return tmp_path_; }
  // Makes that folder where it is missing; whoever uses it finds out when that can't be done.
  void make_tmp();
  // Fails with invalid when a folder that is written to is a link, which no store follows.
  Result<> check_written() const;
  // A store for another root that belongs to the lake, as --contracts names it. Fails as open().
  Result<std::unique_ptr<store::Store>> open_root(const std::string& root);
  // What the lake's requests carry as X-Amzn-Trace-Id; of a folder nothing.
  void set_trace(const std::string& trace_id) {
    if (cloud_ != nullptr) cloud_->set_trace(trace_id);
  }
  // As Cloud::set_warning, while its stores are used.
  void set_warning(std::function<void(const Error&)> warning) {
    if (cloud_ != nullptr) cloud_->set_warning(std::move(warning));
  }
  // What else is reached over its network; made where the lake needs none itself.
  Cloud& cloud(const Settings& settings);
  // Of the memory of the process, what the network may hold.
  uint64_t network_bytes() const { return network_bytes_; }

  // Everything under `prefix`, in order: a page without a next one.
  Result<store::ListPage> list_all(store::Store& from, const std::string& prefix);

 private:
  std::string root_;
  std::string key_prefix_;
  std::string state_root_;  // of folders: whose .silversmith holds working state
  std::string tmp_path_;
  uint64_t network_bytes_ = 0;
  silver::Prefixes prefixes_;
  store::RealFileOps ops_;
  std::unique_ptr<Cloud> cloud_;  // absent: no root is in S3
  std::unique_ptr<store::Store> source_;
  std::unique_ptr<store::Store> silver_;  // absent: the same as source
  store::LocalStore* working_ = nullptr;  // the one of them that has a folder for scratch files
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

// The runs of a lake; `key` "" is all of them, else as Lake::source_key() takes it.
Result<Runs> read_runs(Lake& lake, const std::string& key);

}  // namespace silversmith::app
