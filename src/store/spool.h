// SPDX-License-Identifier: Apache-2.0
// Scratch space of a run: bytes stay in memory while the shared budget lasts, then go to a file
// that has no name, so that nothing is left behind whatever happens.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/stream.h"

namespace silversmith::store {

class BudgetSpools : public SpoolMaker {
 public:
  // `directory` is where unnamed files are made on first need. Where it is missing then,
  // `make_directory` is called, if given.
  BudgetSpools(uint64_t memory_bytes_max, std::string directory,
               std::function<void()> make_directory = {})
      : memory_bytes_max_(memory_bytes_max),
        directory_(std::move(directory)),
        make_directory_(std::move(make_directory)) {}

  // Every spool must go before this does. Spools fail with busy (the disk is full, the folder or
  // the file's end is gone) or denied, never with what would blame the data.
  std::unique_ptr<Spool> make() override;

 private:
  friend class BudgetSpool;
  bool take(uint64_t bytes);

  uint64_t memory_bytes_max_;
  std::string directory_;
  std::function<void()> make_directory_;
  std::atomic<uint64_t> memory_bytes_ = 0;  // held by all spools together
};

}  // namespace silversmith::store
