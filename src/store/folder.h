// SPDX-License-Identifier: Apache-2.0
// One directory tree walked segment by segment, never through a symbolic link: keys → the parent
// directory and the last name. Also the one place where an errno becomes an Error. Thread-safe.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/file_ops.h"

namespace silversmith::store {

// What an errno (positive or negated) means for the work. `doing` is for the message:
// "cannot write lake/silver/a.parquet".
Error file_error(int failure, const std::string& doing);

struct Place {
  Descriptor parent;
  std::string name;
};

class Folder {
 public:
  // Fails with denied when `path` is no directory that we may use.
  static Result<Folder> open(FileOps& ops, const std::string& path);
  Folder(Folder&& other) noexcept;

  // Fails with missing, denied, busy, invalid (an impossible key, a symbolic link on the way).
  Result<Place> find(std::string_view key);
  // As find, but makes what is missing. Every directory on the way is durable on return: its
  // entry was synced by this process. Fails with denied when a file or link stands in the way.
  Result<Place> make(std::string_view key);

  FileOps& ops() const { return ops_; }
  int root() const { return root_.number(); }
  std::string where(std::string_view key) const;

 private:
  struct Guarded {
    std::mutex mutex;
    std::set<std::string> durable;  // directories whose entry this process has synced
  };

  Folder(FileOps& ops, Descriptor root, std::string path);
  Result<> make_durable(int parent, const std::string& name, const std::string& path);
  Error blocked(int parent, const std::string& name, const std::string& path) const;

  FileOps& ops_;
  Descriptor root_;
  std::string path_;
  Guarded guarded_;
};

}  // namespace silversmith::store
