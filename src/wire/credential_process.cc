// SPDX-License-Identifier: Apache-2.0
#include "wire/credential_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "wire/date.h"
#include "wire/socket.h"

namespace silversmith::wire {

namespace {

constexpr size_t said_bytes_max = size_t{64} << 10;
constexpr size_t complaint_bytes_max = 4096;
// How long a wait lasts before it looks whether it is to end.
constexpr int look_ms = 50;

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> make_pipe(const std::string& source) {
  std::array<int, 2> ends = {-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) == 0) return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  return Error{Code::busy, source + ": no pipe: " + std::strerror(errno), "", ""};
}

// The shell and all that it starts; ended when it goes.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (id_ <= 0) return;
    kill(-id_, SIGKILL);
    int status = 0;
    while (!ended_ && waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
  }

  // The error's number; 0 is none.
  int start(const std::string& command, int out, int complaints) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, complaints, STDERR_FILENO);
    sigset_t none;
    sigset_t usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    for (int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&usual, number);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::array<std::string, 3> words = {"sh", "-c", command};
    std::array<char*, 4> arguments = {words[0].data(), words[1].data(), words[2].data(), nullptr};
    int failure = posix_spawn(&id_, "/bin/sh", &files, &attributes, arguments.data(), environ);
    if (failure != 0) id_ = 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failure;
  }

  // Whether it has ended; `status` is then as waitpid() has it.
  bool ended(int& status) {
    ended_ = ended_ || waitpid(id_, &status_, WNOHANG) == id_;
    status = status_;
    return ended_;
  }

 private:
  pid_t id_ = 0;
  bool ended_ = false;
  int status_ = 0;
};

// What comes from one end, as far as there is room; the rest is read and dropped.
struct Heard {
  Descriptor from;
  size_t bytes_max;
  std::string text = {};
  bool open = true;
  bool too_long = false;

  void read_some() {
    std::array<char, 4096> piece;
    ssize_t count = read(from.number(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) return;
    open = count > 0;
    if (!open) return;
    size_t room = bytes_max - text.size();
    too_long = too_long || static_cast<size_t>(count) > room;
    text.append(piece.data(), std::min(room, static_cast<size_t>(count)));
  }
};

void hear(Heard& out, Heard& complaints) {
  std::array<pollfd, 2> ends = {pollfd{out.open ? out.from.number() : -1, POLLIN, 0},
                                pollfd{complaints.open ? complaints.from.number() : -1, POLLIN, 0}};
  if (poll(ends.data(), ends.size(), look_ms) <= 0) return;
  if (ends[0].revents != 0) out.read_some();
  if (ends[1].revents != 0) complaints.read_some();
}

Error refused(const CredentialProcess& process, const std::string& what) {
  return {Code::denied, process.source + ": its credential_process " + what,
          "run that command yourself and see what it says: credential_process in ~/.aws/config",
          ""};
}

Result<FoundCredentials> found_in(const CredentialProcess& process, const std::string& text) {
  Result<Json> json = parse_json(text);
  if (!json.ok()) return refused(process, "ended well and did not answer JSON");
  if (json->int_or("Version", 0) != 1) return refused(process, "answered no Version 1");
  std::string until = json->text_or("Expiration", "");
  FoundCredentials found{json->text_or("AccessKeyId", ""), json->text_or("SecretAccessKey", ""),
                         json->text_or("SessionToken", ""), date_micros(until)};
  if (found.access_key_id.empty() || found.secret_access_key.empty()) {
    return refused(process, "answered no AccessKeyId or no SecretAccessKey");
  }
  if (until.empty()) return found;
  if (found.expires_micros == 0) return refused(process, "answered an Expiration that is no date");
  if (found.expires_micros <= system_clock().wall_micros()) {
    return refused(process, "gave credentials that expired at " + rfc3339(found.expires_micros));
  }
  return found;
}

std::string told_status(int status) {
  if (WIFSIGNALED(status)) return "was ended by signal " + std::to_string(WTERMSIG(status));
  return "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Result<FoundCredentials> from_process(const CredentialProcess& process) {
  Pipe out = SMITH_TRY(make_pipe(process.source));
  Pipe complaints = SMITH_TRY(make_pipe(process.source));
  int64_t until = system_clock().steady_micros() + process.micros_max;
  Child child;
  int failure = child.start(process.command, out.write.number(), complaints.write.number());
  if (failure != 0) {
    return refused(process, std::string("can't be started: ") + std::strerror(failure));
  }
  out.write = Descriptor();
  complaints.write = Descriptor();
  Heard said{std::move(out.read), said_bytes_max};
  Heard complained{std::move(complaints.read), complaint_bytes_max};
  int status = 0;
  // Who holds the ends open after the shell has ended is not waited for.
  bool ended = false;
  while (said.open || !ended) {
    if (process.stop != nullptr && process.stop->load(std::memory_order_relaxed)) {
      return Error{Code::stopped, "asked to stop", "", ""};
    }
    if (system_clock().steady_micros() >= until) {
      return Error{Code::busy,
                   process.source + ": its credential_process did not end within " +
                       std::to_string(process.micros_max / 1'000'000) + " s",
                   "run that command yourself and see what it waits for", ""};
    }
    ended = child.ended(status);
    hear(said, complained);
  }
  if (complained.open) hear(said, complained);
  if (status != 0) {
    std::string line(trim(split(complained.text, '\n').front()));
    return refused(process, told_status(status) + (line.empty() ? "" : ": " + show(line, 200)));
  }
  if (said.too_long) return refused(process, "answered more than 64 KiB");
  return found_in(process, said.text);
}

}  // namespace silversmith::wire
