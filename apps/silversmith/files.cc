// SPDX-License-Identifier: Apache-2.0
#include "files.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include "base/text.h"
#include "contract/parse.h"
#include "smith/contracts.h"
#include "store/folder.h"

namespace silversmith::app {

namespace {

constexpr int partial_names_max = 1000;
constexpr int links_max = 40;  // as the kernel follows
constexpr size_t pending_bytes_max = size_t{256} << 10;

Error system_error(const std::string& what, const std::string& path) {
  return store::file_error(errno, what + " " + path);
}

bool same_state(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_ino == b.st_ino && a.st_dev == b.st_dev &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
         a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

std::string directory_of(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The number that a path such as /dev/fd/3, /proc/self/fd/3 or /proc/123/fd/3 has for a descriptor
// of ours. What stands there looks like a link to the file, but leads to where a descriptor already
// is in it, and the file may have no name any more.
std::optional<int> own_descriptor(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  int number = 0;
  auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (wrong != std::errc() || end != name.data() + name.size()) return std::nullopt;
  std::error_code failed;
  std::filesystem::path folder = std::filesystem::canonical(directory_of(path), failed);
  if (failed) return std::nullopt;
  for (const char* ours : {"/proc/self/fd", "/proc/thread-self/fd"}) {
    std::filesystem::path own = std::filesystem::canonical(ours, failed);
    if (!failed && folder == own) return number;
  }
  return std::nullopt;
}

// What a link names, seen from where the link stands.
Result<std::string> end_of_link(const std::string& path) {
  std::error_code failed;
  std::filesystem::path target = std::filesystem::read_symlink(path, failed);
  if (failed) {
    return Error{Code::denied, "can't read the link " + path + ": " + failed.message(), "", ""};
  }
  return (std::filesystem::path(directory_of(path)) / target).string();
}

}  // namespace

std::string scratch_folder() {
  std::error_code failed;
  std::filesystem::path folder = std::filesystem::temp_directory_path(failed);
  return failed ? "/tmp" : folder.string();
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) close(fd_);
    fd_ = other.release();
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

InputFile::InputFile(std::string path, Descriptor fd, const struct stat& at_open)
    : path_(std::move(path)), fd_(std::move(fd)), at_open_(at_open) {}

Result<std::unique_ptr<InputFile>> InputFile::open(const std::string& path) {
  Descriptor fd(path == "-" ? dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return system_error("can't open", path);
  struct stat state {};
  if (fstat(fd.get(), &state) != 0) return system_error("can't look at", path);
  if (S_ISDIR(state.st_mode)) {
    return Error{Code::invalid, path + " is a directory, wanted a file",
                 "for a whole lake use silversmith run", ""};
  }
  return std::make_unique<InputFile>(path, std::move(fd), state);
}

Result<std::unique_ptr<InputFile>> InputFile::again() const {
  Descriptor fd(dup(fd_.get()));
  if (fd.get() < 0) return system_error("can't read once more", path_);
  return std::make_unique<InputFile>(path_, std::move(fd), at_open_);
}

// Descriptors of one open file share its position, so a named file is read at our own. Standard
// input goes on from where whoever had it before us stopped.
Result<size_t> InputFile::read(std::span<char> into) {
  bool shared = is_regular() && path_ != "-";
  ssize_t got = 0;
  do {
    if (stop_ != nullptr && stop_->load()) return Error{Code::stopped, "asked to stop", "", ""};
    got = shared ? pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(position_))
                 : ::read(fd_.get(), into.data(), into.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return system_error("can't read", path_);
  position_ += static_cast<uint64_t>(got);
  if (got > 0 || into.empty() || !is_regular()) return static_cast<size_t>(got);
  struct stat now {};
  if (fstat(fd_.get(), &now) != 0 || !same_state(now, at_open_)) {
    return Error{Code::conflict, path_ + " changed while it was read",
                 "run again when nothing writes to it", "changed-while-reading"};
  }
  return size_t{0};
}

uint64_t InputFile::size() const { return static_cast<uint64_t>(at_open_.st_size); }
bool InputFile::is_regular() const { return S_ISREG(at_open_.st_mode); }

Result<> InputFile::read_at(uint64_t offset, std::span<char> into) {
  size_t done = 0;
  while (done < into.size()) {
    ssize_t got =
        pread(fd_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("can't read", path_);
    if (got == 0) {
      return Error{Code::corrupt, path_ + " ends at byte " + std::to_string(offset + done), "", ""};
    }
    done += static_cast<size_t>(got);
  }
  return {};
}

Result<size_t> SpoolSource::read(std::span<char> into) {
  size_t count = std::min<uint64_t>(into.size(), spool_.size() - position_);
  SMITH_TRY(spool_.read_at(position_, into.first(count)));
  position_ += count;
  return count;
}

OutputFile::OutputFile(std::string path, std::string hidden, Descriptor fd)
    : path_(std::move(path)), hidden_(std::move(hidden)), fd_(std::move(fd)) {}

Result<Destination> destination_of(const std::string& path) {
  if (path == "-") return Destination{path, STDOUT_FILENO, true};
  Destination found{path, std::nullopt, false};
  for (int followed = 0; followed <= links_max; ++followed) {
    found.descriptor = own_descriptor(found.path);
    found.streams = found.descriptor.has_value();
    struct stat state {};
    if (found.streams) return found;
    if (lstat(found.path.c_str(), &state) != 0) {
      // A missing folder comes to light when something is made in it.
      if (errno == ENOENT) return found;
      return system_error("can't write", path);
    }
    if (S_ISDIR(state.st_mode)) {
      return Error{Code::invalid, path + " is a directory, wanted a file", "name a file in it", ""};
    }
    found.streams = !S_ISREG(state.st_mode);
    if (!S_ISLNK(state.st_mode)) return found;
    found.path = SMITH_TRY(end_of_link(found.path));
  }
  return Error{Code::invalid, path + " is a symbolic link that leads in circles",
               "name the file itself", ""};
}

// Of a descriptor, a second one that shares its position; a rename would put a file in the place of
// a device such as /dev/null.
Result<std::unique_ptr<OutputFile>> OutputFile::create(const std::string& given) {
  Destination to = SMITH_TRY(destination_of(given));
  const std::string& path = to.path;
  if (to.streams) {
    Descriptor straight(to.descriptor.has_value() ? dup(*to.descriptor)
                                                  : ::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (straight.get() < 0) return system_error("can't write", given);
    return std::make_unique<OutputFile>(given, "", std::move(straight));
  }
  size_t slash = path.rfind('/');
  std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  // Another process may have our number (in another container): then the name is taken.
  for (int i = 0; i < partial_names_max; ++i) {
    std::string hidden = directory_of(path) + "/." + name + "." + std::to_string(getpid()) + "-" +
                         std::to_string(i) + ".partial";
    Descriptor fd(
        ::open(hidden.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (fd.get() < 0 && errno == EEXIST) continue;
    if (fd.get() < 0) return system_error("can't write", path);
    return std::make_unique<OutputFile>(path, std::move(hidden), std::move(fd));
  }
  return Error{Code::busy, "can't write " + path + ": too many unfinished files beside it",
               "remove ." + name + ".*.partial", ""};
}

OutputFile::~OutputFile() {
  if (!hidden_.empty()) unlink(hidden_.c_str());
}

Result<> OutputFile::drain() {
  size_t done = 0;
  while (done < pending_.size()) {
    ssize_t put = ::write(fd_.get(), pending_.data() + done, pending_.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_error("can't write", path_);
    done += static_cast<size_t>(put);
  }
  pending_.clear();
  return {};
}

Result<> OutputFile::write(std::string_view bytes) {
  pending_ += bytes;
  size_ += bytes.size();
  if (pending_.size() >= pending_bytes_max) return drain();
  return {};
}

Result<> OutputFile::keep() {
  SMITH_TRY(drain());
  if (hidden_.empty()) return {};
  if (fsync(fd_.get()) != 0) return system_error("can't write", path_);
  if (rename(hidden_.c_str(), path_.c_str()) != 0) return system_error("can't write", path_);
  hidden_.clear();
  Descriptor directory(::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || fsync(directory.get()) != 0) {
    return system_error("can't make durable", path_);
  }
  return {};
}

// The kernel grants a read lease only on a file that nobody has open for writing, to its owner or
// root (fcntl(2)). It is given back at once. Whoever opens the file in between waits for that, and
// we are sent a signal: one that does nothing by default, in place of SIGIO, which would end us.
Writers writers_of(const std::string& path) {
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (fd.get() < 0 || fcntl(fd.get(), F_SETSIG, SIGURG) != 0) return Writers::unknown;
  if (fcntl(fd.get(), F_SETLEASE, F_RDLCK) != 0) {
    return errno == EAGAIN ? Writers::some : Writers::unknown;
  }
  fcntl(fd.get(), F_SETLEASE, F_UNLCK);
  return Writers::none;
}

Result<std::string> read_whole_file(const std::string& path, uint64_t bytes_max) {
  auto file = SMITH_TRY(InputFile::open(path));
  if (file->size() > bytes_max) {
    return Error{
        Code::limit,
        path + " has " + human_bytes(file->size()) + ", wanted at most " + human_bytes(bytes_max),
        "", ""};
  }
  std::string text;
  char block[64 << 10];
  while (true) {
    size_t got = SMITH_TRY(file->read(block));
    if (got == 0) return text;
    text.append(block, got);
    if (text.size() > bytes_max) return Error{Code::limit, path + " is too large", "", ""};
  }
}

Result<contract::Contract> read_contract(const std::string& path) {
  std::string text = SMITH_TRY(read_whole_file(path, smith::contract_bytes_max));
  return contract::parse_contract(text, path);
}

}  // namespace silversmith::app
