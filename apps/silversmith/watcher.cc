// SPDX-License-Identifier: Apache-2.0
#include "watcher.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "store/folder.h"

namespace silversmith::app {

namespace {

constexpr uint32_t watched = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB | IN_ONLYDIR |
                             IN_DONT_FOLLOW | IN_EXCL_UNLINK | IN_DELETE_SELF | IN_MOVE_SELF;

Error watch_error(const std::string& path) {
  if (errno == ENOSPC) {
    return {Code::denied, "can't watch " + path + ": the kernel allows no more inotify watches",
            "raise fs.inotify.max_user_watches", ""};
  }
  return store::file_error(errno, "can't watch " + path);
}

}  // namespace

Watcher::Watcher(std::string root, Descriptor notify)
    : root_(std::move(root)), notify_(std::move(notify)) {}

Result<Watcher> Watcher::open(const std::string& root) {
  Descriptor notify(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (notify.get() < 0) return watch_error(root);
  Watcher watcher(root, std::move(notify));
  SMITH_TRY(watcher.add_tree(""));
  return watcher;
}

Result<> Watcher::add_tree(const std::string& relative) {
  std::string path = root_ + "/" + relative;
  int watch = inotify_add_watch(notify_.get(), path.c_str(), watched);
  // A folder that is gone again, or became something else, has nothing to say; one that we may not
  // read is told by the sweep, and watched once it can be.
  bool passed_over = errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EACCES;
  if (watch < 0 && passed_over && !relative.empty()) return {};
  if (watch < 0) return watch_error(path);
  folders_[watch] = relative;
  std::error_code failed;
  std::filesystem::directory_iterator entry(path, failed);
  for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
    std::string name = entry->path().filename().string();
    std::error_code ignored;
    bool folder = !entry->is_symlink(ignored) && entry->is_directory(ignored);
    if (folder && !name.starts_with('.')) SMITH_TRY(add_tree(relative + name + "/"));
  }
  return {};
}

Result<> Watcher::note(std::string_view events, News& news) {
  while (events.size() >= sizeof(inotify_event)) {
    inotify_event event{};
    std::memcpy(&event, events.data(), sizeof event);
    // A name is padded with NULs.
    std::string name(event.len > 0 ? events.data() + sizeof event : "");
    events.remove_prefix(sizeof event + event.len);
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      // A folder may have come unnoticed: watch all that is there now.
      SMITH_TRY(add_tree(""));
      news.sweep = true;
    }
    auto folder = folders_.find(event.wd);
    if (folder == folders_.end()) continue;
    constexpr uint32_t gone = IN_IGNORED | IN_MOVE_SELF | IN_DELETE_SELF;
    if ((event.mask & gone) != 0 && folder->second.empty()) {
      root_lost_ = true;
      continue;
    }
    if ((event.mask & IN_IGNORED) != 0) {
      folders_.erase(folder);
      continue;
    }
    if (name.empty() || name.starts_with('.')) continue;
    std::string path = folder->second + name;
    if ((event.mask & IN_ISDIR) != 0) {
      // It came, or its rights changed, and files may be in it: look at everything once more.
      SMITH_TRY(add_tree(path + "/"));
      news.sweep = true;
    } else if ((event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) {
      news.ready.insert(path);
    }
  }
  return {};
}

// The root was moved away or removed: what has its name now, if anything, is watched instead.
Result<> Watcher::find_root(News& news) {
  Result<Watcher> young = open(root_);
  if (!young) {
    bool absent = young.error().code == Code::missing;
    return absent ? Result<>() : std::move(young).error();
  }
  *this = std::move(*young);
  news.sweep = true;
  return {};
}

Result<Watcher::News> Watcher::wait(int timeout_ms) {
  News news;
  if (root_lost_) SMITH_TRY(find_root(news));
  struct pollfd poller {
    notify_.get(), POLLIN, 0
  };
  if (poll(&poller, 1, timeout_ms) <= 0) return news;
  char block[64 << 10];
  while (true) {
    ssize_t got = ::read(notify_.get(), block, sizeof block);
    if (got <= 0) return news;
    SMITH_TRY(note({block, static_cast<size_t>(got)}, news));
  }
}

}  // namespace silversmith::app
