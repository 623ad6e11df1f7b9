// SPDX-License-Identifier: Apache-2.0
// What people see: results on standard output, everything else on standard error, colour and a
// progress line only on a terminal. Exit statuses are docs/operations/runbook.md's.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/log.h"
#include "base/result.h"
#include "config.h"
#include "smith/pipeline.h"

namespace silversmith::app {

enum class Exit : int {
  ok = 0,
  negative = 1,   // the data's verdict: refused, or lint found something
  usage = 2,      // usage, configuration or contract: nothing was read
  io = 3,         // input, output or service: not worth a retry
  internal = 70,  // our bug
  busy = 75,      // passing trouble: a retry makes sense
  interrupted = 130,
  terminated = 143,
};

// The status for an operation that failed.
Exit exit_of(const Error& error);

// Whether standard error is for a person who wants colour and progress.
struct Terminal {
  bool is_terminal = false;
  bool colour = false;
  bool progress = false;
};

class Console {
 public:
  // For what goes wrong before there are settings.
  Console();
  // Fails with invalid: a log format or level that there is not.
  static Result<Console> open(const Settings& settings);

  bool json() const { return json_; }
  bool quiet() const { return quiet_; }
  Level level() const { return level_; }  // of the log: what is below is dropped
  const Terminal& terminal() const { return terminal_; }

  // A line on standard output, by one write. What can't be written is noted in lost_output().
  void result(std::string_view line);
  void result_json(const Json& json) { result(std::string_view(json.dump())); }
  // Standard error. With --log-format json each of these is a line of that log instead.
  void note(std::string_view line);     // unless --quiet
  void warning(std::string_view line);  // always
  void warning(const Error& error);     // "warning: message; hint"
  // The same, once a process; safe to call from several threads.
  void warning_once(const std::string& line);
  void error(const Error& error);  // "error: message", the hint on a second line; always
  // A line of the log, or for a person the text alone, without what only helps to debug.
  void tell(Level level, std::string_view text, const Json& fields);
  // The log of results; it drops everything unless --log-format json.
  Log& log() { return *log_; }
  std::string paint(std::string_view text, std::string_view colour) const;
  // What kept a result from being written, if anything did.
  const std::optional<Error>& lost_output() const { return lost_output_; }
  // The same where standard output was closed from the start, as `>&-` does: who wants the work
  // alone closes it, and whose result is what is printed has nothing then.
  const std::optional<Error>& closed_output() const { return closed_output_; }

 private:
  struct Once {
    std::mutex mutex;
    std::set<std::string> said;
  };

  void say(Level level, std::string_view line, const Json& fields, std::string_view text);

  Terminal terminal_;
  std::unique_ptr<Log> log_;
  bool logs_ = false;
  Level level_ = Level::info;
  bool json_ = false;
  bool quiet_ = false;
  std::optional<Error> lost_output_;
  std::optional<Error> closed_output_;
  std::unique_ptr<Once> once_;
};

// Redraws one line on standard error, at most ten times a second, while it lives; gone afterwards.
class ProgressLine {
 public:
  // `total_bytes` 0: unknown, then rates only.
  ProgressLine(const Console& console, std::string name, smith::Progress& progress,
               uint64_t total_bytes);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The progress line's text: "orders.csv  63%  1.24 GB/1.97 GB  412 MB/s  8 100 412 rows ...".
std::string progress_text(std::string_view name, const smith::Progress& progress,
                          uint64_t total_bytes, double seconds);

// Turns SIGINT and SIGTERM into Progress::stop. One at a time; a second signal ends the program.
class StopSignals {
 public:
  explicit StopSignals(smith::Progress& progress);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  // The exit status that a stopped run has: interrupted or terminated; ok when no signal came since
  // the last one of these was made.
  static Exit exit();
};

}  // namespace silversmith::app
