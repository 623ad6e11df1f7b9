// SPDX-License-Identifier: Apache-2.0
// Who acts in a simulation: actor 0 plays the producers of bronze, the publisher of contracts and
// an operator; all others are workers, old and new ones, that take events and sweep.
#include <algorithm>
#include <thread>

#include "sim/world.h"
#include "smith/reconcile.h"

namespace silversmith::sim {

namespace {

constexpr uint64_t deliveries_max = 2000;
constexpr uint64_t workers_max = 8;
constexpr int64_t second_micros = 1'000'000;

// An event about the key; a sweep, which passes over receipts, as what is scheduled does; a
// backfill, which does not: an operator's after a sweep that died between commit and receipt; or an
// operator's run that converts again what another contract made.
enum class Work : uint8_t { event, sweep, backfill, reprocess };
struct Task {
  Work work = Work::event;
  int64_t due_micros = 0;
};

class Play {
 public:
  explicit Play(const Plan& plan)
      : workers_(1 + plan.seed / 3 % workers_max), world_(plan, workers_ + 1) {}

  Outcome run() {
    std::vector<std::thread> threads;
    threads.emplace_back([this] { produce(); });
    for (size_t i = 1; i <= workers_; i++) threads.emplace_back([this, i] { work(i); });
    for (std::thread& thread : threads) thread.join();
    if (open_ == 0) world_.check_quiet();
    return {std::move(world_.failures), world_.calls,     world_.commits, world_.deaths,
            world_.steps_back,          world_.trace_hash};
  }

 private:
  void add(Work work, int64_t delay_micros) {
    open_++;
    waiting_.push_back({work, world_.clock.wall_micros() + delay_micros});
  }

  void produce() {
    Baton& baton = world_.baton;
    baton.enter(0);
    uint64_t changes = 2 + baton.random().below(6);
    for (uint64_t i = 0; i < changes; i++) {
      if (!text_.empty() && baton.random().one_in(4)) {
        blip();
      } else {
        change();
      }
      announce();
      if (baton.random().one_in(10)) add(Work::reprocess, 0);
      if (baton.random().one_in(6)) world_.contract.newest++;
      if (baton.random().one_in(10))
        add(baton.random().one_in(2) ? Work::sweep : Work::backfill, 0);
      // Within a second as well as after one: versions have a resolution.
      if (baton.random().one_in(3)) world_.clock.sleep_micros(second_micros);
      for (uint64_t pause = baton.random().below(30); pause > 0; pause--) world_.step(0, "");
    }
    if (lost_) add(baton.random().one_in(2) ? Work::sweep : Work::backfill, 0);
    produced_ = true;
    baton.leave(0);
  }

  // At least once, late, or never.
  void announce() {
    Random& random = world_.baton.random();
    uint64_t events = random.one_in(4) ? 0 : 1 + random.below(2);
    if (events == 0) lost_ = true;
    for (uint64_t i = 0; i < events; i++) {
      bool late = random.one_in(4);
      add(Work::event, late ? static_cast<int64_t>(random.below(3 * second_micros)) : 0);
    }
  }

  void change() {
    static constexpr const char* texts[] = {
        "good=3 bad=0 #a ................", "good=5 bad=2 #b ................",
        "good=1 bad=1 #c ................", "refuse #d ......................", ""};
    Random& random = world_.baton.random();
    if (random.one_in(8)) return world_.erase_bronze();
    if (random.one_in(12)) {
      lost_ = true;  // nobody is told of that
      return world_.erase_silver();
    }
    uint64_t kind = random.below(16);
    text_ = texts[kind == 15 ? 4 : kind > 12 ? 3 : kind % 3];
    world_.write_bronze(text_);
  }

  // Something else for a moment, and then what was there before.
  void blip() {
    world_.write_bronze("good=7 bad=0 #e ................");
    announce();
    for (uint64_t pause = world_.baton.random().below(60); pause > 0; pause--) world_.step(0, "");
    world_.write_bronze(text_);
  }

  // Takes what is due, in any order.
  std::optional<Task> take() {
    std::vector<size_t> due;
    for (size_t i = 0; i < waiting_.size(); i++) {
      if (waiting_[i].due_micros <= world_.clock.wall_micros()) due.push_back(i);
    }
    if (due.empty()) return std::nullopt;
    size_t picked = due[world_.baton.random().below(due.size())];
    Task task = waiting_[picked];
    waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(picked));
    return task;
  }

  void work(size_t actor) {
    world_.baton.enter(actor);
    FaultyStore store(world_, actor);
    bool packaged = world_.baton.random().one_in(2);
    FakeConverters converters(world_.contract,
                              packaged ? Contracts::in_the_package : Contracts::in_the_lake);
    while (open_ > 0 || !produced_) {
      std::optional<Task> task = take();
      if (task.has_value()) {
        busy_++;
        bool sweeps = task->work == Work::sweep || task->work == Work::backfill;
        bool done = sweeps ? sweep(*task, actor, store, converters)
                           : deliver(*task, actor, store, converters);
        if (store.dead()) converters.restart();
        store.revive();
        finish(*task, done);
        busy_--;
      } else if (busy_ == 0 && produced_) {
        world_.clock.sleep_micros(second_micros / 5);  // nothing but late events
      }
      // The deployment rolls on: an old process ends at last.
      if (world_.baton.random().one_in(6)) converters.restart();
      if (task.has_value()) world_.step(actor, "");
      if (!task.has_value()) world_.rest(actor);
    }
    world_.baton.leave(actor);
  }

  void finish(Task task, bool done) {
    if (++deliveries_ > deliveries_max) {
      world_.fail("deliveries do not come to an end");
      waiting_.clear();
      open_ = 0;
      produced_ = true;
    }
    if (open_ == 0) return;
    if (done) {
      open_--;
      return;
    }
    task.due_micros = world_.clock.wall_micros() + 50'000;
    if (task.work == Work::sweep) task.work = Work::backfill;
    waiting_.push_back(task);
  }

  // The product's own, beside all the others: half of them convert, half hand on what they find.
  bool sweep(const Task& task, size_t actor, FaultyStore& store, FakeConverters& converters) {
    bool receipts = task.work == Work::backfill;
    world_.say(actor, receipts ? "backfills" : "sweeps");
    smith::Smithy smithy = smithy_of(actor, store, converters);
    smith::ReconcileSetup setup{smithy, {}};
    if (receipts) setup.options.receipts = smith::Receipts::wanted;
    bool hid = world_.hides;
    setup.on_error = [&](const Error& error) {
      check_error(store, error.code, error.message, hid);
    };
    if (world_.baton.random().one_in(2)) {
      setup.converge = [&](const store::Listed&, smith::Refusals) { return forge(actor, smithy); };
    } else {
      setup.send = [&](const std::string&) -> Result<> {
        add(Work::event, 0);
        return {};
      };
    }
    smith::Reconciliation done = smith::reconcile(setup);
    if (done.error) check_error(store, done.error->code, done.error->message, hid);
    world_.say(actor, "has swept");
    return !store.dead() && !done.error && done.ledger.complete && done.ledger.settled();
  }

  smith::Smithy smithy_of(size_t actor, FaultyStore& store, FakeConverters& converters) {
    smith::ForgeOptions options;
    options.retry.seed = world_.baton.random().next();
    options.skip_known_rejects = world_.baton.random().one_in(2);
    options.run_id = std::to_string(actor);
    return {store, store, world_.prefixes, converters, world_.clock, options};
  }

  bool deliver(const Task& task, size_t actor, FaultyStore& store, FakeConverters& converters) {
    smith::Smithy smithy = smithy_of(actor, store, converters);
    smithy.options.reprocess = task.work == Work::reprocess;
    world_.say(actor, smithy.options.reprocess ? "reprocesses" : "takes an event");
    smith::RunResult result = forge(actor, smithy);
    bool failed = result.status == smith::Status::error;
    return !store.dead() && (!failed || is_refused_to_go_back(smithy, *result.error));
  }

  // Silver that a newer contract made is not converted again under an older one, and an operator is
  // told so.
  static bool is_refused_to_go_back(const smith::Smithy& smithy, const smith::RunError& error) {
    return smithy.options.reprocess && error.code == Code::denied &&
           error.message.find(" was made under version ") != std::string::npos;
  }

  smith::RunResult forge(size_t actor, const smith::Smithy& smithy) {
    bool hid = world_.hides;
    smith::RunResult result = smith::forge(world_.key, smithy);
    world_.say(actor, "says " + std::string(smith::name_of(result.status)));
    if (result.error) world_.note("        " + result.error->message);
    auto& store = static_cast<FaultyStore&>(smithy.source);
    bool failed = result.error && result.status == smith::Status::error;
    if (failed && !is_refused_to_go_back(smithy, *result.error)) {
      check_error(store, result.error->code, result.error->message, hid);
    }
    if (!store.dead()) check_answer(actor, result);
    return result;
  }

  // Errors must be the injected ones.
  void check_error(const FaultyStore& store, Code code, const std::string& message, bool hid) {
    bool passes = store.dead() || code == Code::busy || code == Code::conflict ||
                  (hid && code == Code::denied);
    if (!passes) world_.fail("an error that nobody injected: " + message);
  }

  // What is called done must be in silver or was.
  void check_answer(size_t actor, const smith::RunResult& result) {
    for (const silver::FileFault& fault : result.account.faults) {
      if (fault.code == "sim-torn") world_.fail("a conversion saw two versions");
    }
    bool untouched =
        result.status == smith::Status::duplicate || result.status == smith::Status::ignored;
    if (untouched && (result.error.has_value() || result.account.refused() ||
                      result.account.rows_read > 0 || result.bytes_out > 0)) {
      world_.fail("a run that did nothing tells what an attempt did");
    }
    bool committed = result.status == smith::Status::success ||
                     result.status == smith::Status::success_with_rejects;
    if (committed) world_.check_success(actor, result.account.source_version);
  }

  size_t workers_;
  World world_;
  std::string text_;           // in bronze, as meant to stay
  bool lost_ = false;          // something that only a sweep finds
  std::vector<Task> waiting_;  // not in a worker's hands
  uint64_t open_ = 0;          // tasks that nobody has finished
  uint64_t busy_ = 0;          // workers
  uint64_t deliveries_ = 0;
  bool produced_ = false;
};

}  // namespace

Outcome simulate(const Plan& plan) { return Play(plan).run(); }

}  // namespace silversmith::sim
