// SPDX-License-Identifier: Apache-2.0
#include "parquet/thrift.h"

#include <limits>
#include <utility>

#include "base/check.h"
#include "parquet/integers.h"

namespace silversmith::parquet {

namespace {

constexpr int depth_max = 16;  // of what is skipped; Parquet's own metadata is 5 deep

}  // namespace

void ThriftWriter::varint(uint64_t value) {
  char bytes[varint_bytes_max];
  out_.append(bytes, static_cast<size_t>(put_varint(bytes, value) - bytes));
}

void ThriftWriter::zigzag(int64_t value) {
  varint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
}

// Field header: one byte dddd'tttt when the id grew by 1 to 15, else 0000'tttt and the id.
void ThriftWriter::begin_field(int16_t id, ThriftType type) {
  SMITH_CHECK(id > last_, "fields of a struct go up");
  int delta = id - last_;
  if (delta <= 15) {
    out_.push_back(static_cast<char>((delta << 4) | static_cast<int>(type)));
  } else {
    out_.push_back(static_cast<char>(type));
    zigzag(id);
  }
  last_ = id;
}

void ThriftWriter::field_bool(int16_t id, bool value) {
  begin_field(id, value ? ThriftType::true_value : ThriftType::false_value);
}

void ThriftWriter::field_i8(int16_t id, int8_t value) {
  begin_field(id, ThriftType::i8);
  out_.push_back(static_cast<char>(value));
}

void ThriftWriter::field_integer(int16_t id, ThriftType type, int64_t value) {
  begin_field(id, type);
  zigzag(value);
}

void ThriftWriter::field_binary(int16_t id, std::string_view bytes) {
  begin_field(id, ThriftType::binary);
  binary(bytes);
}

void ThriftWriter::begin_struct_field(int16_t id) {
  begin_field(id, ThriftType::structure);
  begin_struct();
}

void ThriftWriter::begin_struct() {
  outer_.push_back(last_);
  last_ = 0;
}

void ThriftWriter::end_struct() {
  SMITH_CHECK(!outer_.empty(), "no struct is open");
  out_.push_back(static_cast<char>(ThriftType::stop));
  last_ = outer_.back();
  outer_.pop_back();
}

void ThriftWriter::begin_list(int16_t id, ThriftType element, size_t count) {
  begin_field(id, ThriftType::list);
  if (count < 15) {
    out_.push_back(static_cast<char>((count << 4) | static_cast<size_t>(element)));
    return;
  }
  out_.push_back(static_cast<char>(0xF0U | static_cast<unsigned>(element)));
  varint(count);
}

void ThriftWriter::boolean(bool value) {
  out_.push_back(static_cast<char>(value ? ThriftType::true_value : ThriftType::false_value));
}

void ThriftWriter::binary(std::string_view bytes) {
  varint(bytes.size());
  out_.append(bytes);
}

std::string ThriftWriter::take() {
  std::string bytes = std::move(out_);
  clear();
  return bytes;
}

void ThriftWriter::clear() {
  out_.clear();
  outer_.clear();
  last_ = 0;
}

uint64_t ThriftReader::varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (position_ >= bytes_.size()) break;
    auto byte = static_cast<uint8_t>(bytes_[position_++]);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  bad_ = true;
  return 0;
}

int64_t ThriftReader::integer() {
  uint64_t value = varint();
  return static_cast<int64_t>((value >> 1) ^ (0 - (value & 1)));
}

int32_t ThriftReader::integer32() {
  int64_t value = integer();
  if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max()) {
    bad_ = true;
    return 0;
  }
  return static_cast<int32_t>(value);
}

int8_t ThriftReader::byte() {
  if (position_ >= bytes_.size()) {
    bad_ = true;
    return 0;
  }
  return static_cast<int8_t>(bytes_[position_++]);
}

// False is 2 for most writers and 0 for some; the specification has had both.
bool ThriftReader::list_boolean() {
  int8_t value = byte();
  if (value < 0 || value > static_cast<int8_t>(ThriftType::false_value)) bad_ = true;
  return value == static_cast<int8_t>(ThriftType::true_value);
}

void ThriftReader::begin_struct() {
  outer_.push_back(last_);
  last_ = 0;
}

void ThriftReader::end_struct() {
  SMITH_CHECK(!outer_.empty(), "no struct is open");
  last_ = outer_.back();
  outer_.pop_back();
}

ThriftReader::Field ThriftReader::next_field() {
  auto head = static_cast<uint8_t>(byte());
  if (bad_ || (head & 0x0F) == 0) return {};
  if ((head & 0x0F) > static_cast<uint8_t>(ThriftType::structure)) {
    bad_ = true;
    return {};
  }
  int64_t id = (head >> 4) != 0 ? last_ + (head >> 4) : integer();
  if (bad_ || id <= 0 || id > std::numeric_limits<int16_t>::max()) {
    bad_ = true;
    return {};
  }
  last_ = static_cast<int16_t>(id);
  return {last_, static_cast<ThriftType>(head & 0x0F)};
}

ThriftReader::List ThriftReader::list(size_t element_bytes_min) {
  auto head = static_cast<uint8_t>(byte());
  uint64_t count = head >> 4;
  if (count == 15) count = varint();
  if (bad_ || count > (bytes_.size() - position_) / element_bytes_min ||
      (head & 0x0F) > static_cast<uint8_t>(ThriftType::structure)) {
    bad_ = true;
    return {};
  }
  return {static_cast<ThriftType>(head & 0x0F), static_cast<uint32_t>(count)};
}

std::string_view ThriftReader::binary() {
  uint64_t size = varint();
  if (bad_ || size > bytes_.size() - position_) {
    bad_ = true;
    return {};
  }
  std::string_view bytes = bytes_.substr(position_, size);
  position_ += size;
  return bytes;
}

void ThriftReader::skip(ThriftType type) { skip_at(type, 0); }

void ThriftReader::skip_at(ThriftType type, int depth) {
  if (bad_ || depth > depth_max) {
    bad_ = true;
    return;
  }
  switch (type) {
    case ThriftType::stop: bad_ = true; return;
    case ThriftType::true_value:
    case ThriftType::false_value: return;
    case ThriftType::i8: byte(); return;
    case ThriftType::i16:
    case ThriftType::i32:
    case ThriftType::i64: varint(); return;
    case ThriftType::real:
      if (bytes_.size() - position_ < 8)
        bad_ = true;
      else
        position_ += 8;
      return;
    case ThriftType::binary: binary(); return;
    case ThriftType::list:
    case ThriftType::set: skip_list(depth); return;
    case ThriftType::map: skip_map(depth); return;
    case ThriftType::structure: break;
  }
  begin_struct();
  for (Field field = next_field(); field.type != ThriftType::stop; field = next_field()) {
    skip_at(field.type, depth + 1);
  }
  end_struct();
}

void ThriftReader::skip_list(int depth) {
  List elements = list();
  bool booleans =
      elements.element == ThriftType::true_value || elements.element == ThriftType::false_value;
  for (uint32_t i = 0; i < elements.count && !bad_; ++i) {
    skip_at(booleans ? ThriftType::i8 : elements.element, depth + 1);
  }
}

void ThriftReader::skip_map(int depth) {
  uint64_t count = varint();
  if (bad_ || count == 0) return;
  auto types = static_cast<uint8_t>(byte());
  if (count > bytes_.size() - position_) bad_ = true;
  for (uint64_t i = 0; i < count && !bad_; ++i) {
    skip_at(static_cast<ThriftType>(types >> 4), depth + 1);
    skip_at(static_cast<ThriftType>(types & 0x0F), depth + 1);
  }
}

}  // namespace silversmith::parquet
