// SPDX-License-Identifier: Apache-2.0
// Thrift's compact protocol, as much of it as Parquet's footer and page headers need: structs,
// lists, integers, booleans and byte strings (Apache Thrift, thrift-compact-protocol.md). The
// writer cannot fail; the reader trusts nothing and turns sticky `bad` at the first wrong byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace silversmith::parquet {

enum class ThriftType : uint8_t {
  stop = 0,
  true_value = 1,
  false_value = 2,
  i8 = 3,
  i16 = 4,
  i32 = 5,
  i64 = 6,
  real = 7,
  binary = 8,
  list = 9,
  set = 10,
  map = 11,
  structure = 12,
};

class ThriftWriter {
 public:
  // Fields of a struct are written in ascending order of their ids.
  void field_bool(int16_t id, bool value);
  void field_i8(int16_t id, int8_t value);
  void field_i16(int16_t id, int16_t value) { field_integer(id, ThriftType::i16, value); }
  void field_i32(int16_t id, int32_t value) { field_integer(id, ThriftType::i32, value); }
  void field_i64(int16_t id, int64_t value) { field_integer(id, ThriftType::i64, value); }
  void field_binary(int16_t id, std::string_view bytes);
  void begin_field(int16_t id, ThriftType type);  // its value follows
  void begin_struct_field(int16_t id);            // begin_field and begin_struct
  void begin_struct();                            // as a list's element, or the outermost
  void end_struct();
  void begin_list(int16_t id, ThriftType element, size_t count);
  // Elements of a list.
  void i32(int32_t value) { zigzag(value); }
  void i64(int64_t value) { zigzag(value); }
  void boolean(bool value);
  void binary(std::string_view bytes);
  void raw(std::string_view encoded) { out_.append(encoded); }  // an encoded value

  const std::string& bytes() const { return out_; }
  std::string take();
  // Forgets the bytes, which have gone out, and stays within the open structs.
  void drain() { out_.clear(); }
  void clear();

 private:
  void field_integer(int16_t id, ThriftType type, int64_t value);
  void varint(uint64_t value);
  void zigzag(int64_t value);

  std::string out_;
  std::vector<int16_t> outer_;  // last field ids of the structs around
  int16_t last_ = 0;
};

class ThriftReader {
 public:
  struct Field {
    int16_t id = 0;
    ThriftType type = ThriftType::stop;
  };
  struct List {
    ThriftType element = ThriftType::stop;
    uint32_t count = 0;
  };

  explicit ThriftReader(std::string_view bytes) : bytes_(bytes) {}

  bool bad() const { return bad_; }
  size_t position() const { return position_; }

  void begin_struct();
  void end_struct();
  // The next field of the struct; its type is `stop` at the struct's end or when bad.
  Field next_field();
  // A list with at most as many elements as there are bytes left; count 0 when bad.
  // Each element takes at least `element_bytes_min` bytes, which bounds what a caller allocates.
  List list(size_t element_bytes_min = 1);
  int64_t integer();    // of i8 as one byte: use byte(); i16, i32, i64
  int32_t integer32();  // bad when out of range
  int8_t byte();
  bool boolean(ThriftType type) const { return type == ThriftType::true_value; }
  bool list_boolean();        // bad when it is none
  std::string_view binary();  // a view into the bytes given
  void skip(ThriftType type);
  void fail() { bad_ = true; }

 private:
  uint64_t varint();
  void skip_at(ThriftType type, int depth);
  void skip_list(int depth);
  void skip_map(int depth);

  std::string_view bytes_;
  size_t position_ = 0;
  bool bad_ = false;
  std::vector<int16_t> outer_;
  int16_t last_ = 0;
};

}  // namespace silversmith::parquet
