// SPDX-License-Identifier: Apache-2.0
// Files that the user names on the command line, outside any lake: to read, and to write whole or
// not at all.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/stream.h"
#include "contract/contract.h"

namespace silversmith::app {

// Where scratch files go that no lake has a place for: TMPDIR where there is such a folder, else
// /tmp.
std::string scratch_folder();

// A descriptor that is closed with its owner; -1 is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }
  int release() {
    int fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_ = -1;
};

// A file read in order or at any place. Reading in order fails with conflict when size, times or
// identity of the file change on the way.
class InputFile : public ByteSource, public RandomAccess {
 public:
  // Fails with missing, denied, or invalid (a directory).
  static Result<std::unique_ptr<InputFile>> open(const std::string& path);
  // For open(), which is the way in.
  InputFile(std::string path, Descriptor fd, const struct stat& at_open);

  // The same open file from its start, whatever stands under its name by now.
  // Requires is_regular(). Fails with busy.
  Result<std::unique_ptr<InputFile>> again() const;

  // From now on read() fails with stopped once that is set; it must outlive this.
  void stop_on(const std::atomic<bool>& stop) { stop_ = &stop; }
  // Fails with conflict at the end of a regular file that changed since it was opened.
  Result<size_t> read(std::span<char> into) override;
  uint64_t size() const override;
  Result<> read_at(uint64_t offset, std::span<char> into) override;
  // Pipes and terminals can be read only once.
  bool is_regular() const;

 private:
  std::string path_;
  Descriptor fd_;
  struct stat at_open_;
  uint64_t position_ = 0;
  const std::atomic<bool>* stop_ = nullptr;
};

// Reads a spool in order; the spool must outlive it.
class SpoolSource : public ByteSource {
 public:
  explicit SpoolSource(Spool& spool) : spool_(spool) {}
  Result<size_t> read(std::span<char> into) override;

 private:
  Spool& spool_;
  uint64_t position_ = 0;
};

// Where bytes go that are written to a path: every symbolic link followed.
struct Destination {
  std::string path;               // a link's end, which need not exist yet
  std::optional<int> descriptor;  // of this process, that the path stands for ("-", /dev/fd/3)
  bool streams = false;           // it is no regular file: what is written can't be taken back
};
// Fails with invalid (a directory, links that go in circles), denied.
Result<Destination> destination_of(const std::string& path);

// Writes beside the destination under a hidden name, and renames when told to; what is not kept is
// removed. A link stays, what it points at is replaced. What streams is written to as it comes.
class OutputFile : public ByteSink {
 public:
  // Fails with missing (no such folder), and as destination_of() does.
  static Result<std::unique_ptr<OutputFile>> create(const std::string& path);
  // For create(), which is the way in.
  OutputFile(std::string path, std::string hidden, Descriptor fd);
  ~OutputFile() override;

  Result<> write(std::string_view bytes) override;
  uint64_t size() const { return size_; }
  // Makes the file durable and visible under its name.
  Result<> keep();

 private:
  Result<> drain();
  std::string path_;
  std::string hidden_;  // "" where bytes go straight to their place
  Descriptor fd_;
  std::string pending_;
  uint64_t size_ = 0;
};

// Whether somebody has a file open for writing, in this machine.
enum class Writers : uint8_t {
  none,
  some,
  unknown,  // the file is gone or not ours, or its file system can't tell
};
Writers writers_of(const std::string& path);

// Fails with limit when the file is larger, and as InputFile does.
Result<std::string> read_whole_file(const std::string& path, uint64_t bytes_max);
// A contract that the user names. Fails as read_whole_file and contract::parse_contract do.
Result<contract::Contract> read_contract(const std::string& path);

}  // namespace silversmith::app
