// SPDX-License-Identifier: Apache-2.0
#include "contract/contract.h"

namespace silversmith::contract {

std::string_view name_of(FieldType type) {
  switch (type) {
    case FieldType::any: return "any";
    case FieldType::string: return "string";
    case FieldType::integer: return "integer";
    case FieldType::number: return "number";
    case FieldType::boolean: return "boolean";
    case FieldType::date: return "date";
    case FieldType::time: return "time";
    case FieldType::datetime: return "datetime";
  }
  return "unknown";
}

std::string_view name_of(Action action) {
  switch (action) {
    case Action::quarantine: return "quarantine";
    case Action::nullify: return "nullify";
    case Action::fail: return "fail";
  }
  return "unknown";
}

std::string_view name_of(PartitionType type) {
  switch (type) {
    case PartitionType::date: return "date";
    case PartitionType::integer: return "integer";
    case PartitionType::enumeration: return "enum";
    case PartitionType::injected: return "injected";
  }
  return "unknown";
}

bool is_written_as(std::string_view value, std::string_view format) {
  if (value.size() != format.size()) return false;
  for (size_t i = 0; i < value.size(); ++i) {
    bool letter = (format[i] >= 'A' && format[i] <= 'Z') || (format[i] >= 'a' && format[i] <= 'z');
    bool digit = value[i] >= '0' && value[i] <= '9';
    if (letter ? !digit : value[i] != format[i]) return false;
  }
  return true;
}

std::string_view name_of(FieldsMatch match) {
  switch (match) {
    case FieldsMatch::exact: return "exact";
    case FieldsMatch::equal: return "equal";
    case FieldsMatch::subset: return "subset";
    case FieldsMatch::superset: return "superset";
    case FieldsMatch::partial: return "partial";
  }
  return "unknown";
}

std::string_view name_of(ExtraFields extra) {
  switch (extra) {
    case ExtraFields::keep: return "keep";
    case ExtraFields::drop: return "drop";
    case ExtraFields::fail: return "fail";
  }
  return "unknown";
}

std::string_view name_of(MissingFields missing) {
  switch (missing) {
    case MissingFields::fail: return "fail";
    case MissingFields::null: return "null";
  }
  return "unknown";
}

std::string_view name_of(BlankLines blank) {
  switch (blank) {
    case BlankLines::skip: return "skip";
    case BlankLines::quarantine: return "quarantine";
  }
  return "unknown";
}

std::string_view name_of(Compression compression) {
  switch (compression) {
    case Compression::snappy: return "snappy";
    case Compression::zstd: return "zstd";
  }
  return "unknown";
}

}  // namespace silversmith::contract
