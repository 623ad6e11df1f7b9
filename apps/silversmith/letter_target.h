// SPDX-License-Identifier: Apache-2.0
// Where dead letters go to be worked on again: a queue, a Lambda function, or a lake that converts
// them here. Between redrive.h and the services. The one thing to know: a target has taken a letter
// only when take() says so; then the letter may be removed from the queue that it was found in.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "letters.h"
#include "smith/handler.h"
#include "wire/queue.h"

namespace silversmith::app {

enum class TargetKind : uint8_t { queue, function, lake };

class LetterTarget {
 public:
  virtual ~LetterTarget() = default;
  virtual TargetKind kind() const = 0;
  // What became of it, in a word or two: "accepted", "success". A failure leaves the letter where
  // it is. Fails with busy (it may have been taken), denied, invalid or conflict (this letter is
  // not taken; others may be), stopped.
  virtual Result<std::string> take(const Letter& letter) = 0;
};

// Why this letter must not go to a target of that kind; nothing when it may.
std::optional<Error> objection_to(const Letter& letter, TargetKind kind);

// The event that has to come again: of the rejects queue that about the file that was refused.
// Requires that there is no objection.
std::string event_for(const Letter& letter);

class QueueTarget : public LetterTarget {
 public:
  // `queue` outlives this. A FIFO queue's URL says what it is.
  QueueTarget(wire::ManagedQueue& queue, const std::string& url)
      : queue_(queue), is_fifo_(url.ends_with(".fifo")) {}
  TargetKind kind() const override { return TargetKind::queue; }
  Result<std::string> take(const Letter& letter) override;

 private:
  wire::ManagedQueue& queue_;
  bool is_fifo_;
};

class FunctionTarget : public LetterTarget {
 public:
  using Invoke = std::function<Result<>(std::string_view payload)>;
  explicit FunctionTarget(Invoke invoke) : invoke_(std::move(invoke)) {}
  TargetKind kind() const override { return TargetKind::function; }
  Result<std::string> take(const Letter& letter) override;

 private:
  Invoke invoke_;
};

class LakeTarget : public LetterTarget {
 public:
  // `setup` outlives this.
  explicit LakeTarget(const smith::HandlerSetup& setup) : setup_(setup) {}
  TargetKind kind() const override { return TargetKind::lake; }
  Result<std::string> take(const Letter& letter) override;

 private:
  const smith::HandlerSetup& setup_;
};

// Whether two URLs are of one queue, whichever of the service's hosts they name.
bool same_queue(std::string_view one, std::string_view other);

}  // namespace silversmith::app
