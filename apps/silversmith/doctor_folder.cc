// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/text.h"
#include "doctor.h"
#include "store/folder.h"
#include "store/local.h"

namespace silversmith::app {

namespace {

constexpr uint64_t space_bytes_min = uint64_t{64} << 20;
constexpr uint64_t space_bytes_good = uint64_t{1} << 30;

struct FileSystem {
  uint64_t magic;
  const char* name;
  Outcome outcome;
  const char* hint;
};
constexpr const char* far_away =
    "locks and renames go over a network there: all who write must reach it by the same server, "
    "and its locks must be on";
// statfs(2) lists the numbers.
constexpr FileSystem known_systems[] = {
    {0x6969, "NFS", Outcome::warning, far_away},
    {0x517B, "SMB", Outcome::warning, far_away},
    {0xFF534D42, "CIFS", Outcome::warning, far_away},
    {0xFE534D42, "SMB", Outcome::warning, far_away},
    {0x65735546, "FUSE", Outcome::warning, far_away},
    {0x01021997, "9p", Outcome::warning, far_away},
    {0x01021994, "tmpfs", Outcome::warning, "what is in memory is gone when the machine stops"},
    {0xEF53, "ext", Outcome::ok, ""},
    {0x58465342, "xfs", Outcome::ok, ""},
    {0x9123683E, "btrfs", Outcome::ok, ""},
    {0x794C7630, "overlay", Outcome::ok, ""},
};

void check_file_system(const std::string& root, Diagnosis& diagnosis) {
  struct statfs system {};
  struct statvfs space {};
  if (statfs(root.c_str(), &system) != 0 || statvfs(root.c_str(), &space) != 0) return;
  uint64_t magic = static_cast<uint32_t>(system.f_type);
  Check check{"lake", "file system", Outcome::ok, "another kind, not known here"};
  for (const FileSystem& known : known_systems) {
    if (known.magic == magic) {
      check = {"lake", "file system", known.outcome, known.name, known.hint};
    }
  }
  diagnosis.add(std::move(check));
  if ((space.f_flag & ST_RDONLY) != 0) {
    diagnosis.add({"lake", "writable", Outcome::failed, root + " is mounted read-only",
                   "mount it for writing, or put silver elsewhere with --silver"});
  }
  uint64_t bytes = uint64_t{space.f_bavail} * space.f_frsize;
  Outcome outcome = bytes < space_bytes_min    ? Outcome::failed
                    : bytes < space_bytes_good ? Outcome::warning
                                               : Outcome::ok;
  diagnosis.add({"lake", "free space", outcome, human_bytes(bytes),
                 outcome == Outcome::ok ? "" : "make room"});
}

// Links and renames don't cross file systems.
void check_same_system(const std::string& root, Diagnosis& diagnosis) {
  struct stat base {};
  if (lstat(root.c_str(), &base) != 0) return;
  for (const char* name : {".silversmith", "silver", "quarantine", "receipts"}) {
    std::string path = root + "/" + name;
    struct stat state {};
    if (lstat(path.c_str(), &state) != 0) continue;  // made when it is needed
    if (S_ISLNK(state.st_mode)) {
      diagnosis.add({"lake", name, Outcome::failed, path + " is a symbolic link",
                     "put the folder itself there: links in a lake are not followed"});
    } else if (!S_ISDIR(state.st_mode)) {
      diagnosis.add({"lake", name, Outcome::failed, path + " is no folder", "move it away"});
    } else if (state.st_dev != base.st_dev) {
      diagnosis.add({"lake", name, Outcome::failed, path + " is on another file system",
                     "files are linked into place: all of the root must be on one"});
    } else if (access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
      Error error = store::file_error(errno, "cannot write into " + path);
      diagnosis.add_error("lake", name, error);
    } else {
      diagnosis.add({"lake", name, Outcome::ok, "writable, on one file system with the root"});
    }
  }
}

void check_reading(const std::string& root, Diagnosis& diagnosis) {
  store::RealFileOps ops;
  auto opened = store::LocalStore::open(ops, {.root = root});
  if (!opened.ok()) return diagnosis.add_error("lake", "bronze", opened.error());
  Result<store::ListPage> page = (*opened)->list("bronze/", "");
  if (!page.ok()) return diagnosis.add_error("lake", "bronze", page.error());
  for (const Error& error : page->unreadable) diagnosis.add_error("lake", "bronze", error);
  for (const std::string& key : page->passed_over) {
    diagnosis.add({"lake", "bronze", Outcome::warning, key + " is no file and no folder",
                   "put the file itself there: links in a lake are not followed"});
  }
  std::string count = std::to_string(page->objects.size());
  diagnosis.add({"lake", "bronze", Outcome::ok,
                 page->next.has_value() ? "more than " + count + " files" : count + " files"});
}

// A folder for this run, gone with it.
class Scratch {
 public:
  explicit Scratch(const std::string& root)
      : path_(root + "/.silversmith/doctor-" + std::to_string(getpid())) {}
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    if (made_parent_) std::filesystem::remove(path_.parent_path(), ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  Result<> make() {
    made_parent_ = !std::filesystem::exists(path_.parent_path());
    std::error_code failed;
    std::filesystem::create_directories(path_, failed);
    if (!failed) return {};
    return store::file_error(failed.value(), "cannot make " + path_.string());
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
  bool made_parent_ = false;
};

void check_writing(const std::string& root, Diagnosis& diagnosis) {
  Scratch scratch(root);
  Result<> made = scratch.make();
  if (!made.ok()) return diagnosis.add_error("lake", "writable", made.error());
  store::RealFileOps ops;
  auto opened = store::LocalStore::open(ops, {.root = scratch.path()});
  if (!opened.ok()) return diagnosis.add_error("lake", "writable", opened.error());
  // Each write there is synced, linked or renamed under a lock, and its folder synced.
  diagnosis.add_probe(root, store::probe_store(**opened, ""));
}

}  // namespace

void check_folder(const std::string& root, Role role, Diagnosis& diagnosis) {
  if (role != Role::write) check_reading(root, diagnosis);
  if (role == Role::read) return;
  check_file_system(root, diagnosis);
  check_same_system(root, diagnosis);
  check_writing(root, diagnosis);
}

}  // namespace silversmith::app
