// SPDX-License-Identifier: Apache-2.0
#include "store/folder.h"

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/text.h"

namespace silversmith::store {

namespace {

// Enough for every lake we met; when passed, the set starts over and costs some syncs again.
constexpr size_t durable_max = 16'384;

std::string text_of(int failure) {
  char text[256];
  return ::strerror_r(failure, text, sizeof text);
}

Result<std::vector<std::string_view>> segments_of(std::string_view key, const std::string& where) {
  std::vector<std::string_view> segments = split(key, '/');
  for (std::string_view segment : segments) {
    bool plain = !segment.empty() && segment != "." && segment != ".." &&
                 segment.find('\0') == std::string_view::npos;
    if (plain) continue;
    return Error{Code::invalid, where + ": the key has an empty, \".\" or \"..\" segment", "", ""};
  }
  return segments;
}

}  // namespace

Error file_error(int failure, const std::string& doing) {
  int number = failure < 0 ? -failure : failure;
  std::string message = doing + ": " + text_of(number);
  switch (number) {
    case ENOENT: return {Code::missing, message, "", ""};
    case ENOSPC:
    case EDQUOT:
      return {Code::busy, "disk full: " + message,
              "free some space and run again; nothing half-written is visible", ""};
    case EPIPE: return {Code::denied, message, "whoever read it has gone away", ""};
    case EFBIG:
      return {Code::denied, message, "this process may not write files of that size (ulimit -f)",
              ""};
    case EACCES:
    case EPERM:
    case EROFS: return {Code::denied, message, "give the user of this process the right to it", ""};
    case ENAMETOOLONG:
      return {Code::denied, message, "the file system allows shorter names only", ""};
    case EXDEV:
      return {Code::denied, message + "; silver spans file systems",
              "keep silver, quarantine, receipts and .silversmith on one file system", ""};
    case ENOTDIR:
    case EISDIR: return {Code::denied, message, "a file stands where a folder must be", ""};
    case EWOULDBLOCK:
      return {Code::busy, message, "another process holds the lock: is one stopped or stuck?", ""};
    case ENXIO: return {Code::invalid, message, "this is no regular file", ""};
    case ELOOP: return {Code::invalid, message, "symbolic links are not followed", ""};
    default: return {Code::busy, message, "", ""};
  }
}

Folder::Folder(FileOps& ops, Descriptor root, std::string path)
    : ops_(ops), root_(std::move(root)), path_(std::move(path)) {}

Folder::Folder(Folder&& other) noexcept
    : ops_(other.ops_), root_(std::move(other.root_)), path_(std::move(other.path_)) {}

Result<Folder> Folder::open(FileOps& ops, const std::string& path) {
  Descriptor root(ops, ops.open_root(path));
  if (root.is_open()) return Folder(ops, std::move(root), path);
  Error error = file_error(root.number(), "cannot open the folder " + path);
  if (error.code == Code::missing) {
    error.code = Code::denied;
    error.hint = "is the path right?";
  }
  return error;
}

std::string Folder::where(std::string_view key) const {
  std::string text = path_;
  if (!text.ends_with('/')) text += '/';
  return text.append(key);
}

Result<Place> Folder::find(std::string_view key) {
  std::vector<std::string_view> segments = SMITH_TRY(segments_of(key, where(key)));
  Place place{Descriptor(), std::string(segments.back())};
  int at = root();
  for (size_t i = 0; i + 1 < segments.size(); i++) {
    std::string name(segments[i]);
    Descriptor next(ops_, ops_.open_at(at, name, OpenMode::directory));
    if (!next.is_open()) {
      FileState state;
      bool here = next.number() == -ENOTDIR && ops_.state_at(at, name, state) == 0;
      bool is_link = here && state.kind == FileKind::symlink;
      int failure = is_link ? ELOOP : here ? ENOENT : next.number();
      return file_error(failure, "cannot open " + where(key));
    }
    place.parent = std::move(next);
    at = place.parent.number();
  }
  return place;
}

Error Folder::blocked(int parent, const std::string& name, const std::string& path) const {
  FileState state;
  bool is_link = ops_.state_at(parent, name, state) == 0 && state.kind == FileKind::symlink;
  return {Code::denied,
          where(path) + " must be a folder, but it is a " + (is_link ? "symbolic link" : "file"),
          is_link ? "symbolic links are not followed: put the folder itself there"
                  : "two names want this place: rename the object or the folder in bronze, or move "
                    "the file away if it is not ours",
          ""};
}

Result<> Folder::make_durable(int parent, const std::string& name, const std::string& path) {
  {
    std::lock_guard lock(guarded_.mutex);
    if (guarded_.durable.contains(path)) return {};
  }
  int made = ops_.make_directory(parent, name);
  if (made < 0 && made != -EEXIST) return file_error(made, "cannot make the folder " + where(path));
  // Also when somebody else made it: they may not have come to their own sync yet.
  int synced = ops_.sync(parent);
  if (synced < 0) return file_error(synced, "cannot sync the folder above " + where(path));
  std::lock_guard lock(guarded_.mutex);
  if (guarded_.durable.size() >= durable_max) guarded_.durable.clear();
  guarded_.durable.insert(path);
  return {};
}

Result<Place> Folder::make(std::string_view key) {
  std::vector<std::string_view> segments = SMITH_TRY(segments_of(key, where(key)));
  Place place{Descriptor(), std::string(segments.back())};
  int at = root();
  std::string path;
  for (size_t i = 0; i + 1 < segments.size(); i++) {
    std::string name(segments[i]);
    if (i > 0) path += '/';
    path += name;
    SMITH_TRY(make_durable(at, name, path));
    Descriptor next(ops_, ops_.open_at(at, name, OpenMode::directory));
    if (next.number() == -ENOENT) {  // somebody removed it since we noted it
      {
        std::lock_guard lock(guarded_.mutex);
        guarded_.durable.erase(path);
      }
      SMITH_TRY(make_durable(at, name, path));
      next = Descriptor(ops_, ops_.open_at(at, name, OpenMode::directory));
    }
    if (next.number() == -ENOTDIR || next.number() == -ELOOP) return blocked(at, name, path);
    if (!next.is_open()) return file_error(next.number(), "cannot open " + where(path));
    place.parent = std::move(next);
    at = place.parent.number();
  }
  return place;
}

}  // namespace silversmith::store
