// SPDX-License-Identifier: Apache-2.0
#include "parquet/encode_plain.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/check.h"
#include "parquet/schema.h"
#include "parquet/text_key.h"

namespace silversmith::parquet {

namespace {

// Room for `bytes` behind the image's end, without passing the page's limit when doubling would.
void make_room(Buffer<char>& image, size_t bytes, size_t limit) {
  size_t wanted = image.size() + bytes;
  if (wanted <= image.capacity()) return;
  size_t doubled = std::max(wanted, image.capacity() * 2);
  image.reserve(std::max(wanted, std::min(doubled, limit)));
}

std::string_view image_of(const Buffer<char>& image, size_t level_room, size_t levels) {
  return {image.data() + level_room - levels, image.size() - level_room + levels};
}

}  // namespace

template <class T>
PlainFixed<T>::PlainFixed(frame::Type, PlainLimits limits)
    : level_room_((limits.level_room + 63) / 64 * 64),
      count_max_(std::max<uint32_t>(1, limits.bytes_max / sizeof(T))) {
  clear();
}

template <class T>
uint32_t PlainFixed<T>::take(Rows<T> rows) {
  // As many rows as values fit always fit, whatever is null; the caller comes back for more.
  uint32_t count = std::min(rows.count, count_max_ - count_);
  make_room(image_, count * sizeof(T), level_room_ + count_max_ * sizeof(T));
  T* to = reinterpret_cast<T*>(image_.data() + level_room_) + count_;
  T* start = to;
  if (rows.valid == nullptr) {
    std::memcpy(to, rows.values, count * sizeof(T));
    to += count;
  } else {
    for (uint32_t i = 0; i < count; ++i) {  // Writes each, keeps the valid: no branch to miss.
      *to = rows.values[i];
      to += rows.valid[i];
    }
  }
  count_ += static_cast<uint32_t>(to - start);
  image_.resize(level_room_ + count_ * sizeof(T));
  return count;
}

template <class T>
std::string_view PlainFixed<T>::image(size_t levels) const {
  return image_of(image_, level_room_, levels);
}

template <class T>
Bounds PlainFixed<T>::bounds() const {
  return bounds_of(
      std::span<const T>(reinterpret_cast<const T*>(image_.data() + level_room_), count_));
}

template <class T>
void PlainFixed<T>::clear() {
  count_ = 0;
  image_.resize(level_room_);
}

template class PlainFixed<int32_t>;
template class PlainFixed<int64_t>;
template class PlainFixed<double>;

PlainDecimal::PlainDecimal(frame::Type type, PlainLimits limits)
    : level_room_(limits.level_room),
      width_(fixed_bytes_of(type.precision)),
      count_max_(std::max<uint32_t>(1, limits.bytes_max / width_)) {
  clear();
}

uint32_t PlainDecimal::take(Rows<Value> rows) {
  uint32_t count = std::min(rows.count, count_max_ - count_);
  for (uint32_t i = 0; i < count; ++i) {
    if (rows.valid != nullptr && rows.valid[i] == 0) continue;
    Value value = rows.values[i];
    least_ = count_ == 0 || value < least_ ? value : least_;
    greatest_ = count_ == 0 || value > greatest_ ? value : greatest_;
    size_t at = image_.size();
    image_.resize(at + width_);
    put_big_endian(value, width_, image_.data() + at);
    ++count_;
  }
  return count;
}

std::string_view PlainDecimal::image(size_t levels) const {
  return image_of(image_, level_room_, levels);
}

Bounds PlainDecimal::bounds() const {
  return count_ == 0 ? Bounds() : bounds_of_fixed(least_, greatest_, width_);
}

void PlainDecimal::clear() {
  count_ = 0;
  image_.resize(level_room_);
}

PlainBoolean::PlainBoolean(frame::Type, PlainLimits limits)
    : level_room_(limits.level_room), count_max_(limits.bytes_max * 8) {
  clear();
}

uint32_t PlainBoolean::take(Rows<Value> rows) {
  uint32_t count = std::min(rows.count, count_max_ - count_);
  for (uint32_t i = 0; i < count; ++i) {
    if (rows.valid != nullptr && rows.valid[i] == 0) continue;
    if (count_ % 8 == 0) image_.push_back(0);
    char& byte = image_[image_.size() - 1];
    byte = static_cast<char>(byte | (rows.values[i] != 0 ? 1 << (count_ % 8) : 0));
    trues_ += rows.values[i] != 0 ? 1 : 0;
    ++count_;
  }
  return count;
}

std::string_view PlainBoolean::image(size_t levels) const {
  return image_of(image_, level_room_, levels);
}

void PlainBoolean::clear() {
  count_ = 0;
  trues_ = 0;
  image_.resize(level_room_);
}

PlainText::PlainText(frame::Type type, PlainLimits limits)
    : level_room_(limits.level_room),
      bytes_max_(limits.bytes_max),
      utf8_(type.kind != frame::Kind::binary) {
  clear();
}

uint32_t PlainText::take(Rows<Value> rows) {
  for (uint32_t i = 0; i < rows.count; ++i) {
    if (rows.valid != nullptr && rows.valid[i] == 0) continue;
    size_t used = image_.size() - level_room_;
    if (used > 0 && used + 4 + rows.values[i].size > bytes_max_) {
      full_ = true;
      return i;
    }
    put(rows.values[i]);
    // A long text closes its page at once: a page that waits would hold it, in every column.
    if (image_.size() - level_room_ > bytes_max_) {
      full_ = true;
      return i + 1;
    }
  }
  return rows.count;
}

void PlainText::put(frame::Text text) {
  make_room(image_, text.size + size_t{4} + 16, level_room_ + bytes_max_ + 16);
  size_t at = image_.size();
  char* to = image_.data() + at;
  std::memcpy(to, &text.size, 4);
  copy_text(text.data, text.size, to + 4);
  image_.resize(at + 4 + text.size);
  see(text, at + 4);
}

// Most texts differ in their first eight bytes, so one comparison of integers decides.
void PlainText::see(frame::Text text, size_t offset) {
  Extreme here{order_key(text.data, text.size), offset, text.size};
  if (!any_) {
    least_ = greatest_ = here;
    any_ = true;
    return;
  }
  std::string_view bytes(text.data, text.size);
  if (here.key < least_.key || (here.key == least_.key && bytes < this->text(least_))) {
    least_ = here;
  }
  if (here.key > greatest_.key || (here.key == greatest_.key && bytes > this->text(greatest_))) {
    greatest_ = here;
  }
}

std::string_view PlainText::text(const Extreme& extreme) const {
  return {image_.data() + extreme.offset, extreme.size};
}

std::string_view PlainText::image(size_t levels) const {
  return image_of(image_, level_room_, levels);
}

Bounds PlainText::bounds() const {
  return any_ ? text_bounds(text(least_), text(greatest_), utf8_) : Bounds();
}

void PlainText::clear() {
  full_ = false;
  any_ = false;
  image_.clear_above(2 * (level_room_ + bytes_max_ + 64));
  image_.resize(level_room_);
}

}  // namespace silversmith::parquet
