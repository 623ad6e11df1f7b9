// SPDX-License-Identifier: Apache-2.0
// Products of spans in any order → one taker in span order. Workers call add(); a product that
// came early waits here, at most as many as the feed's window lets them run ahead.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "base/result.h"
#include "smith/span_worker.h"

namespace silversmith::smith {

class Delivery {
 public:
  // Takes the next product in order; false ends the run (the file is refused).
  using Take = std::function<Result<bool>(uint64_t span, SpanProduct product)>;
  explicit Delivery(Take take) : take_(std::move(take)) {}

  // From any thread. False when the run is over: nothing more is taken.
  bool add(uint64_t span, SpanProduct product);

  // Requires that no thread calls add() any more. False when the taker ended the run.
  // Fails with what the taker failed with.
  Result<bool> outcome();
  // Whether nothing is left that waits for an earlier span.
  bool drained();

 private:
  struct Guarded {
    std::mutex mutex;
    std::map<uint64_t, SpanProduct> waiting;
    uint64_t next = 0;
    bool ended = false;
    std::optional<Error> error;
  };

  Take take_;
  Guarded guarded_;
};

}  // namespace silversmith::smith
