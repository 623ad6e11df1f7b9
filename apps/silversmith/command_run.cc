// SPDX-License-Identifier: Apache-2.0
// silversmith run LAKE: every bronze object, or the named ones, converged once.
#include <array>

#include "base/text.h"
#include "commands.h"
#include "session.h"
#include "table.h"

namespace silversmith::app {

namespace {

Result<store::ListPage> objects_of(Session& session, const Settings& settings, Console& console) {
  Lake& lake = session.lake();
  store::ListPage found;
  for (const std::string& typed : settings.list("key")) {
    store::Listed named;
    named.key = SMITH_TRY(lake.source_key(typed).in("--key"));
    auto head = lake.source().head(named.key);
    if (head) named.size = head->size;
    if (!head && head.error().code == Code::missing) {
      console.note("--key " + printable(named.key) + ": there is no such object");
    }
    found.objects.push_back(std::move(named));
  }
  if (!found.objects.empty()) return found;
  found = SMITH_TRY(lake.list_all(lake.source(), lake.prefixes().bronze));
  std::erase_if(found.objects, [&](const store::Listed& listed) {
    return !silver::accepts(lake.prefixes(), listed.key);
  });
  return found;
}

std::string totals_line(const smith::Metrics& metrics) {
  std::string text;
  for (size_t i = 0; i < smith::status_count; ++i) {
    if (metrics.files_total[i] == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(metrics.files_total[i]) + " " +
            std::string(smith::name_of(static_cast<smith::Status>(i)));
  }
  return (text.empty() ? "nothing to do" : text) + "; " + human_count(metrics.rows_total) +
         " rows written, " + human_count(metrics.rows_quarantined_total) + " quarantined";
}

}  // namespace

Result<Exit> run_command(const Invocation& invocation, Console& console) {
  smith::Progress progress;
  StopSignals signals(progress);
  auto session =
      SMITH_TRY(Session::open(invocation.operands.at(0), invocation.settings, console, progress));
  bool fail_on_reject = invocation.settings.text("fail-on") == "reject";
  smith::Metrics metrics;
  int exit = 0;
  store::ListPage found = SMITH_TRY(objects_of(*session, invocation.settings, console));
  for (const Error& error : found.unreadable) {
    console.error(error);
    exit = smith::worse_exit(exit, static_cast<int>(exit_of(error)));
  }
  for (const store::Listed& object : found.objects) {
    smith::RunResult result = session->converge(object.key, object.size);
    if (signals.exit() != Exit::ok) return signals.exit();
    metrics.add(result);
    exit = smith::worse_exit(exit, smith::exit_status(result));
    bool rejects = result.status == smith::Status::success_with_rejects;
    if (fail_on_reject && rejects) exit = smith::worse_exit(exit, 1);
  }
  if (!console.json()) console.note(totals_line(metrics));
  return static_cast<Exit>(exit);
}

}  // namespace silversmith::app
