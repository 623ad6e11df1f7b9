// SPDX-License-Identifier: Apache-2.0
// A folder as a Store (docs/decisions/0006-folder-tag.md and 0051-folder-as-a-store.md). Reads are
// pinned to one state of one inode. Writes go to .silversmith/tmp, are synced, and become visible
// by link(2) or rename(2) under one of 256 locks, held from the comparison to the directory's sync:
//
//   write tmp · fsync tmp · flock · compare tag · link (create) | rename (replace) · fsync dir
//
// So a crash at any instruction leaves the old object or the new one, and writers of one key that
// race have exactly one winner. All of one root must be on one file system.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "store/folder.h"
#include "store/seen.h"
#include "store/store.h"

namespace silversmith::store {

struct LocalOptions {
  std::string root;  // as the user gave it; must exist
  // Where .silversmith lives; "" for the root. A lake with two roots keeps it beside silver.
  std::string state_root = {};
  size_t page_keys_max = 1000;  // of one page of list()
};

class LocalStore : public Store {
 public:
  // Removes what dead processes left in tmp. `ops` must outlive the store.
  // Fails with denied when a root is no directory that we may use.
  static Result<std::unique_ptr<LocalStore>> open(FileOps& ops, LocalOptions options);
  // For open(), which is the way in.
  LocalStore(Folder root, Folder state, LocalOptions options);

  // Makes the folder of drafts and scratch files, .silversmith/tmp, where it is missing.
  Result<> make_tmp();

  Result<Head> head(std::string_view key) override;
  Result<std::unique_ptr<Object>> open(std::string_view key) override;
  Result<std::unique_ptr<Upload>> upload(const Expected& expected) override;
  Result<> remove(std::string_view key, const Tag& tag) override;
  Result<ListPage> list(std::string_view prefix, std::string_view after) override;
  void remember(std::string_view key, const Head& head, std::string_view version) override;
  std::string where(std::string_view key) const override { return root_.where(key); }
  std::string name() const override { return options_.root; }

 private:
  friend class LocalObject;
  friend class LocalUpload;
  struct Opened {
    Descriptor file;
    FileState state;
    Head head;
  };

  Result<Opened> open_file(std::string_view key);
  Result<Descriptor> lock(std::string_view key);
  Result<> compare(const Place& place, std::string_view key, const Condition& condition);
  Tag tag_of(int file, const FileState& state) const;
  void sweep_tmp();

  Folder root_;
  Folder state_;
  Seen seen_;
  LocalOptions options_;
  std::atomic<uint64_t> drafts_ = 0;  // numbers the files in tmp
};

}  // namespace silversmith::store
