// SPDX-License-Identifier: Apache-2.0
// silversmith watch LAKE: a sweep at the start, then what inotify says, a sweep again now and then
// and whenever events were lost. A file is taken when it was closed or moved in, or, found by a
// sweep, once nobody has it open for writing; where that can't be told, once it has rested for two
// seconds (docs/decisions/0054-files-that-a-sweep-finds.md). SIGTERM and SIGINT end it between two
// objects, or in the middle of one, whose half is then gone.
#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "commands.h"
#include "session.h"
#include "watcher.h"

namespace silversmith::app {

namespace {

constexpr int64_t rest_micros = 2'000'000;
constexpr int64_t sweep_micros = 60'000'000;
constexpr int64_t told_after_micros = 60'000'000;
constexpr int64_t retry_micros_min = 1'000'000;
constexpr int64_t retry_micros_max = 60'000'000;

enum class Found : uint8_t {
  by_event,  // its writer is done with it
  by_sweep,  // somebody may still write to it
};

struct Waiting {
  int64_t due_micros = 0;
  Found found = Found::by_event;
  int64_t since_micros = 0;     // when the sweep found it
  int64_t modified_micros = 0;  // as it was last seen
  bool rests = false;           // for as long as that time wants
  bool told = false;            // that it is open for long
  int64_t retry_micros = retry_micros_min;
};

class Watch {
 public:
  Watch(Session& session, Watcher watcher, const StopSignals& signals, Console& console)
      : session_(session), watcher_(std::move(watcher)), signals_(signals), console_(console) {}

  Result<> loop() {
    sweep_due_ = 0;
    while (signals_.exit() == Exit::ok) {
      if (now() >= sweep_due_) SMITH_TRY(sweep());
      work();
      if (signals_.exit() != Exit::ok) break;
      Watcher::News news = SMITH_TRY(watcher_.wait(wait_ms()));
      for (const std::string& path : news.ready)
        add(session_.lake().prefixes().bronze + path, {.due_micros = now()});
      if (news.sweep) sweep_due_ = 0;
    }
    return {};
  }

 private:
  static int64_t now() { return system_clock().steady_micros(); }

  void add(const std::string& key, const Waiting& waiting) {
    if (silver::accepts(session_.lake().prefixes(), key)) waiting_[key] = waiting;
  }

  // How long a file that was last written then must still rest.
  static int64_t rest_left(int64_t modified_micros) {
    int64_t rested = system_clock().wall_micros() - modified_micros;
    return rest_micros - std::clamp<int64_t>(rested, 0, rest_micros);
  }

  // Looks at every object that does not wait already.
  Result<> sweep() {
    Lake& lake = session_.lake();
    store::ListPage listing = SMITH_TRY(lake.list_all(lake.source(), lake.prefixes().bronze));
    tell(listing.unreadable);
    for (const store::Listed& listed : listing.objects) {
      if (waiting_.contains(listed.key)) continue;
      Waiting waiting{.due_micros = now(), .found = Found::by_sweep, .since_micros = now()};
      waiting.modified_micros = listed.modified_micros;
      add(listed.key, waiting);
    }
    sweep_due_ = now() + sweep_micros;
    return {};
  }

  // Every folder that can't be read is told once, and again when it was readable in between.
  void tell(const std::vector<Error>& unreadable) {
    std::set<std::string> now_unreadable;
    for (const Error& error : unreadable) {
      if (!unreadable_.contains(error.message)) console_.error(error);
      now_unreadable.insert(error.message);
    }
    unreadable_ = std::move(now_unreadable);
  }

  void work() {
    for (auto next = due(); next != waiting_.end() && signals_.exit() == Exit::ok; next = due()) {
      std::string key = next->first;
      Waiting waiting = next->second;
      waiting_.erase(next);
      if (still_written(key, waiting)) continue;
      smith::RunResult result = session_.converge(key, 0);
      if (result.status != smith::Status::error || signals_.exit() != Exit::ok) continue;
      waiting.due_micros = now() + waiting.retry_micros;
      waiting.retry_micros = std::min(waiting.retry_micros * 2, retry_micros_max);
      waiting_.emplace(key, waiting);
    }
  }

  // Whether a file that a sweep found waits on. One that is held open waits for as long as it is:
  // its writer may be idle for more than any time that we could choose.
  bool still_written(const std::string& key, Waiting waiting) {
    if (waiting.found == Found::by_event) return false;
    Writers writers = writers_of(session_.lake().root() + "/" + key);
    if (writers == Writers::none) return false;
    if (writers == Writers::some) {
      waiting.due_micros = now() + rest_micros;
      tell_open(key, waiting);
    } else if (!rests(key, waiting)) {
      return false;
    }
    waiting_.emplace(key, waiting);
    return true;
  }

  // Whether a file still has to rest, after what was last written to it. Times are compared for
  // equality, since a file from a machine whose clock is ahead must not wait for ever.
  bool rests(const std::string& key, Waiting& waiting) {
    auto head = session_.lake().source().head(key);
    if (!head.ok()) return false;
    bool rested = waiting.rests && head->modified_micros == waiting.modified_micros;
    int64_t left = rest_left(head->modified_micros);
    waiting.modified_micros = head->modified_micros;
    if (rested || left == 0) return false;
    waiting.rests = true;
    waiting.due_micros = now() + left;
    return true;
  }

  void tell_open(const std::string& key, Waiting& waiting) {
    if (waiting.told || now() - waiting.since_micros < told_after_micros) return;
    console_.note(key + " is open for writing in another program; it is taken when that closes it");
    waiting.told = true;
  }

  std::map<std::string, Waiting>::iterator due() {
    int64_t at = now();
    return std::find_if(waiting_.begin(), waiting_.end(),
                        [&](const auto& entry) { return entry.second.due_micros <= at; });
  }

  int wait_ms() const {
    int64_t next = sweep_due_;
    for (const auto& [key, waiting] : waiting_) next = std::min(next, waiting.due_micros);
    int64_t micros = std::clamp<int64_t>(next - now(), 0, 1'000'000);
    return static_cast<int>((micros + 999) / 1000);
  }

  Session& session_;
  Watcher watcher_;
  const StopSignals& signals_;
  Console& console_;
  std::map<std::string, Waiting> waiting_;
  std::set<std::string> unreadable_;  // folders, as the last sweep met them
  int64_t sweep_due_ = 0;
};

}  // namespace

Result<Exit> watch_command(const Invocation& invocation, Console& console) {
  const std::string& root = invocation.operands.at(0);
  if (is_in_s3(root)) {
    return Error{Code::invalid, root + " is not a folder, and only folders can be watched",
                 "convert what is there: silversmith run " + root, ""};
  }
  smith::Progress progress;
  StopSignals signals(progress);
  auto session =
      SMITH_TRY(Session::open(invocation.operands.at(0), invocation.settings, console, progress));
  session->hide_repeats();
  Watcher watcher = SMITH_TRY(Watcher::open(session->lake().root() + "/bronze"));
  console.note("watching " + session->lake().root() + "/bronze");
  Watch watch(*session, std::move(watcher), signals, console);
  SMITH_TRY(watch.loop());
  console.note("stopped");
  return Exit::ok;
}

}  // namespace silversmith::app
