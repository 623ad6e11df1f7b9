// SPDX-License-Identifier: Apache-2.0
// What inotify says about a folder tree: files that were closed after writing or moved in, and
// when to look at everything again. Never the truth, only hints: the sweep is what guarantees.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "files.h"

namespace silversmith::app {

class Watcher {
 public:
  struct News {
    std::set<std::string> ready;  // paths below the root, '/'-separated
    bool sweep = false;           // events were lost, or a folder came: look at everything
  };

  // Watches `root` and every folder below it; hidden ones and symbolic links are passed over.
  // Fails with missing, and with denied: no right, or the kernel allows no more watches.
  static Result<Watcher> open(const std::string& root);
  Watcher(std::string root, Descriptor notify);

  // Waits at most `timeout_ms` for news; returns early when a signal comes.
  Result<News> wait(int timeout_ms);
  // Adds what the kernel's event records in `events` say. wait() calls it; public for tests, as
  // lost events can't be had at will.
  Result<> note(std::string_view events, News& news);

 private:
  Result<> add_tree(const std::string& relative);
  Result<> find_root(News& news);

  std::string root_;
  Descriptor notify_;
  std::map<int, std::string> folders_;  // watch → folder below the root, "" or ending in '/'
  bool root_lost_ = false;              // what was the root is elsewhere or gone
};

}  // namespace silversmith::app
