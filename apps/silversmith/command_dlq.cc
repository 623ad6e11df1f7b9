// SPDX-License-Identifier: Apache-2.0
// silversmith dlq ls|show|redrive|purge URL: what nobody could work on, looked at, sent once more,
// thrown away (docs/operations/dead-letters.md). This file reads settings, builds the seams and
// prints; letter_box.h, letters.h and redrive.h have the rest.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "base/text.h"
#include "commands.h"
#include "event_lake.h"
#include "export_file.h"
#include "process.h"
#include "redrive.h"
#include "session_pool.h"
#include "smith/memory.h"
#include "table.h"

namespace silversmith::app {

namespace {

constexpr uint64_t shown_max = 1000;        // when --max does not say
constexpr uint32_t look_seconds = 30;       // a lease of those who only look
constexpr uint64_t counted_slack_max = 10;  // what may be there above a count that is about right

Error usage(std::string message, std::string hint) {
  return {Code::invalid, std::move(message), std::move(hint), ""};
}

std::string name_of_queue(const std::string& url) { return url.substr(url.rfind('/') + 1); }

class DlqCommand {
 public:
  DlqCommand(const Invocation& invocation, Console& console)
      : settings_(invocation.settings),
        console_(console),
        url_(invocation.operands.at(0)),
        to_(settings_.text("to")),
        ids_(invocation.operands.begin() + 1, invocation.operands.end()) {
    // The engine's settings have a --to of their own.
    settings_.set("to", {"parquet"}, Origin::flag);
    settings_.set("queue", {url_}, Origin::flag);
  }

  Result<> open() {
    max_ = SMITH_TRY(whole_number(settings_, "max"));
    std::string root = settings_.text("lake");
    if (!root.empty()) {
      lake_ = SMITH_TRY(Lake::open(root, settings_, &progress_.stop).in("--lake"));
      find_ = rejections_of(*lake_);
      cloud_ = &lake_->cloud(settings_);
    } else {
      own_cloud_ = std::make_unique<Cloud>(Cloud::Setup{.aws = aws_settings(settings_, &variable)});
      cloud_ = own_cloud_.get();
    }
    queue_ = SMITH_TRY(cloud_->queue({.url = url_}));
    return {};
  }

  Result<Exit> list() {
    LetterBox box(seams(), {.count_max = bound_of_look(), .lease_seconds = look_seconds});
    SMITH_TRY(begin(box));
    Table table({"id", "age", "receives", "kind", "about", "error"});
    LetterCounts counts;
    SMITH_TRY(each(box, [&](const Letter& letter) {
      counts.add(letter);
      int64_t now = system_clock().wall_micros();
      if (console_.json()) return console_.result_json(letter_json(letter, now, Extent::brief));
      table.add({letter.message.id, age_text(letter, now), std::to_string(letter.message.receives),
                 std::string(bronze::name_of(letter.read.kind)), subject_of(letter),
                 app::error_of(letter)});
    }));
    if (!console_.json() && box.told() > 0) console_.result(table.text() + "\n" + counts.text());
    say_more(box);
    if (box.told() == 0) console_.note("no message of " + url_ + " can be seen now");
    return end(box);
  }

  Result<Exit> show_whole() {
    LetterBox box(seams(), {.lease_seconds = look_seconds, .wanted = ids_});
    SMITH_TRY(begin(box));
    SMITH_TRY(each(box, [&](const Letter& letter) {
      int64_t now = system_clock().wall_micros();
      if (console_.json()) return console_.result_json(letter_json(letter, now, Extent::whole));
      console_.result(letter_text(letter, now));
    }));
    return end(box);
  }

  Result<Exit> redrive() {
    std::unique_ptr<LetterTarget> target = SMITH_TRY(target_of(to_));
    LetterBoxOptions options{.count_max = max_, .wanted = ids_};
    options.lease_seconds = SMITH_TRY(lease_seconds_of(settings_));
    options.sent_before_millis = system_clock().wall_micros() / 1000;
    options.seed = seed_of_process();
    LetterBox box(seams(), options);
    SMITH_TRY(begin(box));
    SMITH_TRY(box.keep_leases());
    bound_by_count(box);
    RedriveSetup setup{
        .box = box, .target = *target, .clock = system_clock(), .stop = progress_.stop};
    setup.find = find_;
    setup.options.rate_max = static_cast<uint32_t>(SMITH_TRY(whole_number(settings_, "rate")));
    setup.options.dry_run = settings_.flag("dry-run");
    setup.options.seed = seed_of_process();
    setup.on_letter = [this](const LetterOutcome& outcome) { tell(outcome); };
    Redriven done = app::redrive(setup);
    if (done.error.has_value()) console_.error(*done.error);
    uint64_t remaining = box.unseen() + box.later();
    tell(done, remaining, box.missing());
    Exit ended = SMITH_TRY(end(box));
    if (ended != Exit::ok && ended != Exit::negative) return ended;
    return exit_for(done, ended == Exit::negative || (ids_.empty() && remaining > 0));
  }

  Result<Exit> purge() {
    bool all = settings_.flag("all");
    std::string path = settings_.text("export");
    if (all && (!ids_.empty() || max_ > 0 || !path.empty())) {
      return usage("--all purges without looking, so that it goes with no ids, --max or --export",
                   "leave --all out: what is looked at is purged message by message");
    }
    wire::QueueState state = SMITH_TRY(queue_->state());
    SMITH_TRY(confirm(state));
    if (all) {
      SMITH_TRY(queue_->purge());
      return purged(state.all(), "about ");
    }
    std::unique_ptr<ExportFile> file;
    if (!path.empty()) file = SMITH_TRY(ExportFile::open(path).in("--export"));
    return purge_some(file.get());
  }

 private:
  LetterBoxSetup seams() { return {*queue_, system_clock(), progress_.stop}; }
  uint64_t bound_of_look() const { return max_ == 0 ? shown_max : max_; }

  // Looking counts as receiving: of a queue with a redrive policy that moves messages away.
  Result<> begin(LetterBox& box) {
    state_ = SMITH_TRY(box.open());
    if (!state_.redrives || settings_.flag("yes")) return {};
    return usage(url_ + " has a redrive policy itself: to look at a message counts as one try more",
                 "give the URL of its dead-letter queue, or --yes to look all the same");
  }

  template <class Body>
  Result<> each(LetterBox& box, const Body& body) {
    while (true) {
      auto messages = SMITH_TRY(box.next());
      if (messages.empty()) return {};
      for (wire::QueueMessage& message : messages) body(read_letter(std::move(message), find_));
    }
  }

  // What was asked for and is not there; and all is given back.
  Result<Exit> end(LetterBox& box) {
    Result<> given = box.give_back();
    if (!given.ok()) {
      console_.warning("warning: what was looked at comes back by itself in " +
                       std::to_string(look_seconds) +
                       " s or more, as it can't be given back: " + one_line(given.error()));
    }
    if (StopSignals::exit() != Exit::ok) return StopSignals::exit();
    for (const std::string& id : box.missing()) {
      console_.error({Code::missing, "there is no message " + printable(id) + " to be seen now",
                      "another look may have it: it is hidden from others while it lasts", ""});
    }
    return box.missing().empty() ? Exit::ok : Exit::negative;
  }

  void say_more(const LetterBox& box) {
    if (box.unseen() == 0) return;
    console_.note("about " + human_count(box.unseen()) + " more are in the queue" +
                  (box.told() >= bound_of_look() ? ": --max shows more of them" : ", hidden now"));
  }

  // What is sent and fails again comes back as a message that is newer; where this machine's clock
  // is wrong that can't be told, and the count at the start ends it.
  void bound_by_count(LetterBox& box) {
    if (!ids_.empty()) return;
    uint64_t counted = std::max(state_.all(), counted_slack_max);
    box.bound(max_ == 0 ? counted : std::min(max_, counted));
  }

  Result<std::unique_ptr<LetterTarget>> target_of(const std::string& to) {
    std::unique_ptr<LetterTarget> target;
    if (to == "lake") {
      SMITH_TRY(open_lake());
      target = std::make_unique<LakeTarget>(*handler_setup_);
    } else if (to.starts_with("function:")) {
      auto function = SMITH_TRY(cloud_->function(to.substr(to.find(':') + 1)).in("--to"));
      target = std::make_unique<FunctionTarget>(std::move(function));
    } else {
      to_ = to.empty() ? SMITH_TRY(source_queue()) : to;
      if (!to_.starts_with("http://") && !to_.starts_with("https://")) {
        return usage("--to: found " + show(to_) + ", wanted a queue's URL, function:NAME or lake",
                     "");
      }
      if (same_queue(to_, url_)) {
        return usage("--to is the queue itself: what it sends it would find again", "");
      }
      target_queue_ = SMITH_TRY(cloud_->queue({.url = to_}).in("--to"));
      target = std::make_unique<QueueTarget>(*target_queue_, to_);
    }
    return target;
  }

  Result<> open_lake() {
    if (lake_ == nullptr) {
      return usage("--to lake: which one?", "give --lake s3://BUCKET, or a folder");
    }
    SMITH_TRY(lake_->check_written());
    smith::EngineOptions engine =
        smith::beside_network(SMITH_TRY(engine_options(settings_)), lake_->network_bytes());
    events_ = std::make_unique<EventLake>(settings_, console_, progress_);
    SMITH_TRY(events_->open(Session::Share{*lake_, std::move(engine)}));
    handler_setup_.emplace(events_->handler_setup(console_.log()));
    return {};
  }

  // Where the queue's redrive policies say that its messages come from.
  Result<std::string> source_queue() {
    std::vector<std::string> sources = SMITH_TRY(queue_->sources());
    if (sources.size() == 1) return sources.front();
    std::string hint = "say where to: --to QUEUE_URL, --to function:NAME or --to lake";
    if (sources.empty()) return usage("no queue sends its dead letters to " + url_, hint);
    return usage(std::to_string(sources.size()) + " queues send their dead letters to " + url_ +
                     ": " + join(sources, ", "),
                 hint);
  }

  void tell(const LetterOutcome& outcome) {
    const Letter& letter = outcome.letter;
    if (console_.json()) {
      Json json = Json::object();
      json.set("schema", "silversmith.redriven-letter/1").set("message_id", letter.message.id);
      json.set("fate", name_of(outcome.fate)).set("about", printable(subject_of(letter)));
      if (!outcome.note.empty()) json.set("note", outcome.note);
      if (outcome.error.has_value()) json.set("error", one_line(*outcome.error));
      return console_.result_json(json);
    }
    bool good = outcome.fate == Fate::sent || outcome.fate == Fate::would_send;
    if (good && console_.quiet() && !outcome.error.has_value()) return;
    std::string text = std::string(name_of(outcome.fate)) + "  " + letter.message.id + "  " +
                       printable(subject_of(letter));
    if (!outcome.note.empty()) text += "  " + outcome.note;
    console_.result(text);
    if (!outcome.error.has_value()) return;
    std::string why = printable(one_line(*outcome.error));
    console_.result(good ? "  it may come again: " + why : "  -> " + why);
  }

  void tell(const Redriven& done, uint64_t remaining, const std::vector<std::string>& missing) {
    bool dry = settings_.flag("dry-run");
    if (console_.json()) {
      Json json = Json::object();
      json.set("schema", "silversmith.redrive/1").set("queue", url_);
      json.set("target", to_).set("dry_run", dry).set("found", done.found);
      json.set("sent", done.sent).set("left", done.left).set("failed", done.failed);
      json.set("may_come_again", done.twice).set("remaining_about", remaining);
      Json ids = Json::array();
      for (const std::string& id : missing) ids.add(id);
      return console_.result_json(json.set("missing", std::move(ids)));
    }
    std::string text = human_count(done.found) + " found, " + human_count(done.sent) +
                       (dry ? " would be sent, " : " sent, ") + human_count(done.left) + " left, " +
                       human_count(done.failed) + " failed";
    if (done.twice > 0) text += "; " + human_count(done.twice) + " of the sent may come again";
    if (remaining > 0) {
      text += "; about " + human_count(remaining) + " not looked at (newer, hidden, or over --max)";
    }
    console_.result(text);
  }

  Exit exit_for(const Redriven& done, bool more) const {
    if (done.error.has_value() && done.error->code != Code::stopped) return exit_of(*done.error);
    if (done.denied) return Exit::io;
    if (done.transient) return Exit::busy;
    bool whole = done.left == 0 && done.failed == 0 && !more;
    return whole ? Exit::ok : Exit::negative;
  }

  // Deleting is for good: a person says the queue's name, a script --yes.
  Result<> confirm(const wire::QueueState& state) {
    if (settings_.flag("yes")) return {};
    std::string name = name_of_queue(url_);
    if (isatty(STDIN_FILENO) != 1) return usage("purge deletes for good: --yes is missing", "");
    console_.warning("about " + human_count(state.all()) + " messages are in " + url_ +
                     "; deleted ones are gone for good. Type the queue's name to go on:");
    std::string typed;
    std::getline(std::cin, typed);
    if (trim(typed) == name) return {};
    return usage("found " + show(typed) + ", wanted " + show(name) + ": nothing was deleted", "");
  }

  Result<Exit> purge_some(ExportFile* file) {
    LetterBoxOptions options{.lease_seconds = look_seconds, .wanted = ids_};
    options.count_max = bound_of_look();
    LetterBox box(seams(), options);
    SMITH_TRY(begin(box));
    uint64_t count = 0;
    std::optional<Error> failed;
    while (!failed.has_value()) {
      auto messages = SMITH_TRY(box.next());
      if (messages.empty()) break;
      Result<> purged_ten = purge_batch(messages, file, box, count);
      if (!purged_ten.ok()) failed = std::move(purged_ten).error();
    }
    SMITH_TRY(purged(count, ""));
    say_more(box);
    Exit ended = SMITH_TRY(end(box));
    if (failed.has_value()) return *std::move(failed);
    return ended;
  }

  // On the disk first, all of them; then deleted.
  Result<> purge_batch(const std::vector<wire::QueueMessage>& messages, ExportFile* file,
                       LetterBox& box, uint64_t& count) {
    int64_t now = system_clock().wall_micros();
    for (const wire::QueueMessage& message : messages) {
      if (file == nullptr) break;
      SMITH_TRY(
          file->add(letter_json(read_letter(message, {}), now, Extent::whole)).in("--export"));
    }
    if (file != nullptr) SMITH_TRY(file->sync().in("--export"));
    for (const wire::QueueMessage& message : messages) {
      if (progress_.stop.load()) return {};
      Result<> removed = box.remove(message);
      // Somebody else has it by now, and it is theirs to delete.
      if (!removed.ok() && removed.error().code == Code::conflict) continue;
      SMITH_TRY(std::move(removed));
      count++;
    }
    return {};
  }

  Result<Exit> purged(uint64_t count, const std::string& how_many) {
    if (console_.json()) {
      Json json = Json::object();
      json.set("schema", "silversmith.purge/1").set("queue", url_).set("deleted", count);
      console_.result_json(json);
    } else {
      console_.result(how_many + human_count(count) + " deleted");
    }
    return Exit::ok;
  }

  Settings settings_;
  Console& console_;
  std::string url_;
  std::string to_;
  std::set<std::string> ids_;
  uint64_t max_ = 0;  // 0: not said
  smith::Progress progress_;
  StopSignals signals_{progress_};
  std::unique_ptr<Lake> lake_;
  std::unique_ptr<Cloud> own_cloud_;
  Cloud* cloud_ = nullptr;
  std::unique_ptr<wire::ManagedQueue> queue_, target_queue_;
  std::unique_ptr<EventLake> events_;
  std::optional<smith::HandlerSetup> handler_setup_;
  FindRejection find_;
  wire::QueueState state_;
};

}  // namespace

Result<Exit> dlq_command(const Invocation& invocation, Console& console) {
  DlqCommand command(invocation, console);
  SMITH_TRY(command.open());
  if (invocation.command == "dlq ls") return command.list();
  if (invocation.command == "dlq show") return command.show_whole();
  if (invocation.command == "dlq redrive") return command.redrive();
  return command.purge();
}

}  // namespace silversmith::app
