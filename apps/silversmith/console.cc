// SPDX-License-Identifier: Apache-2.0
#include "console.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/text.h"
#include "base/thread.h"
#include "store/folder.h"

namespace silversmith::app {

namespace {

// The errno that kept it from being written, or 0.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return put < 0 ? errno : ENOSPC;
    text.remove_prefix(static_cast<size_t>(put));
  }
  return 0;
}

// Messages name files, and names may hold anything: a terminal gets no control bytes of theirs.
std::string harmless(std::string_view text) {
  std::string out;
  for (std::string_view line : split(text, '\n')) out += (out.empty() ? "" : "\n") + escaped(line);
  return out;
}

// Signal handlers reach only what is lock-free and has a fixed address.
std::atomic<smith::Progress*> signalled_progress = nullptr;
std::atomic<int> signal_seen = 0;

void on_signal(int number) {
  if (signal_seen.exchange(number) != 0) _exit(128 + number);
  smith::Progress* progress = signalled_progress.load();
  if (progress != nullptr) progress->stop.store(true);
}

Terminal terminal_of(const Settings& settings) {
  Terminal terminal;
  terminal.is_terminal = isatty(STDERR_FILENO) == 1;
  bool dumb = variable("TERM") == "dumb";
  std::string force = variable("CLICOLOR_FORCE");
  std::string when = settings.text("color");
  terminal.colour = terminal.is_terminal && !dumb && variable("NO_COLOR").empty();
  if (!force.empty() && force != "0") terminal.colour = true;
  if (when == "always") terminal.colour = true;
  if (when == "never") terminal.colour = false;
  terminal.progress =
      terminal.is_terminal && !dumb && !settings.flag("no-progress") && !settings.flag("quiet");
  return terminal;
}

}  // namespace

Exit exit_of(const Error& error) {
  switch (error.code) {
    case Code::invalid: return Exit::usage;
    case Code::missing: return Exit::io;
    case Code::denied: return error.type == "configuration-error" ? Exit::usage : Exit::io;
    case Code::conflict:
    case Code::busy: return Exit::busy;
    case Code::corrupt:
    case Code::limit: return Exit::negative;
    case Code::stopped: break;
  }
  return StopSignals::exit() == Exit::terminated ? Exit::terminated : Exit::interrupted;
}

namespace {

Result<Level> level_of(const Settings& settings) {
  std::string text = settings.text("log-level");
  for (Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
    if (text == name_of(level)) return level;
  }
  return Error{Code::invalid,
               "--log-level: found " + show(text) + ", wanted debug, info, warn or error", "", ""};
}

}  // namespace

Console::Console() : log_(std::make_unique<NoLog>()), once_(std::make_unique<Once>()) {}

Result<Console> Console::open(const Settings& settings) {
  Console console;
  console.terminal_ = terminal_of(settings);
  console.json_ = settings.flag("json");
  console.quiet_ = settings.flag("quiet");
  console.level_ = SMITH_TRY(level_of(settings));
  std::string format = settings.text("log-format");
  if (format == "json") {
    console.log_ = std::make_unique<JsonLog>(STDERR_FILENO, console.level_, system_clock());
    console.logs_ = true;
    console.terminal_.progress = false;
  } else if (format != "text") {
    return Error{Code::invalid, "--log-format: found " + show(format) + ", wanted text or json", "",
                 ""};
  }
  return console;
}

void Console::result(std::string_view line) {
  int failure = write_all(STDOUT_FILENO, std::string(line) + "\n");
  // A reader that has gone away, as head(1) does, has what it wanted.
  if (failure == 0 || failure == EPIPE) return;
  if (failure == EBADF) {
    closed_output_ = {Code::denied, "cannot write to standard output: it is closed", "", ""};
  } else if (!lost_output_.has_value()) {
    lost_output_ = store::file_error(failure, "cannot write to standard output");
  }
}

void Console::say(Level level, std::string_view line, const Json& fields, std::string_view text) {
  if (logs_) {
    log_->write(level, line, fields);
  } else {
    write_all(STDERR_FILENO, text);
  }
}

void Console::tell(Level level, std::string_view text, const Json& fields) {
  bool shown = logs_ || level > Level::info || (level == Level::info && !quiet_);
  if (!shown) return;
  std::string id = fields.is_object() ? fields.text_or("message_id", "") : "";
  say(level, text, fields, harmless(text) + (id.empty() ? "" : " [" + harmless(id) + "]") + "\n");
}

void Console::note(std::string_view line) {
  if (!quiet_) say(Level::info, line, Json(), std::string(line) + "\n");
}

void Console::warning(std::string_view line) {
  say(Level::warn, line, Json(), std::string(line) + "\n");
}

void Console::warning(const Error& error) {
  warning("warning: " + harmless(error.message) + (error.hint.empty() ? "" : "; " + error.hint));
}

void Console::warning_once(const std::string& line) {
  std::lock_guard lock(once_->mutex);
  if (once_->said.insert(line).second) warning(line);
}

void Console::error(const Error& error) {
  std::string text = paint("error", "31") + ": " + harmless(error.message) + "\n";
  if (!error.hint.empty()) text += "  " + paint("help", "36") + ": " + harmless(error.hint) + "\n";
  Json fields = Json::object();
  fields.set("code", public_code(error.code, error.type));
  fields.set("hint", error.hint);
  say(Level::error, error.message, fields, text);
}

std::string Console::paint(std::string_view text, std::string_view colour) const {
  if (!terminal_.colour) return std::string(text);
  return "\033[" + std::string(colour) + "m" + std::string(text) + "\033[0m";
}

struct ProgressLine::State {
  std::mutex mutex;
  std::condition_variable wake;
  bool done = false;
  std::optional<Thread> painter;  // none: no terminal, or the system gives no thread
};

ProgressLine::ProgressLine(const Console& console, std::string name, smith::Progress& progress,
                           uint64_t total_bytes)
    : state_(std::make_unique<State>()) {
  if (!console.terminal().progress) return;
  State& state = *state_;
  auto paint = [&state, &progress, name = std::move(name), total_bytes] {
    auto start = std::chrono::steady_clock::now();
    std::unique_lock lock(state.mutex);
    while (!state.wake.wait_for(lock, std::chrono::milliseconds(100), [&] { return state.done; })) {
      std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
      write_all(STDERR_FILENO,
                "\r\033[K" + progress_text(name, progress, total_bytes, spent.count()));
    }
    write_all(STDERR_FILENO, "\r\033[K");
  };
  Result<Thread> painter = Thread::start(paint);
  if (painter) state.painter.emplace(std::move(*painter));
}

ProgressLine::~ProgressLine() {
  {
    std::lock_guard lock(state_->mutex);
    state_->done = true;
  }
  state_->wake.notify_all();
  state_->painter.reset();  // joins it
}

std::string progress_text(std::string_view name, const smith::Progress& progress,
                          uint64_t total_bytes, double seconds) {
  uint64_t bytes = progress.raw_bytes.load(std::memory_order_relaxed);
  std::string text(name);
  double rate = seconds > 0 ? static_cast<double>(bytes) / seconds : 0;
  if (total_bytes > 0) {
    text += "  " + std::to_string(std::min<uint64_t>(100, bytes * 100 / total_bytes)) + "%";
    text += "  " + human_bytes(bytes) + "/" + human_bytes(total_bytes);
  } else {
    text += "  " + human_bytes(bytes);
  }
  text += "  " + human_bytes(static_cast<uint64_t>(rate)) + "/s";
  text += "  " + human_count(progress.rows.load(std::memory_order_relaxed)) + " rows";
  text += "  rejects " + human_count(progress.rejects.load(std::memory_order_relaxed));
  if (total_bytes > bytes && seconds > 1 && rate > 0) {
    auto left = static_cast<uint64_t>(static_cast<double>(total_bytes - bytes) / rate);
    text += "  ETA " + std::to_string(left / 60) + ":" + (left % 60 < 10 ? "0" : "") +
            std::to_string(left % 60);
  }
  return text;
}

StopSignals::StopSignals(smith::Progress& progress) {
  signalled_progress = &progress;
  signal_seen = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

StopSignals::~StopSignals() {
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  signalled_progress = nullptr;
}

Exit StopSignals::exit() {
  int number = signal_seen.load();
  if (number == SIGINT) return Exit::interrupted;
  return number == SIGTERM ? Exit::terminated : Exit::ok;
}

}  // namespace silversmith::app
