// SPDX-License-Identifier: Apache-2.0
// File operations for tests: everything goes to the real file system; each step that matters to
// durability is written down in words, and one chosen step can fail. Names of drafts and locks
// are replaced by "draft" and "lock", so that a test can compare whole histories.
#pragma once

#include <cerrno>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/file_ops.h"

namespace silversmith::store {

class FaultyFiles : public RealFileOps {
 public:
  std::vector<std::string> steps;
  // Fails the steps that begin with this text with that errno; "" fails nothing.
  std::string failing;
  int failure = 0;
  size_t write_bytes_max = SIZE_MAX;  // a short write is a write
  int64_t now = 0;                    // 0: the real clock
  std::function<void()> after_lock;   // happens once, when the next lock was taken

  int open_root(const std::string& path) override {
    return noted(RealFileOps::open_root(path), "/");
  }
  int open_at(int directory, const std::string& name, OpenMode mode) override {
    std::string path = path_of(directory, name);
    if (mode == OpenMode::create && fails("create " + path)) return -failure;
    if (mode == OpenMode::read && fails("open " + path)) return -failure;
    return noted(RealFileOps::open_at(directory, name, mode), path);
  }
  int64_t read_at(int file, uint64_t offset, std::span<char> into) override {
    if (fails("read " + names_[file])) return -failure;
    return RealFileOps::read_at(file, offset, into);
  }
  int64_t write(int file, std::string_view bytes) override {
    if (step("write " + names_[file])) return -failure;
    return RealFileOps::write(file, bytes.substr(0, write_bytes_max));
  }
  int sync(int file) override {
    return step("sync " + names_[file]) ? -failure : RealFileOps::sync(file);
  }
  int make_directory(int directory, const std::string& name) override {
    if (step("mkdir " + path_of(directory, name))) return -failure;
    return RealFileOps::make_directory(directory, name);
  }
  int link(const Place& from, const Place& to) override {
    if (step("link " + path_of(to.first, to.second))) return -failure;
    return RealFileOps::link(from, to);
  }
  int rename(const Place& from, const Place& to) override {
    if (step("rename " + path_of(to.first, to.second))) return -failure;
    return RealFileOps::rename(from, to);
  }
  int unlink(int directory, const std::string& name) override {
    if (step("unlink " + path_of(directory, name))) return -failure;
    return RealFileOps::unlink(directory, name);
  }
  int lock(int file, Wait wait) override {
    if (step("lock " + names_[file])) return -failure;
    int locked = RealFileOps::lock(file, wait);
    if (auto act = std::exchange(after_lock, nullptr)) act();
    return locked;
  }
  int list(int directory, std::vector<DirEntry>& entries) override {
    if (fails("list " + names_[directory])) return -failure;
    return RealFileOps::list(directory, entries);
  }
  int64_t now_micros() override { return now != 0 ? now : RealFileOps::now_micros(); }

 private:
  bool fails(const std::string& text) const {
    return !failing.empty() && text.starts_with(failing);
  }
  bool step(const std::string& text) {
    steps.push_back(text);
    return fails(text);
  }
  int noted(int file, const std::string& path) {
    if (file >= 0) names_[file] = path;
    return file;
  }
  std::string path_of(int directory, const std::string& name) {
    std::string parent = names_[directory];
    if (parent == "/.silversmith/tmp") return "draft";
    if (parent == "/.silversmith/locks") return "lock";
    return (parent == "/" ? "" : parent) + "/" + name;
  }

  std::map<int, std::string> names_;
};

}  // namespace silversmith::store
