// SPDX-License-Identifier: Apache-2.0
#include "redrive.h"

#include <algorithm>
#include <utility>

namespace silversmith::app {

namespace {

constexpr uint32_t tries_max = 5;
constexpr Backoff after_trouble{200'000, 5'000'000};
constexpr int64_t second = 1'000'000;
constexpr int64_t look_micros = 100'000;  // how often a stop is looked for in a pause

class Redrive {
 public:
  explicit Redrive(const RedriveSetup& setup) : setup_(setup), jitter_(setup.options.seed) {}

  Redriven run() {
    while (!done_.error.has_value()) {
      auto messages = setup_.box.next();
      if (!messages.ok()) {
        end(std::move(messages).error());
        break;
      }
      if (messages->empty()) break;
      for (wire::QueueMessage& message : *messages) {
        if (setup_.stop.load() || done_.error.has_value()) break;
        work_on(read_letter(std::move(message), setup_.find));
      }
    }
    return std::move(done_);
  }

 private:
  void work_on(const Letter& letter) {
    done_.found++;
    if (auto objection = objection_to(letter, setup_.target.kind())) {
      // A report that could not be read may be there the next time.
      note(*objection);
      return tell({letter, Fate::left, "", std::move(objection)});
    }
    if (setup_.options.dry_run) return tell({letter, Fate::would_send, "", std::nullopt});
    if (!pace()) return tell({letter, Fate::left, "", stopped()});
    Result<std::string> taken = offer(letter);
    if (!taken.ok()) return failed(letter, std::move(taken).error());
    Result<> removed = setup_.box.remove(letter.message);
    LetterOutcome outcome{letter, Fate::sent, *std::move(taken), std::nullopt};
    if (!removed.ok()) {
      done_.twice++;
      outcome.error = removed.error();
      // What can't be removed would be sent by every run to come.
      if (removed.error().code != Code::conflict) end(std::move(removed).error());
    }
    tell(outcome);
  }

  // A queue or a function that is in trouble is so for every letter; a lake's trouble may be of one
  // object, and has been waited out there.
  Result<std::string> offer(const Letter& letter) {
    for (uint32_t tries = 1;; ++tries) {
      Result<std::string> taken = setup_.target.take(letter);
      bool again = !taken.ok() && taken.error().code == Code::busy &&
                   setup_.target.kind() != TargetKind::lake;
      if (!again || tries == tries_max || setup_.stop.load()) return taken;
      setup_.clock.sleep_micros(after_trouble.pause_micros(tries, jitter_));
    }
  }

  void failed(const Letter& letter, Error error) {
    note(error);
    bool of_letter = error.code == Code::invalid || error.code == Code::conflict;
    if (setup_.target.kind() != TargetKind::lake && !of_letter) done_.error = error;
    tell({letter, error.code == Code::conflict ? Fate::left : Fate::failed, "", std::move(error)});
  }

  // What the exit status is made of.
  void note(const Error& error) {
    if (error.code == Code::denied) done_.denied = true;
    if (error.code == Code::busy) done_.transient = true;
  }

  void end(Error error) {
    note(error);
    done_.error = std::move(error);
  }

  void tell(const LetterOutcome& outcome) {
    if (outcome.fate == Fate::left) done_.left++;
    if (outcome.fate == Fate::failed) done_.failed++;
    if (outcome.fate == Fate::sent || outcome.fate == Fate::would_send) done_.sent++;
    setup_.on_letter(outcome);
  }

  // Waits until the next may be offered; false when it is to stop.
  bool pace() {
    if (setup_.options.rate_max == 0) return true;
    int64_t now = setup_.clock.steady_micros();
    while (now < next_micros_ && !setup_.stop.load()) {
      setup_.clock.sleep_micros(std::min(next_micros_ - now, look_micros));
      now = setup_.clock.steady_micros();
    }
    next_micros_ = std::max(next_micros_, now) + second / setup_.options.rate_max;
    return !setup_.stop.load();
  }

  static Error stopped() { return {Code::stopped, "asked to stop", "", ""}; }

  const RedriveSetup& setup_;
  Jitter jitter_;
  Redriven done_;
  int64_t next_micros_ = 0;
};

}  // namespace

std::string_view name_of(Fate fate) {
  switch (fate) {
    case Fate::sent: return "sent";
    case Fate::would_send: return "would-send";
    case Fate::left: return "left";
    case Fate::failed: return "failed";
  }
  return "failed";
}

Redriven redrive(const RedriveSetup& setup) { return Redrive(setup).run(); }

}  // namespace silversmith::app
