// SPDX-License-Identifier: Apache-2.0
#include "store/file_ops.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/clock.h"

namespace silversmith::store {

namespace {

constexpr int64_t lock_pause_micros_min = 500;
constexpr int64_t lock_pause_micros_max = 50'000;
constexpr int64_t lock_wait_micros_max = 30'000'000;

template <class Call>
auto retried(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result < 0 ? static_cast<decltype(result)>(-errno) : result;
}

FileKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::file;
  if (S_ISDIR(mode)) return FileKind::directory;
  if (S_ISLNK(mode)) return FileKind::symlink;
  return FileKind::other;
}

int64_t nanos(const struct timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileState state_of(const struct stat& from) {
  FileState state;
  state.kind = kind_of(from.st_mode);
  state.device = from.st_dev;
  state.inode = from.st_ino;
  state.links = from.st_nlink;
  state.size = static_cast<uint64_t>(from.st_size);
  state.modified_nanos = nanos(from.st_mtim);
  state.changed_nanos = nanos(from.st_ctim);
  return state;
}

int flags_of(OpenMode mode) {
  switch (mode) {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer.
    case OpenMode::read: return O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
    case OpenMode::create: return O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    case OpenMode::lock_file: return O_RDWR | O_CREAT | O_NOFOLLOW;
    case OpenMode::directory: return O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  }
  return O_RDONLY;
}

}  // namespace

int RealFileOps::open_root(const std::string& path) {
  return retried([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
}

int RealFileOps::open_at(int directory, const std::string& name, OpenMode mode) {
  return retried(
      [&] { return ::openat(directory, name.c_str(), flags_of(mode) | O_CLOEXEC, 0666); });
}

void RealFileOps::close(int file) { ::close(file); }

int64_t RealFileOps::read_at(int file, uint64_t offset, std::span<char> into) {
  return retried(
      [&] { return ::pread(file, into.data(), into.size(), static_cast<off_t>(offset)); });
}

int64_t RealFileOps::write(int file, std::string_view bytes) {
  return retried([&] { return ::write(file, bytes.data(), bytes.size()); });
}

int RealFileOps::sync(int file) {
  return retried([&] { return ::fsync(file); });
}

int RealFileOps::state(int file, FileState& state) {
  struct stat from = {};
  int done = retried([&] { return ::fstat(file, &from); });
  if (done == 0) state = state_of(from);
  return done;
}

int RealFileOps::state_at(int directory, const std::string& name, FileState& state) {
  struct stat from = {};
  int done =
      retried([&] { return ::fstatat(directory, name.c_str(), &from, AT_SYMLINK_NOFOLLOW); });
  if (done == 0) state = state_of(from);
  return done;
}

uint64_t RealFileOps::generation(int file) {
  long number = 0;  // the ioctl's size says long; file systems write an int into it
  return ::ioctl(file, FS_IOC_GETVERSION, &number) == 0 ? static_cast<uint32_t>(number) : 0;
}

int RealFileOps::make_directory(int directory, const std::string& name) {
  return retried([&] { return ::mkdirat(directory, name.c_str(), 0777); });
}

int RealFileOps::link(const Place& from, const Place& to) {
  return retried(
      [&] { return ::linkat(from.first, from.second.c_str(), to.first, to.second.c_str(), 0); });
}

int RealFileOps::rename(const Place& from, const Place& to) {
  return retried(
      [&] { return ::renameat(from.first, from.second.c_str(), to.first, to.second.c_str()); });
}

int RealFileOps::unlink(int directory, const std::string& name) {
  return retried([&] { return ::unlinkat(directory, name.c_str(), 0); });
}

int RealFileOps::lock(int file, Wait wait) {
  if (wait == Wait::never) return retried([&] { return ::flock(file, LOCK_EX | LOCK_NB); });
  // Held for milliseconds by who lives; one that is stopped must not stop everybody for good, and
  // a signal ends the wait.
  int64_t pause = lock_pause_micros_min;
  for (int64_t waited = 0; waited < lock_wait_micros_max; waited += pause) {
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) return 0;
    if (errno != EWOULDBLOCK && errno != EINTR) return -errno;
    if (system_clock().sleep_micros(pause) == Slept::interrupted) return -EINTR;
    pause = std::min(pause * 2, lock_pause_micros_max);
  }
  return -EWOULDBLOCK;
}

int RealFileOps::list(int directory, std::vector<DirEntry>& entries) {
  // fdopendir takes its descriptor over, and a shared one would share the position.
  int own = retried([&] { return ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (own < 0) return own;
  DIR* stream = ::fdopendir(own);
  if (stream == nullptr) {
    int failure = -errno;
    ::close(own);
    return failure;
  }
  int failure = 0;
  while (true) {
    errno = 0;
    const struct dirent* found = ::readdir(stream);
    if (found == nullptr) {
      failure = -errno;
      break;
    }
    std::string name = found->d_name;
    if (name == "." || name == "..") continue;
    FileState state;
    if (found->d_type == DT_REG) {
      state.kind = FileKind::file;
    } else if (found->d_type == DT_DIR) {
      state.kind = FileKind::directory;
    } else if (state_at(directory, name, state) < 0) {
      continue;  // it went away since
    }
    entries.push_back({std::move(name), state.kind});
  }
  ::closedir(stream);
  return failure;
}

int64_t RealFileOps::now_micros() {
  struct timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return nanos(now) / 1000;
}

}  // namespace silversmith::store
