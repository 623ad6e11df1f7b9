// SPDX-License-Identifier: Apache-2.0
// The function `sweep`: whatever invokes it (a schedule does), bronze is reconciled once and what
// is not done is converted here, so that nothing but S3 must be reached. What time does not suffice
// for is no failure: the next sweep finds it, and a metric tells how old the oldest is. Its event
// may say how far it looks: {"max_age_seconds": 0, "after": "bronze/m.csv"}. The one thing to know:
// where one ended for want of time is remembered in memory, and the next of this sandbox begins
// there, or a lake that is too large for one would never be swept to its end.
#include <map>

#include "handlers.h"
#include "session.h"
#include "smith/answer.h"
#include "smith/emf.h"
#include "smith/reconcile.h"
#include "summary.h"
#include "sweeping.h"

namespace silversmith::app {

namespace {

constexpr int64_t max_age_seconds_max = 3'153'600'000;  // a century
constexpr size_t places_max = 16;

// Where sweeps of one sandbox ended early. Those that look at objects of another age are another
// sweep: one must not keep what the other left out.
class Places {
 public:
  // The key to begin behind; "" is the start.
  std::string after(int64_t max_age_micros) const {
    auto found = places_.find(max_age_micros);
    return found == places_.end() ? "" : found->second.after;
  }
  // `stopped_at` is the first object whose conversion was stopped, "" if none was. One that takes
  // all the time twice is passed over, until sweeps come round again.
  void note(const smith::ReconcileOptions& options, const smith::Ledger& ledger,
            const std::string& stopped_at) {
    if (ledger.complete) {
      places_.erase(options.max_age_micros);
      return;
    }
    bool fits = places_.size() < places_max || places_.contains(options.max_age_micros);
    if (!fits) places_.clear();
    Place& place = places_[options.max_age_micros];
    bool again = place.stuck;
    place.after = ledger.last_key.empty() ? options.after : ledger.last_key;
    place.stuck = ledger.last_key.empty() && !stopped_at.empty();
    if (!place.stuck || !again) return;
    place = {.after = stopped_at};
  }

 private:
  struct Place {
    std::string after = {};
    bool stuck = false;  // the last one settled nothing
  };
  std::map<int64_t, Place> places_;  // by max_age_micros
};

class SweepWork : public Work {
 public:
  explicit SweepWork(const FunctionSetup& setup) : setup_(setup) {
    emf_.pipeline = variable("AWS_LAMBDA_FUNCTION_NAME");
    emf_.level = setup.console.level();
  }

  Result<> open() override {
    root_ = SMITH_TRY(wanted_setting(setup_.settings, "lake"));
    session_ = SMITH_TRY(Session::open(root_, setup_.settings, setup_.console, setup_.progress));
    options_ = SMITH_TRY(reconcile_options(setup_.settings, session_->lake(), Thorough::no));
    return {};
  }

  wire::Outcome work(const wire::Invocation& invocation, const Until& until) override {
    Stopwatch watch;
    session_->options().retry.deadline_micros = until.deadline_micros;
    session_->lake().set_trace(invocation.trace_id);
    smith::Smithy smithy = session_->smithy();
    Result<smith::ReconcileOptions> options = options_for(invocation.payload);
    if (!options.ok()) {
      return wire::Failure{"Function.UnreadableEvent", one_line(options.error())};
    }
    bool told_where = !options->after.empty();
    if (!told_where) options->after = places_.after(options->max_age_micros);
    stopped_at_.clear();
    smith::ReconcileSetup reconciling{.smithy = smithy, .options = *options};
    reconciling.converge = [this](const store::Listed& object, smith::Refusals refusals) {
      return converge(object, refusals);
    };
    reconciling.on_error = [this](const Error& error) { tell(Level::error, error); };
    reconciling.on_warning = [this](const Error& error) { tell(Level::warn, error); };
    smith::Reconciliation done = smith::reconcile(reconciling);
    if (!told_where) places_.note(*options, done.ledger, stopped_at_);
    return answer(done, *options, watch);
  }

 private:
  wire::Outcome answer(const smith::Reconciliation& done, const smith::ReconcileOptions& options,
                       const Stopwatch& watch) {
    smith::LedgerContext context;
    context.command = "sweep";
    context.lake = root_;
    context.run_id = session_->options().run_id;
    context.duration_ms = static_cast<uint64_t>(watch.micros() / 1000);
    context.after = options.after;
    context.wall_micros = system_clock().wall_micros();
    context.error = done.error;
    Json told = smith::ledger_json(done.ledger, context);
    setup_.log.write(done.ledger.settled() ? Level::info : Level::warn, "sweep", told);
    setup_.console.result(smith::ledger_emf(done.ledger, context, setup_.console.level()));
    bool failed = done.error.has_value() && done.error->code != Code::stopped;
    if (!failed) return wire::Answer{told.dump()};
    std::string type(smith::error_type_of(smith::verdict_of(done.error->code)));
    return wire::Failure{std::move(type), one_line(*done.error)};
  }

  // Fails with invalid.
  Result<smith::ReconcileOptions> options_for(const std::string& payload) const {
    smith::ReconcileOptions options = options_;
    Json event = SMITH_TRY(parse_json(payload).in("the event"));
    if (!event.is_object()) return options;
    if (const Json* seconds = event.find("max_age_seconds")) {
      if (!seconds->is_int() || seconds->as_int() < 0 || seconds->as_int() > max_age_seconds_max) {
        return Error{Code::invalid,
                     "max_age_seconds: found " + seconds->dump() +
                         ", wanted a whole number of seconds, 0 for no bound",
                     "", ""};
      }
      options.max_age_micros = seconds->as_int() * 1'000'000;
    }
    std::string after = event.text_or("after", "");
    if (!after.empty()) options.after = SMITH_TRY(session_->lake().source_key(after).in("after"));
    return options;
  }

  // What only repeats an earlier outcome is the usual case of a sweep, and is not told.
  smith::RunResult converge(const store::Listed& object, smith::Refusals refusals) {
    session_->options().skip_known_rejects = refusals == smith::Refusals::unknown;
    smith::RunResult result = session_->forge(object.key, object.size);
    bool stopped = smith::fate_of(result) == smith::Fate::pending;
    if (stopped && (stopped_at_.empty() || object.key < stopped_at_)) stopped_at_ = object.key;
    if (result.repeated) return result;
    smith::log_result(setup_.log, result);
    setup_.console.result(smith::emf_line(result, emf_, system_clock().wall_micros()));
    return result;
  }

  void tell(Level level, const Error& error) {
    Json fields = Json::object();
    fields.set("code", public_code(error.code, error.type)).set("note", one_line(error));
    setup_.log.write(level, "sweep", fields);
  }

  FunctionSetup setup_;
  std::string root_;
  std::unique_ptr<Session> session_;
  smith::ReconcileOptions options_;
  smith::EmfOptions emf_;
  Places places_;
  std::string stopped_at_;  // of the invocation at hand
};

}  // namespace

std::unique_ptr<Work> make_sweep(const FunctionSetup& setup) {
  return std::make_unique<SweepWork>(setup);
}

}  // namespace silversmith::app
