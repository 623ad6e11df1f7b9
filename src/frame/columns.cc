// SPDX-License-Identifier: Apache-2.0
#include "frame/columns.h"

namespace silversmith::frame {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::boolean: return "boolean";
    case Kind::int64: return "int64";
    case Kind::float64: return "double";
    case Kind::decimal: return "decimal";
    case Kind::text: return "text";
    case Kind::json: return "json";
    case Kind::binary: return "binary";
    case Kind::date: return "date";
    case Kind::time: return "time";
    case Kind::timestamp: return "timestamp";
  }
  SMITH_CHECK(false, "no such kind");
}

std::string describe(Type type) {
  std::string text(name_of(type.kind));
  if (type.kind == Kind::decimal) {
    text += "(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")";
  }
  if (type.kind == Kind::timestamp && type.utc) text += "(utc)";
  return text;
}

size_t value_bytes(Type type) {
  switch (type.kind) {
    case Kind::boolean: return sizeof(uint8_t);
    case Kind::int64: return sizeof(int64_t);
    case Kind::float64: return sizeof(double);
    case Kind::decimal:
      if (type.precision <= 9) return sizeof(int32_t);
      return type.precision <= 18 ? sizeof(int64_t) : sizeof(int128);
    case Kind::text:
    case Kind::json:
    case Kind::binary: return sizeof(Text);
    case Kind::date: return sizeof(int32_t);
    case Kind::time:
    case Kind::timestamp: return sizeof(int64_t);
  }
  SMITH_CHECK(false, "no such kind");
}

}  // namespace silversmith::frame
