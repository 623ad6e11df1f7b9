// SPDX-License-Identifier: Apache-2.0
// silversmith backfill LAKE and sweep LAKE: bronze's listing against silver and receipts
// (smith/reconcile.h). A backfill looks at everything, receipts too; a sweep is what a schedule
// runs every few minutes: only what has rested, and no more requests than it must.
#include "base/text.h"
#include "commands.h"
#include "session_pool.h"
#include "smith/reconcile.h"
#include "summary.h"
#include "sweeping.h"

namespace silversmith::app {

namespace {

Result<smith::ReconcileOptions> options_of(const Invocation& invocation, const Lake& lake) {
  const Settings& settings = invocation.settings;
  bool is_sweep = invocation.command == "sweep";
  auto options =
      SMITH_TRY(reconcile_options(settings, lake, is_sweep ? Thorough::no : Thorough::yes));
  if (auto after = settings.given("after")) {
    options.after = SMITH_TRY(lake.source_key(*after).in("--after"));
  }
  return options;
}

// Our own envelope, as docs/formats/event.md has it.
std::string message_about(const std::string& bucket, const std::string& key) {
  Json json = Json::object();
  json.set("bucket", bucket).set("key", key);
  return json.dump();
}

Result<> check_queue(const Settings& settings, const Lake& lake) {
  if (lake.is_folder()) {
    return Error{Code::invalid, "--queue: events are about buckets, and this lake is a folder",
                 "leave --queue out: what is not done is converted here", ""};
  }
  if (!settings.flag("reprocess")) return {};
  return Error{Code::invalid, "--queue and --reprocess: who takes a message can't be told to",
               "convert again here, without --queue", ""};
}

// What is done about an object that is not done.
Result<> choose_work(const Settings& settings, SessionPool& pool, Console& console,
                     smith::ReconcileSetup& setup) {
  Lake& lake = pool.lead().lake();
  if (settings.flag("dry-run")) {
    setup.on_pending = [&console](const std::string& key) {
      Json json = Json::object();
      json.set("schema", "silversmith.pending/1").set("key", key);
      if (console.json()) return console.result_json(json);
      console.result("pending  " + printable(key));
    };
    return {};
  }
  if (auto url = settings.given("queue")) {
    SMITH_TRY(check_queue(settings, lake));
    Cloud::Sender sender = SMITH_TRY(lake.cloud(settings).sender(*url));
    setup.send = [&lake, sender = std::move(sender)](const std::string& key) {
      return sender(message_about(lake.source().name(), key));
    };
    return {};
  }
  setup.converge = [&pool](const store::Listed& object, smith::Refusals refusals) {
    return pool.forge(object, refusals);
  };
  setup.on_run = [&pool](const smith::RunResult& result) { pool.lead().tell(result); };
  return {};
}

void tell(const smith::Reconciliation& done, const smith::LedgerContext& context,
          const Settings& settings, Console& console) {
  Json json = smith::ledger_json(done.ledger, context);
  Level level = done.ledger.settled() ? Level::info : Level::warn;
  console.log().write(level, context.command, json);
  if (done.error.has_value()) console.error(*done.error);
  if (console.json()) {
    console.result_json(json);
  } else if (!console.quiet() || !done.ledger.settled()) {
    console.result(smith::ledger_text(done.ledger, context));
  }
  if (settings.flag("emf")) {
    console.result(smith::ledger_emf(done.ledger, context, console.level()));
  }
}

// What is left is no success: somebody must look, or run it again.
Exit exit_for(const smith::Reconciliation& done) {
  if (StopSignals::exit() != Exit::ok) return StopSignals::exit();
  if (done.exit != 0) return static_cast<Exit>(done.exit);
  return done.ledger.settled() ? Exit::ok : Exit::negative;
}

}  // namespace

Result<Exit> backfill_command(const Invocation& invocation, Console& console) {
  const Settings& settings = invocation.settings;
  Stopwatch watch;
  smith::Progress progress;
  StopSignals signals(progress);
  const std::string& root = invocation.operands.at(0);
  auto pool = SMITH_TRY(SessionPool::open(root, settings, console, progress));
  pool->lead().hide_repeats();
  smith::Smithy smithy = pool->lead().smithy();
  smith::ReconcileSetup setup{.smithy = smithy, .options = {}};
  setup.options = SMITH_TRY(options_of(invocation, pool->lead().lake()));
  setup.options.concurrency = pool->size();
  setup.on_error = [&console](const Error& error) { console.error(error); };
  setup.on_warning = [&console](const Error& error) { console.warning(error); };
  SMITH_TRY(choose_work(settings, *pool, console, setup));
  smith::Reconciliation done = smith::reconcile(setup);
  smith::LedgerContext context;
  context.command = invocation.command;
  context.lake = root;
  context.run_id = smithy.options.run_id;
  context.after = setup.options.after;
  context.duration_ms = static_cast<uint64_t>(watch.micros() / 1000);
  context.wall_micros = system_clock().wall_micros();
  context.error = done.error;
  tell(done, context, settings, console);
  return exit_for(done);
}

}  // namespace silversmith::app
