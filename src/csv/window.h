// SPDX-License-Identifier: Apache-2.0
// The splitter's view of the stream: bytes read and not yet handed out. A place is an offset from
// the first such byte, so reading more moves nothing; take() and drop() move all places down.
// Bytes are read where they stay; only what a cut leaves over is copied, at most once each.
#pragma once

#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/result.h"
#include "base/stream.h"

namespace silversmith::csv {

class Window {
 public:
  // `source` must outlive this.
  explicit Window(ByteSource& source) : source_(source) {}

  // Valid until the next call of another member. 64 bytes around it are readable.
  std::string_view text() const { return {buffer_.data() + begin_, buffer_.size() - begin_}; }
  size_t size() const { return buffer_.size() - begin_; }

  // Reads until `size` bytes are held or the stream ends. Fails with what the source fails with.
  Result<> fill(size_t size);
  // The stream has no byte behind text().
  bool ended() const { return ended_; }

  // The first `size` bytes, which leave the window. Requires size <= size().
  Buffer<char> take(size_t size);
  void drop(size_t size) { begin_ += size; }

  // Memory for later windows and pieces.
  void recycle(Buffer<char> buffer);

 private:
  Buffer<char> fresh();

  ByteSource& source_;
  Buffer<char> buffer_;
  size_t begin_ = 0;
  bool ended_ = false;
  std::vector<Buffer<char>> pool_;
};

}  // namespace silversmith::csv
