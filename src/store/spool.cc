// SPDX-License-Identifier: Apache-2.0
#include "store/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/buffer.h"
#include "store/folder.h"

namespace silversmith::store {

namespace {

constexpr size_t block_bytes = size_t{64} << 10;

// A file without a name. O_TMPFILE is not on every file system; the fallback has a name for an
// instant only.
int open_unnamed(const std::string& directory) {
  int file = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  std::string name = directory + "/spool-" + std::string(6, 'X');  // as mkostemp(3) wants it
  file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file >= 0) ::unlink(name.c_str());
  return file;
}

// Trouble with scratch space says nothing about the object that is being converted: it never takes
// a code that would refuse or ignore that object.
Error scratch_error(int failure, const std::string& doing) {
  Error error = file_error(failure, doing);
  if (error.code == Code::missing || error.code == Code::invalid) {
    error.code = Code::busy;
    error.hint = "leave the folder of working files alone while silversmith runs; run again";
  }
  return error;
}

}  // namespace

// Blocks of memory first; once the budget is gone, everything later goes to the file.
class BudgetSpool : public Spool {
 public:
  explicit BudgetSpool(BudgetSpools& maker) : maker_(maker) {}
  ~BudgetSpool() override {
    maker_.memory_bytes_ -= blocks_.size() * block_bytes;
    if (file_ >= 0) ::close(file_);
  }

  uint64_t size() const override { return in_memory_ + in_file_; }

  Result<> append(std::string_view bytes) override {
    while (!bytes.empty() && in_file_ == 0) {
      if (in_memory_ == blocks_.size() * block_bytes && !grow()) break;
      size_t at = in_memory_ % block_bytes;
      size_t count = std::min(bytes.size(), block_bytes - at);
      std::memcpy(blocks_.back().data() + at, bytes.data(), count);
      in_memory_ += count;
      bytes.remove_prefix(count);
    }
    return bytes.empty() ? Result<>() : append_to_file(bytes);
  }

  Result<> read_at(uint64_t offset, std::span<char> into) override {
    SMITH_CHECK(offset <= size() && into.size() <= size() - offset, "a spool read passes its end");
    while (!into.empty() && offset < in_memory_) {
      size_t at = offset % block_bytes;
      size_t count = std::min<uint64_t>({into.size(), block_bytes - at, in_memory_ - offset});
      std::memcpy(into.data(), blocks_[offset / block_bytes].data() + at, count);
      offset += count;
      into = into.subspan(count);
    }
    while (!into.empty()) {
      ssize_t count =
          ::pread(file_, into.data(), into.size(), static_cast<off_t>(offset - in_memory_));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        return scratch_error(count < 0 ? errno : EIO,
                             "cannot read back a spool file in " + maker_.directory_);
      }
      offset += static_cast<uint64_t>(count);
      into = into.subspan(static_cast<size_t>(count));
    }
    return {};
  }

 private:
  bool grow() {
    if (!maker_.take(block_bytes)) return false;
    blocks_.emplace_back();
    blocks_.back().resize(block_bytes);
    return true;
  }

  Result<> append_to_file(std::string_view bytes) {
    if (file_ < 0) file_ = open_unnamed(maker_.directory_);
    if (file_ < 0 && errno == ENOENT && maker_.make_directory_) {
      maker_.make_directory_();
      file_ = open_unnamed(maker_.directory_);
    }
    if (file_ < 0) return scratch_error(errno, "cannot make a spool file in " + maker_.directory_);
    while (!bytes.empty()) {
      ssize_t count = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(in_file_));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        return scratch_error(count < 0 ? errno : ENOSPC,
                             "cannot write a spool file in " + maker_.directory_);
      }
      in_file_ += static_cast<uint64_t>(count);
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return {};
  }

  BudgetSpools& maker_;
  std::vector<Buffer<char>> blocks_;
  uint64_t in_memory_ = 0;
  uint64_t in_file_ = 0;
  int file_ = -1;
};

bool BudgetSpools::take(uint64_t bytes) {
  uint64_t held = memory_bytes_.load();
  while (held + bytes <= memory_bytes_max_) {
    if (memory_bytes_.compare_exchange_weak(held, held + bytes)) return true;
  }
  return false;
}

std::unique_ptr<Spool> BudgetSpools::make() { return std::make_unique<BudgetSpool>(*this); }

}  // namespace silversmith::store
