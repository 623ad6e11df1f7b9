// SPDX-License-Identifier: Apache-2.0
// silversmith watch LAKE: a sweep at the start, then what inotify says, a sweep again now and then
// and whenever events were lost. A file is taken when it was closed or moved in, or, found by a
// sweep, once it has rested for two seconds. SIGTERM and SIGINT end it between two objects, or
// in the middle of one, whose half is then gone.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "commands.h"
#include "session.h"
#include "watcher.h"

namespace silversmith::app {

namespace {

constexpr int64_t rest_micros = 2'000'000;
constexpr int64_t sweep_micros = 60'000'000;
constexpr int64_t retry_micros_min = 1'000'000;
constexpr int64_t retry_micros_max = 60'000'000;

struct Waiting {
  int64_t due_micros = 0;
  int64_t retry_micros = retry_micros_min;
};

class Watch {
 public:
  Watch(Session& session, Watcher watcher, const StopSignals& signals)
      : session_(session), watcher_(std::move(watcher)), signals_(signals) {}

  Result<> loop() {
    sweep_due_ = 0;
    while (signals_.exit() == Exit::ok) {
      if (now() >= sweep_due_) SMITH_TRY(sweep());
      work();
      if (signals_.exit() != Exit::ok) break;
      Watcher::News news = SMITH_TRY(watcher_.wait(wait_ms()));
      for (const std::string& path : news.ready) add("bronze/" + path, now());
      if (news.sweep) sweep_due_ = 0;
    }
    return {};
  }

 private:
  static int64_t now() { return system_clock().steady_micros(); }

  void add(const std::string& key, int64_t due) {
    if (!silver::accepts(session_.lake().prefixes(), key)) return;
    Waiting& waiting = waiting_[key];
    waiting.due_micros = due;
  }

  // Looks at every object; what was written just now rests first.
  Result<> sweep() {
    Lake& lake = session_.lake();
    int64_t wall = system_clock().wall_micros();
    for (const store::Listed& listed :
         SMITH_TRY(lake.list_all(lake.source(), lake.prefixes().bronze))) {
      if (waiting_.contains(listed.key)) continue;
      int64_t rested = std::clamp<int64_t>(wall - listed.modified_micros, 0, rest_micros);
      add(listed.key, now() + rest_micros - rested);
    }
    sweep_due_ = now() + sweep_micros;
    return {};
  }

  void work() {
    for (auto next = due(); next != waiting_.end() && signals_.exit() == Exit::ok; next = due()) {
      std::string key = next->first;
      Waiting waiting = next->second;
      waiting_.erase(next);
      smith::RunResult result = session_.converge(key, 0);
      if (result.status != smith::Status::error || signals_.exit() != Exit::ok) continue;
      waiting.due_micros = now() + waiting.retry_micros;
      waiting.retry_micros = std::min(waiting.retry_micros * 2, retry_micros_max);
      waiting_.emplace(key, waiting);
    }
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
  std::map<std::string, Waiting> waiting_;
  int64_t sweep_due_ = 0;
};

}  // namespace

Result<Exit> watch_command(const Invocation& invocation, Console& console) {
  smith::Progress progress;
  StopSignals signals(progress);
  auto session = SMITH_TRY(Session::open(invocation, console, progress));
  session->hide_duplicates();
  Watcher watcher = SMITH_TRY(Watcher::open(session->lake().root() + "/bronze"));
  console.note("watching " + session->lake().root() + "/bronze");
  Watch watch(*session, std::move(watcher), signals);
  SMITH_TRY(watch.loop());
  console.note("stopped");
  return Exit::ok;
}

}  // namespace silversmith::app
