// SPDX-License-Identifier: Apache-2.0
#include "smith/reconcile.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "base/thread.h"
#include "silver/commit.h"
#include "smith/drafts.h"
#include "smith/intake.h"
#include "smith/policy.h"
#include "smith/refusal.h"

namespace silversmith::smith {

namespace {

// When nothing works any more, every further object would only say so again.
constexpr uint32_t busy_in_row_max = 20;
constexpr int64_t micros_a_second = 1'000'000;

using Found = Ledger::Found;

// At most so many a second, evenly. Who waits for its turn is in line behind one that sleeps, so
// that a stop is seen after one turn, however many there are.
class Pace {
 public:
  Pace(uint32_t rate_max, Clock& clock) : rate_max_(rate_max), clock_(clock) {}
  // Whether it is the caller's turn; no, as soon as `stopping` says so.
  bool wait(const std::function<bool()>& stopping) {
    if (rate_max_ == 0) return !stopping();
    std::lock_guard lock(guarded_.mutex);
    if (stopping()) return false;
    int64_t now = clock_.steady_micros();
    if (guarded_.next > now) clock_.sleep_micros(guarded_.next - now);
    guarded_.next = std::max(guarded_.next, now) + micros_a_second / rate_max_;
    return !stopping();
  }

 private:
  struct Guarded {
    std::mutex mutex;
    int64_t next = 0;  // when the next turn is, steady clock
  };
  uint32_t rate_max_;
  Clock& clock_;
  Guarded guarded_;
};

// Runs `work` on so many threads, this one among them, until all have ended. Where the system gives
// no more threads, fewer will do.
void at_once(size_t threads, const std::function<void()>& work) {
  std::vector<Thread> helpers;
  while (helpers.size() + 1 < threads) {
    Result<Thread> helper = Thread::start(work);
    if (!helper.ok()) break;
    helpers.push_back(std::move(*helper));
  }
  work();
  helpers.clear();  // joins them
}

using Looks = std::vector<std::optional<Result<Look>>>;

// Looks at all of `objects`, several at a time.
Looks look_at_all(const std::vector<store::Listed>& objects, const ReconcileSetup& setup) {
  Looks looks(objects.size());
  std::atomic<size_t> next = 0;
  const std::atomic<bool>* stop = setup.smithy.options.stop;
  auto work = [&] {
    for (size_t i = next++; i < objects.size(); i = next++) {
      if (stop != nullptr && stop->load()) return;
      looks[i] = look_at(objects[i], setup.smithy, setup.options.receipts);
    }
  };
  at_once(std::min<size_t>(setup.options.looks_max, objects.size()), work);
  return looks;
}

// The look, with whether the receipt is there of what is done otherwise.
Result<Look> with_receipt(Look look, const std::string& key, const Smithy& smithy,
                          Receipts receipts) {
  if (receipts == Receipts::passed_over || !look.held.made_from(look.version)) return look;
  silver::Names names = silver::names_of(smithy.prefixes, key);
  std::string receipt = names.receipt(look.held.lineage->generation);
  look.has_receipt = SMITH_TRY(silver::exists(smithy.target, receipt));
  return look;
}

// One thread lists and looks, page by page; what a page holds is settled by several.
class Reconciling {
 public:
  explicit Reconciling(const ReconcileSetup& setup)
      : setup_(setup),
        smithy_(setup.smithy),
        pace_(setup.options.rate_max, smithy_.clock),
        converters_{.converters = smithy_.converters} {}

  Reconciliation run() {
    std::string after = setup_.options.after;
    Result<bool> more = true;
    while (more.ok() && *more && !stopping()) more = page(after);
    std::lock_guard lock(guarded_.mutex);
    Reconciliation& result = guarded_.result;
    if (!more.ok()) {
      end(std::move(more).error());
    } else {
      result.ledger.complete = !*more;
    }
    SMITH_CHECK(result.ledger.balances(), "an object of the listing has no fate");
    return std::move(result);
  }

 private:
  // How far an object of a page has come. `left`: nobody has begun with it.
  enum class Progress : uint8_t { left, begun, settled };

  bool stopping() const {
    const std::atomic<bool>* stop = smithy_.options.stop;
    return ended_.load() || (stop != nullptr && stop->load());
  }

  // Whether there are more pages behind it.
  Result<bool> page(std::string& after) {
    store::ListPage page = SMITH_TRY(list(after));
    for (const Error& error : page.unreadable) tell_unreadable(error);
    std::erase_if(page.objects, [&](const store::Listed& listed) {
      return !silver::accepts(smithy_.prefixes, listed.key);
    });
    {
      std::lock_guard lock(guarded_.mutex);
      guarded_.result.ledger.objects += page.objects.size();
    }
    std::erase_if(page.objects,
                  [&](const store::Listed& object) { return is_passed_over(object); });
    bool all = settle_all(page.objects);
    if (!page.next.has_value()) return !all;
    if (all) {
      std::lock_guard lock(guarded_.mutex);
      guarded_.result.ledger.last_key = *page.next;
    }
    after = *page.next;
    return true;
  }

  // Each gets its fate; what was not begun before it ended is pending. Whether all are settled.
  bool settle_all(const std::vector<store::Listed>& objects) {
    Looks looks = look_at_all(objects, setup_);
    std::vector<Progress> progress(objects.size(), Progress::left);
    std::atomic<size_t> next = 0;
    auto work = [&] {
      for (size_t i = next++; i < objects.size(); i = next++) {
        if (stopping() || !looks[i].has_value()) continue;
        progress[i] = Progress::begun;
        settle(objects[i], std::move(*looks[i]));
        if (!stopping()) progress[i] = Progress::settled;
      }
    };
    at_once(std::min<size_t>(setup_.options.concurrency, objects.size()), work);
    bool all = true;
    for (size_t i = 0; i < objects.size(); ++i) {
      if (progress[i] == Progress::left) add(Fate::pending, objects[i], Found::processed);
      // Whoever goes on behind the last key must miss nothing.
      all = all && progress[i] == Progress::settled;
      std::lock_guard lock(guarded_.mutex);
      if (all) guarded_.result.ledger.last_key = objects[i].key;
    }
    return all;
  }

  // With versions where the store tells them, else without: then each costs a HEAD more.
  Result<store::ListPage> list(const std::string& after) {
    const std::string& prefix = smithy_.prefixes.bronze;
    if (versions_) {
      Result<store::ListPage> page = smithy_.source.list_versions(prefix, after);
      if (page.ok() || page.error().code == Code::stopped) return page;
      versions_ = false;
      Error error = std::move(page).error();
      Result<store::ListPage> plain = smithy_.source.list(prefix, after);
      if (!plain.ok()) return plain;
      error.message += "; versions are looked up one by one";
      if (setup_.on_warning) setup_.on_warning(error);
      return plain;
    }
    return smithy_.source.list(prefix, after);
  }

  // Every page of a folder meets the same ones.
  void tell_unreadable(const Error& error) {
    if (!unreadable_.insert(error.message).second) return;
    std::lock_guard lock(guarded_.mutex);
    guarded_.result.ledger.unreadable++;
    note_exit(error);
    if (setup_.on_error) setup_.on_error(error);
  }

  // A time in the future says nothing about rest; what comes from a clock that is ahead must not
  // wait for ever.
  bool is_passed_over(const store::Listed& object) {
    int64_t age = smithy_.clock.wall_micros() - object.modified_micros;
    const ReconcileOptions& options = setup_.options;
    bool older = options.max_age_micros != 0 && age > options.max_age_micros;
    bool rests = std::abs(age) < options.min_age_micros;
    if (!older && !rests) return false;
    add(rests ? Fate::resting : Fate::older, object, Found::processed);
    return true;
  }

  void settle(const store::Listed& object, Result<Look> look) {
    if (look.ok()) look = read_version(object, std::move(*look));
    Result<Fate> known = known_fate(object, look);
    if (!known.ok()) return fail(object, std::move(known).error());
    if (*known != Fate::pending) return add(*known, object, Found::processed);
    work(object, *look);
  }

  // In a folder a file is read to know its version, unless there is a note of it. Where silver is
  // another key's or missing, its version changes nothing.
  Result<Look> read_version(const store::Listed& object, Look look) {
    bool wanted = !look.gone && look.version.empty() && look.held.is_of_key();
    if (!wanted) return look;
    Result<Intake> intake = Intake::open(smithy_.source, object.key, smithy_.options.stop);
    Result<std::string> version = intake.ok() ? intake->version() : std::move(intake).error();
    if (version.ok()) {
      look.version = std::move(*version);
      return with_receipt(std::move(look), object.key, smithy_, setup_.options.receipts);
    }
    // Gone, or written to at this moment: forge() is made for that.
    Action action = action_for(version.error().code);
    if (action == Action::ignore || action == Action::converge) return look;
    return std::move(version).error();
  }

  // What needs no work is known; what does is pending.
  Result<Fate> known_fate(const store::Listed& object, const Result<Look>& look) {
    if (!look.ok()) return Error(look.error());
    if (look->gone) return Fate::ignored;
    bool again = smithy_.options.reprocess;
    if (is_done(*look) && !again) return Fate::duplicate;
    if (look->version.empty()) return Fate::pending;
    Terms terms = SMITH_TRY(terms_for(object.key));
    if (again) {
      std::string wanted = silver::generation_name(look->version, terms.identity);
      bool current = is_done(*look) && look->held.lineage->generation == wanted;
      return current ? Fate::duplicate : Fate::pending;
    }
    bool refused = SMITH_TRY(is_refused(object.key, look->version, terms));
    return refused ? Fate::rejected : Fate::pending;
  }

  Result<Terms> terms_for(const std::string& key) {
    std::lock_guard lock(converters_.mutex);
    Result<std::unique_ptr<Converter>> converter =
        converters_.converters.for_key(key, Reread::if_stale);
    if (!converter.ok()) {
      return as_contract_error(std::move(converter).error()).in(smithy_.source.where(key));
    }
    return (*converter)->terms();
  }

  Result<bool> is_refused(const std::string& key, const std::string& version, const Terms& terms) {
    silver::Names names = silver::names_of(smithy_.prefixes, key);
    std::string folder = names.quarantine_prefix + names.rel + "/";
    std::optional<silver::Rejected> report =
        SMITH_TRY(standing_refusal({smithy_.target, folder, key, version, terms.outcome}));
    if (!report.has_value()) return false;
    if (setup_.options.receipts == Receipts::passed_over) return true;
    return silver::exists(smithy_.target, names.receipt(report->account.generation));
  }

  void work(const store::Listed& object, const Look& look) {
    Found found = look.held.made_from(look.version) ? Found::processed : Found::unprocessed;
    if (!setup_.send && !setup_.converge) {
      add(Fate::pending, object, found);
      std::lock_guard lock(guarded_.mutex);
      if (setup_.on_pending) setup_.on_pending(object.key);
      return;
    }
    bool turn = pace_.wait([this] { return stopping(); });
    if (!turn) return add(Fate::pending, object, found);
    if (setup_.send) return send(object, found);
    Refusals refusals = look.version.empty() ? Refusals::unknown : Refusals::none;
    RunResult result = setup_.converge(object, refusals);
    // Its version was not known before, or somebody else has done it in between.
    if (result.repeated) found = Found::processed;
    Fate fate = fate_of(result);
    add(fate, object, found);
    std::lock_guard lock(guarded_.mutex);
    if (setup_.on_run) setup_.on_run(result);
    if (fate != Fate::error) return;
    guarded_.result.exit = worse_exit(guarded_.result.exit, exit_status(result));
    count_busy({result.error->code, result.error->message, result.error->hint, ""});
  }

  // A queue that can't be reached or is not ours would fail every object after this one too.
  void send(const store::Listed& object, Found found) {
    Retry retry(smithy_.options.retry, smithy_.clock);
    Result<> sent = setup_.send(object.key);
    while (!sent.ok() && retry.again(action_for(sent.error().code))) sent = setup_.send(object.key);
    add(sent.ok() ? Fate::queued : Fate::pending, object, found);
    std::lock_guard lock(guarded_.mutex);
    if (!sent.ok()) end(std::move(sent).error());
  }

  void add(Fate fate, const store::Listed& object, Found found) {
    std::lock_guard lock(guarded_.mutex);
    guarded_.result.ledger.add(fate, object.modified_micros, found);
    bool tried = fate != Fate::resting && fate != Fate::older && fate != Fate::pending;
    if (tried && fate != Fate::error) guarded_.busy_in_row = 0;
  }

  void fail(const store::Listed& object, const Error& error) {
    add(Fate::error, object, Found::unprocessed);
    std::lock_guard lock(guarded_.mutex);
    note_exit(error);
    if (setup_.on_error) setup_.on_error(error);
    count_busy(error);
  }

  // These three require the lock.
  void count_busy(const Error& error) {
    uint32_t& in_row = guarded_.busy_in_row;
    in_row = error.code == Code::busy ? in_row + 1 : 0;
    if (in_row != busy_in_row_max) return;
    end({Code::busy, std::to_string(busy_in_row_max) + " objects in a row failed: " + error.message,
         error.hint, error.type});
  }

  void note_exit(const Error& error) {
    RunResult result;
    result.error = RunError{error.code, error.type, error.message, error.hint};
    guarded_.result.exit = worse_exit(guarded_.result.exit, exit_status(result));
  }

  // Of several at a time the first one is told.
  void end(Error error) {
    note_exit(error);
    if (!guarded_.result.error.has_value()) guarded_.result.error = std::move(error);
    ended_ = true;
  }

  struct Guarded {
    std::mutex mutex;
    Reconciliation result;
    uint32_t busy_in_row = 0;
  };
  // Used from one thread at a time, as they are.
  struct GuardedConverters {
    std::mutex mutex = {};
    Converters& converters;
  };

  const ReconcileSetup& setup_;
  const Smithy& smithy_;
  Pace pace_;
  GuardedConverters converters_;
  Guarded guarded_;
  std::atomic<bool> ended_ = false;
  std::set<std::string> unreadable_;
  bool versions_ = true;
};

}  // namespace

Result<Look> look_at(const store::Listed& object, const Smithy& smithy, Receipts receipts) {
  Look look;
  look.version = object.version;
  if (look.version.empty()) {
    Result<store::Head> head = smithy.source.head(object.key);
    if (!head.ok() && head.error().code == Code::missing) {
      look.gone = true;
      return look;
    }
    if (!head.ok()) return std::move(head).error();
    look.version = head->version;
  }
  silver::Names names = silver::names_of(smithy.prefixes, object.key);
  Result<silver::Held> held = silver::glance(smithy.target, names.silver, object.key);
  if (!held.ok()) return as_target_error(std::move(held).error());
  look.held = std::move(*held);
  return with_receipt(std::move(look), object.key, smithy, receipts);
}

bool is_done(const Look& look) {
  bool known = !look.gone && !look.version.empty();
  return known && look.held.made_from(look.version) && look.has_receipt;
}

Reconciliation reconcile(const ReconcileSetup& setup) { return Reconciling(setup).run(); }

}  // namespace silversmith::smith
