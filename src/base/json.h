// SPDX-License-Identifier: Apache-2.0
// The one home of JSON: a value, a reader and a writer. Members keep the order in which they were
// added, so that what we print reads as we meant it; canonical() sorts them for hashing.
// The reader is a third-party library's, behind json.cc.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace silversmith {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;                                              // null
  Json(std::nullptr_t) {}                                        // NOLINT: implicit
  Json(bool value) : value_(value) {}                            // NOLINT: implicit
  Json(int value) : value_(int64_t{value}) {}                    // NOLINT: implicit
  Json(int64_t value) : value_(value) {}                         // NOLINT: implicit
  Json(uint64_t value) : value_(static_cast<int64_t>(value)) {}  // NOLINT: implicit
  Json(double value) : value_(value) {}                          // NOLINT: implicit
  Json(const char* value) : value_(std::string(value)) {}        // NOLINT: implicit
  Json(std::string_view value) : value_(std::string(value)) {}   // NOLINT: implicit
  Json(std::string value) : value_(std::move(value)) {}          // NOLINT: implicit
  Json(Array value) : value_(std::move(value)) {}                // NOLINT: implicit
  Json(Object value) : value_(std::move(value)) {}               // NOLINT: implicit

  static Json object() { return Json(Object{}); }
  static Json array() { return Json(Array{}); }

  bool is_null() const { return value_.index() == 0; }
  bool is_bool() const { return value_.index() == 1; }
  bool is_int() const { return value_.index() == 2; }
  bool is_double() const { return value_.index() == 3; }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return value_.index() == 4; }
  bool is_array() const { return value_.index() == 5; }
  bool is_object() const { return value_.index() == 6; }

  // Each requires that the value is of that kind.
  bool as_bool() const { return std::get<bool>(value_); }
  int64_t as_int() const { return std::get<int64_t>(value_); }
  double as_double() const;  // an integer is widened
  const std::string& as_string() const { return std::get<std::string>(value_); }
  const Array& as_array() const { return std::get<Array>(value_); }
  Array& as_array() { return std::get<Array>(value_); }
  const Object& as_object() const { return std::get<Object>(value_); }
  Object& as_object() { return std::get<Object>(value_); }

  // The member of that name, or nullptr (also when this is no object). Valid until this changes.
  const Json* find(std::string_view name) const;
  // The member's text, integer or boolean, or `otherwise` when absent or of another kind.
  std::string text_or(std::string_view name, std::string_view otherwise) const;
  int64_t int_or(std::string_view name, int64_t otherwise) const;
  bool bool_or(std::string_view name, bool otherwise) const;

  // Requires an object: replaces the member or adds it at the end; returns this.
  Json& set(std::string_view name, Json value);
  // Requires an array.
  Json& add(Json value);

  // One line, no blanks except none; integers exact, doubles shortest round trip, NaN and
  // infinities as null. Bytes that are not UTF-8 become U+FFFD.
  std::string dump() const;
  // Two blanks of indent, a newline at the end.
  std::string pretty() const;
  // RFC 8785-like: members sorted by name (bytewise), no blanks. For hashing.
  std::string canonical() const;

  bool operator==(const Json& other) const = default;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> value_;
};

// Reads one JSON text. Depth is bounded at 128, numbers out of int64 become double, a repeated
// member name is an error. Fails with invalid; the message says line and column.
Result<Json> parse_json(std::string_view text);

// `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string quote_json(std::string_view text);

}  // namespace silversmith
