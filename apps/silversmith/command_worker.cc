// SPDX-License-Identifier: Apache-2.0
// silversmith worker --queue URL --lake LAKE: what a queue says has arrived is converged, several
// objects at once, until a signal (docs/operations/worker.md). This file divides the machine among
// the slots and wires them to the queue, the console and the metrics; worker.h has the loop.
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "base/text.h"
#include "bronze/event.h"
#include "commands.h"
#include "event_lake.h"
#include "files.h"
#include "process.h"
#include "session_pool.h"
#include "summary.h"
#include "worker.h"
#include "worker_page.h"

namespace silversmith::app {

namespace {

// A long poll of 20 seconds, and the way.
constexpr uint32_t poll_ms_max = 25'000;

// One slot's engine over the lake that all share.
struct Hand {
  Hand(const Settings& settings, Console& console) : lake(settings, console, progress) {}
  smith::Progress progress;
  EventLake lake;
};

// The totals of all runs, and the one place where they print. Whoever reads our output may stop
// reading it: that holds up the runs, but nobody who asks for the totals, so their mutex is
// another.
class Tally {
 public:
  explicit Tally(Console& console) : console_(console) {}

  // Handler has logged it.
  void add(const smith::RunResult& result) {
    bool bad = result.status == smith::Status::error || result.status == smith::Status::rejected;
    {
      std::lock_guard lock(guarded_.mutex);
      guarded_.metrics.add(result);
    }
    std::lock_guard lock(printing_);
    if (console_.json()) {
      console_.result_json(smith::result_json(result));
    } else if (bad || !console_.quiet()) {
      console_.result(result_text(result, console_));
    }
  }
  smith::Metrics metrics() const {
    std::lock_guard lock(guarded_.mutex);
    return guarded_.metrics;
  }

 private:
  struct Guarded {
    mutable std::mutex mutex;
    smith::Metrics metrics;
  };
  Console& console_;
  std::mutex printing_;  // of the console's results
  Guarded guarded_;
};

class Hands : public Crew {
 public:
  // `network_stop` ends the waits of the stores that the hands share.
  Hands(Console& console, Tally& tally, std::atomic<bool>& network_stop)
      : console_(console), tally_(tally), network_stop_(network_stop) {}

  // As many as share the lake. Fails as Session::open().
  Result<> open(const Session::Share& share, const Settings& settings, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
      hands_.push_back(std::make_unique<Hand>(settings, console_));
      SMITH_TRY(hands_.back()->lake.open(share));
    }
    return {};
  }

  void begin(size_t slot) override { hands_[slot]->progress.stop = false; }
  void stop(size_t slot) override { hands_[slot]->progress.stop = true; }
  void stop_all() override {
    network_stop_ = true;
    for (auto& hand : hands_) hand->progress.stop = true;
  }

  smith::Verdict work(size_t slot, const wire::QueueMessage& message) override {
    smith::HandlerSetup setup = hands_[slot]->lake.handler_setup(console_.log());
    setup.on_run = [this](const smith::RunResult& result) { tally_.add(result); };
    smith::Handler handler(setup);
    return handler.work(bronze::read_message(message.id, message.body)).verdict;
  }

 private:
  Console& console_;
  Tally& tally_;
  std::atomic<bool>& network_stop_;
  std::vector<std::unique_ptr<Hand>> hands_;
};

Result<WorkerOptions> worker_options(const Settings& settings) {
  WorkerOptions options;
  options.concurrency = SMITH_TRY(concurrency_of(settings));
  options.lease_seconds = SMITH_TRY(lease_seconds_of(settings));
  options.drain_seconds = SMITH_TRY(number_within(settings, "drain-seconds", {0, 43'200}));
  options.seed = seed_of_process();
  return options;
}

Result<std::string> wanted_text(const Settings& settings, std::string_view name,
                                const std::string& hint) {
  std::string text = settings.text(name);
  if (!text.empty()) return text;
  return Error{Code::invalid,
               "--" + std::string(name) + " is missing (or " + variable_of(name) + ")", hint, ""};
}

class WorkerCommand {
 public:
  WorkerCommand(const Invocation& invocation, Console& console)
      : settings_(invocation.settings),
        console_(console),
        tally_(console),
        hands_(console, tally_, network_stop_) {}

  Result<> open() {
    url_ = SMITH_TRY(wanted_text(settings_, "queue", "https://sqs.REGION.amazonaws.com/ID/NAME"));
    std::string root = SMITH_TRY(wanted_text(settings_, "lake", "s3://BUCKET, or a folder"));
    options_ = SMITH_TRY(worker_options(settings_));
    smith::EngineOptions engine = SMITH_TRY(engine_options(settings_));
    lake_ = SMITH_TRY(Lake::open(root, settings_, &network_stop_, options_.concurrency));
    Session::Share share{*lake_, SMITH_TRY(share_of(std::move(engine), lake_->network_bytes(),
                                                    options_.concurrency))};
    SMITH_TRY(hands_.open(share, settings_, options_.concurrency));
    Cloud& cloud = lake_->cloud(settings_);
    polls_ = SMITH_TRY(cloud.queue({url_, poll_ms_max, &draining_.stop}));
    answers_ = SMITH_TRY(cloud.queue({.url = url_}));
    return {};
  }

  Result<Exit> run() {
    auto tell = [this](Level level, const std::string& text, const Json& fields) {
      console_.tell(level, text, fields);
    };
    Worker worker({*polls_, *answers_, hands_, system_clock(), draining_.stop, tell}, options_);
    std::optional<wire::HttpServer> server;
    std::string address = settings_.text("metrics");
    if (!address.empty()) {
      auto pages = [&](std::string_view path) { return worker_page(path, facts(worker)); };
      server.emplace(SMITH_TRY(wire::HttpServer::start(address, pages).in("--metrics")));
      console_.note("metrics at http://" + server->address() + "/metrics");
    }
    console_.note("taking events from " + url_);
    Drained drained = SMITH_TRY(worker.run());
    // Threads that have not ended hold what would be torn down here.
    if (drained == Drained::abandoned) _exit(static_cast<int>(signals_.exit()));
    console_.note(drained == Drained::whole ? "stopped" : "stopped, with work given back");
    return drained == Drained::whole ? Exit::ok : signals_.exit();
  }

 private:
  WorkerFacts facts(const Worker& worker) const {
    return {worker.state(), tally_.metrics(), options_.concurrency, memory_peak_bytes(),
            system_clock().wall_micros()};
  }

  const Settings& settings_;
  Console& console_;
  smith::Progress draining_;  // its stop is what a signal sets
  StopSignals signals_{draining_};
  std::atomic<bool> network_stop_ = false;
  std::string url_;
  WorkerOptions options_;
  Tally tally_;
  std::unique_ptr<Lake> lake_;
  Hands hands_;
  std::unique_ptr<wire::Queue> polls_, answers_;
};

}  // namespace

Result<Exit> worker_command(const Invocation& invocation, Console& console) {
  WorkerCommand command(invocation, console);
  SMITH_TRY(command.open());
  return command.run();
}

}  // namespace silversmith::app
