// SPDX-License-Identifier: Apache-2.0
// Buffer<T>: a growable array of trivial values whose growth does not clear memory. Hot paths fill
// what they resize; std::vector would write every byte twice. Move-only, 64-byte aligned, with
// `padding` readable (never meaningful) bytes before and after the values, so that a kernel may
// load 64 bytes around any value without a check.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace silversmith {

template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 64);

 public:
  static constexpr size_t padding = 64;

  Buffer() = default;
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer gone(std::move(other));
    swap(gone);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { std::free(block_); }

  T* data() { return values_; }
  const T* data() const { return values_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t index) { return values_[index]; }
  const T& operator[](size_t index) const { return values_[index]; }
  T* begin() { return values_; }
  T* end() { return values_ + size_; }
  const T* begin() const { return values_; }
  const T* end() const { return values_ + size_; }
  std::span<T> span() { return {values_, size_}; }
  std::span<const T> span() const { return {values_, size_}; }

  void clear() { size_ = 0; }

  // Keeps the values; what is new is uninitialised.
  void resize(size_t size) {
    reserve(size);
    size_ = size;
  }

  // Empties it, and gives memory back that one large use has left behind.
  void clear_above(size_t capacity) {
    if (capacity_ > capacity) Buffer().swap(*this);
    size_ = 0;
  }

  // Grows by doubling, so that appends cost O(1) each.
  void reserve(size_t capacity) {
    if (capacity <= capacity_) return;
    size_t wanted = capacity_ * 2 > capacity ? capacity_ * 2 : capacity;
    size_t bytes = (wanted * sizeof(T) + 63) / 64 * 64 + 2 * padding;
    auto* block = static_cast<std::byte*>(std::aligned_alloc(64, bytes));
    if (block == nullptr) out_of_memory();
    std::memset(block, 0, padding);
    std::memset(block + bytes - padding, 0, padding);
    auto* values = reinterpret_cast<T*>(block + padding);
    if (size_ > 0) std::memcpy(values, values_, size_ * sizeof(T));
    std::free(block_);
    block_ = block;
    values_ = values;
    capacity_ = wanted;
  }

  void push_back(const T& value) {
    if (size_ == capacity_) reserve(size_ < 8 ? 16 : size_ + 1);
    values_[size_++] = value;
  }

  void append(const T* values, size_t count) {
    if (count == 0) return;
    reserve(size_ + count);
    std::memcpy(values_ + size_, values, count * sizeof(T));
    size_ += count;
  }

  void swap(Buffer& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(values_, other.values_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  std::byte* block_ = nullptr;
  T* values_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace silversmith
