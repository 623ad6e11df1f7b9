// SPDX-License-Identifier: Apache-2.0
// The seam under the folder store: POSIX file operations, one call each. Tests put a recorder here
// to assert the order of durable steps, and faults (disk full, short writes, I/O errors).
// Every call returns a value >= 0, or the negated errno. Names are single path segments, relative
// to an open directory, so that no symbolic link below the root is ever followed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace silversmith::store {

enum class FileKind : uint8_t { file, directory, symlink, other };

struct FileState {
  FileKind kind = FileKind::other;
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t links = 0;
  uint64_t size = 0;
  int64_t modified_nanos = 0;
  int64_t changed_nanos = 0;  // ctime: no program can set it back
  bool operator==(const FileState&) const = default;
};

struct DirEntry {
  std::string name;
  FileKind kind = FileKind::other;
};

enum class OpenMode : uint8_t {
  read,       // an existing file; the last segment is not followed
  create,     // for writing; fails with -EEXIST when the name is taken
  lock_file,  // for flock; made when absent
  directory,
};
enum class Wait : uint8_t { block, never };

class FileOps {
 public:
  virtual ~FileOps() = default;
  // The root, by a path as the user gave it (symbolic links in it are the user's choice).
  virtual int open_root(const std::string& path) = 0;
  virtual int open_at(int directory, const std::string& name, OpenMode mode) = 0;
  virtual void close(int file) = 0;
  virtual int64_t read_at(int file, uint64_t offset, std::span<char> into) = 0;
  virtual int64_t write(int file, std::string_view bytes) = 0;
  virtual int sync(int file) = 0;  // file or directory
  virtual int state(int file, FileState& state) = 0;
  virtual int state_at(int directory, const std::string& name, FileState& state) = 0;
  // The number a file system gives each use of an inode; 0 where it has none.
  virtual uint64_t generation(int file) = 0;
  virtual int make_directory(int directory, const std::string& name) = 0;
  // `from` and `to` are (directory, name).
  using Place = std::pair<int, std::string>;
  virtual int link(const Place& from, const Place& to) = 0;
  virtual int rename(const Place& from, const Place& to) = 0;
  virtual int unlink(int directory, const std::string& name) = 0;
  // Exclusive flock; ends with the descriptor. Waits half a minute at most, and till a signal.
  virtual int lock(int file, Wait wait) = 0;
  virtual int list(int directory, std::vector<DirEntry>& entries) = 0;
  virtual int64_t now_micros() = 0;  // the clock that file times are taken from
};

class RealFileOps : public FileOps {
 public:
  int open_root(const std::string& path) override;
  int open_at(int directory, const std::string& name, OpenMode mode) override;
  void close(int file) override;
  int64_t read_at(int file, uint64_t offset, std::span<char> into) override;
  int64_t write(int file, std::string_view bytes) override;
  int sync(int file) override;
  int state(int file, FileState& state) override;
  int state_at(int directory, const std::string& name, FileState& state) override;
  uint64_t generation(int file) override;
  int make_directory(int directory, const std::string& name) override;
  int link(const Place& from, const Place& to) override;
  int rename(const Place& from, const Place& to) override;
  int unlink(int directory, const std::string& name) override;
  int lock(int file, Wait wait) override;
  int list(int directory, std::vector<DirEntry>& entries) override;
  int64_t now_micros() override;
};

// An open file or directory, closed when it goes. `ops` must outlive it.
class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(FileOps& ops, int number) : ops_(&ops), number_(number) {}
  Descriptor(Descriptor&& other) noexcept { swap(other); }
  Descriptor& operator=(Descriptor&& other) noexcept {
    Descriptor gone(std::move(other));
    swap(gone);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (is_open()) ops_->close(number_);
  }
  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }  // negative: the errno that open met

 private:
  void swap(Descriptor& other) noexcept {
    std::swap(ops_, other.ops_);
    std::swap(number_, other.number_);
  }

  FileOps* ops_ = nullptr;
  int number_ = -1;
};

}  // namespace silversmith::store
