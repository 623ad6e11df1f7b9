// SPDX-License-Identifier: Apache-2.0
// The product of frame: typed columns of one batch of accepted rows, as parquet and plain take
// them. Values of null rows are present and zero, so that a row's index is its value's index.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"

namespace silversmith::frame {

enum class Kind : uint8_t {
  boolean,    // uint8_t 0 or 1
  int64,      // int64_t
  float64,    // double
  decimal,    // int32_t when precision <= 9, int64_t when <= 18, else int128
  text,       // Text, UTF-8
  json,       // Text, UTF-8, with the JSON logical type
  binary,     // Text, any bytes (the raw column of rejects)
  date,       // int32_t, days since 1970-01-01
  time,       // int64_t, microseconds since midnight
  timestamp,  // int64_t, microseconds since 1970-01-01T00:00:00, UTC when `utc`, else local
};
std::string_view name_of(Kind kind);

struct Type {
  Kind kind = Kind::text;
  uint8_t precision = 0;  // decimal only: 1..38
  uint8_t scale = 0;      // decimal only: 0..precision
  bool utc = false;       // timestamp only
  bool operator==(const Type&) const = default;
};
std::string describe(Type type);  // "decimal(18,2)", "timestamp(utc)"

__extension__ typedef __int128 int128;  // an extension that both compilers have

// A view of one text value; the bytes belong to the chunk or to the builder's arena.
struct Text {
  const char* data = nullptr;
  uint32_t size = 0;
};

// The size of one value of that type in Column::values.
size_t value_bytes(Type type);

struct Column {
  Type type;
  uint32_t rows = 0;
  uint32_t null_count = 0;
  Buffer<uint8_t> valid;  // one byte a row, 1 or 0; filled only when null_count > 0
  Buffer<char> values;    // rows * value_bytes(type)

  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(values.data()), rows};
  }
  template <class T>
  T* data() {
    return reinterpret_cast<T*>(values.data());
  }
  bool is_null(uint32_t row) const { return null_count > 0 && valid[row] == 0; }
};

}  // namespace silversmith::frame
