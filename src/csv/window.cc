// SPDX-License-Identifier: Apache-2.0
#include "csv/window.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/limits.h"

namespace silversmith::csv {

namespace {

constexpr size_t pool_buffers_max = 64;
// A longer one held a long record, and the next will hardly need it.
constexpr size_t pool_buffer_bytes_max = 4 * limits::chunk_bytes;

}  // namespace

Result<> Window::fill(size_t size) {
  size_t held = this->size();
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, held);
    begin_ = 0;
  }
  buffer_.resize(std::max(held, size));
  while (held < size && !ended_) {
    auto got = source_.read({buffer_.data() + held, size - held});
    if (!got) {
      buffer_.resize(held);
      return std::move(got).error();
    }
    held += *got;
    ended_ = *got == 0;
  }
  buffer_.resize(held);
  return {};
}

Buffer<char> Window::take(size_t size) {
  size_t rest = this->size() - size;
  // The smaller part is copied. A buffer begins with its chunk's bytes, so it can only be handed
  // out while nothing was taken from it.
  Buffer<char> taken = fresh();
  if (begin_ == 0 && rest <= size) {
    taken.append(buffer_.data() + size, rest);
    buffer_.resize(size);
    buffer_.swap(taken);
  } else {
    taken.append(buffer_.data() + begin_, size);
    begin_ += size;
  }
  return taken;
}

void Window::recycle(Buffer<char> buffer) {
  bool usual = buffer.capacity() <= pool_buffer_bytes_max;
  if (usual && pool_.size() < pool_buffers_max) pool_.push_back(std::move(buffer));
}

Buffer<char> Window::fresh() {
  if (pool_.empty()) return {};
  Buffer<char> buffer = std::move(pool_.back());
  pool_.pop_back();
  buffer.clear();
  return buffer;
}

}  // namespace silversmith::csv
