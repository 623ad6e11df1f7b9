// SPDX-License-Identifier: Apache-2.0
#include "store/walk.h"

#include <algorithm>
#include <cerrno>

namespace silversmith::store {

namespace {

class Walker {
 public:
  Walker(Folder& folder, const WalkOptions& options) : folder_(folder), options_(options) {}

  // Adds the files below the directory `path` ("" or ending in '/').
  Result<> directory(int number, const std::string& path) {
    std::vector<DirEntry> entries;
    int listed = folder_.ops().list(number, entries);
    if (listed < 0) return unreadable(listed, path);
    for (DirEntry& entry : entries) {
      if (entry.kind == FileKind::directory) entry.name += '/';  // as it stands in a key
    }
    std::sort(entries.begin(), entries.end(),
              [](const DirEntry& a, const DirEntry& b) { return a.name < b.name; });
    for (DirEntry& entry : entries) {
      if (page_.next.has_value()) return {};
      if (entry.name.front() == '.') continue;
      if (entry.kind == FileKind::directory) SMITH_TRY(descend(number, path, entry.name));
      if (entry.kind == FileKind::file) SMITH_TRY(file(number, path, entry.name));
      bool other = entry.kind != FileKind::directory && entry.kind != FileKind::file;
      if (other) pass_over(path + entry.name);
    }
    return {};
  }

  ListPage take() && { return std::move(page_); }

 private:
  Result<> descend(int parent, const std::string& path, const std::string& name) {
    std::string key = path + name;
    bool on_the_way = key.starts_with(options_.prefix) || options_.prefix.starts_with(key);
    bool passed = key < options_.after && !options_.after.starts_with(key);
    if (!on_the_way || passed) return {};
    std::string segment = name.substr(0, name.size() - 1);
    FileOps& ops = folder_.ops();
    Descriptor next(ops, ops.open_at(parent, segment, OpenMode::directory));
    if (next.number() == -ENOENT || next.number() == -ENOTDIR) return {};  // it went away since
    if (!next.is_open()) return unreadable(next.number(), key);
    return directory(next.number(), key);
  }

  // One folder that we may not read keeps nobody from the others; passing trouble ends the walk, as
  // a listing that lacks what is there would mislead.
  Result<> unreadable(int failure, const std::string& path) {
    if (failure == -ENOENT && !path.empty()) return {};  // it went away since
    Error error = file_error(failure, "cannot list " + folder_.where(path));
    if (error.code != Code::denied || path.empty()) return error;
    page_.unreadable.push_back(std::move(error));
    return {};
  }

  void pass_over(std::string key) {
    bool below = key.starts_with(options_.prefix) && key > options_.after;
    bool on_the_way = options_.prefix.starts_with(key + "/");
    if (below || on_the_way) page_.passed_over.push_back(std::move(key));
  }

  Result<> file(int parent, const std::string& path, const std::string& name) {
    std::string key = path + name;
    if (!key.starts_with(options_.prefix) || key <= options_.after) return {};
    FileState state;
    int looked = folder_.ops().state_at(parent, name, state);
    if (looked == -ENOENT || (looked >= 0 && state.kind != FileKind::file)) return {};
    if (looked < 0) return file_error(looked, "cannot look at " + folder_.where(key));
    if (page_.objects.size() == options_.keys_max) {
      page_.next = page_.objects.back().key;
      return {};
    }
    page_.objects.push_back({std::move(key), state.size, state.modified_nanos / 1000});
    return {};
  }

  Folder& folder_;
  const WalkOptions& options_;
  ListPage page_;
};

}  // namespace

Result<ListPage> walk(Folder& folder, const WalkOptions& options) {
  Walker walker(folder, options);
  SMITH_TRY(walker.directory(folder.root(), ""));
  return std::move(walker).take();
}

}  // namespace silversmith::store
