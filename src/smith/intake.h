// SPDX-License-Identifier: Apache-2.0
// The source object of one attempt, pinned to the state in which it was opened, and its version:
// named by the store, or (in a folder) the XXH3-128 of the raw bytes, taken while the engine reads
// them. Every stream that it opens reads that same state or fails with conflict.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"
#include "smith/converter.h"
#include "store/store.h"

namespace silversmith::smith {

class Intake {
 public:
  // `source` must outlive this, and `stop` (may be null): once set, streams fail with stopped.
  // Fails as Store::open does.
  static Result<Intake> open(store::Store& source, std::string_view key,
                             const std::atomic<bool>* stop = nullptr);
  Intake(Intake&&) noexcept;
  ~Intake();

  const store::Head& head() const;
  // Whether version() needs no reading.
  bool version_known() const;
  // Reads the whole object when nobody has done so yet. Fails with conflict, denied, busy.
  Result<std::string> version();
  // Valid as long as this lives.
  Converter::OpenSource opener();
  // Whether the object under the key is still this one. Fails as Store::open does.
  Result<bool> unchanged();

 private:
  friend class HashingSource;
  struct State;
  explicit Intake(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace silversmith::smith
