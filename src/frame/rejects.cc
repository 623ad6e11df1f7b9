// SPDX-License-Identifier: Apache-2.0
#include "frame/rejects.h"

#include <cstring>

namespace silversmith::frame {

namespace {

// The columns of rejects.parquet without the late one, in order.
enum Field : size_t {
  source_key,
  contract,
  contract_version,
  row,
  line,
  line_end,
  byte_start,
  byte_end,
  raw,
  raw_truncated,
  reason,
  field,
  field_number,
  value,
  message,
  error_count,
  errors,
  action,
  field_count,
};

constexpr size_t held_bytes_usual = size_t{4} << 20;  // more was for one long record

bool is_text(const Column& column) { return value_bytes(column.type) == sizeof(Text); }

Json error_json(const FieldError& error) {
  Json json = Json::object();
  json.set("code", error.code);
  if (!error.constraint.empty()) json.set("constraint", error.constraint);
  if (!error.field_name.empty()) json.set("field", error.field_name);
  if (error.field_number > 0) json.set("field_number", int64_t{error.field_number});
  if (error.value.has_value()) json.set("value", *error.value);
  json.set("message", error.message);
  json.set("byte_offset", error.byte_offset);
  return json;
}

Json errors_array(const Reject& reject) {
  Json array = Json::array();
  for (const FieldError& error : reject.errors) array.add(error_json(error));
  return array;
}

}  // namespace

std::string_view name_of(Disposition disposition) {
  switch (disposition) {
    case Disposition::quarantined: return "quarantined";
    case Disposition::nullified: return "nullified";
    case Disposition::failed: return "failed";
  }
  SMITH_CHECK(false, "no such disposition");
}

const std::vector<RejectField>& reject_fields() {
  static const std::vector<RejectField> fields = {
      {"source_key", {Kind::text}},
      {"source_version", {Kind::text}},
      {"contract", {Kind::text}},
      {"contract_version", {Kind::int64}},
      {"row", {Kind::int64}},
      {"line", {Kind::int64}},
      {"line_end", {Kind::int64}},
      {"byte_start", {Kind::int64}},
      {"byte_end", {Kind::int64}},
      {"raw", {Kind::binary}},
      {"raw_truncated", {Kind::boolean}},
      {"reason", {Kind::text}},
      {"field", {Kind::text}},
      {"field_number", {Kind::int64}},
      {"value", {Kind::text}},
      {"message", {Kind::text}},
      {"error_count", {Kind::int64}},
      {"errors", {Kind::json}},
      {"action", {Kind::text}},
  };
  return fields;
}

std::vector<RejectField> early_reject_fields() {
  std::vector<RejectField> fields = reject_fields();
  fields.erase(fields.begin() + late_reject_field);
  return fields;
}

RejectColumns::RejectColumns(RejectSource source) : source_(std::move(source)) {
  std::vector<RejectField> fields = early_reject_fields();
  SMITH_CHECK(fields.size() == field_count, "a reject column has no name");
  columns_.resize(field_count);
  held_.resize(field_count);
  places_.resize(field_count);
  for (size_t i = 0; i < field_count; ++i) columns_[i].type = fields[i].type;
}

void RejectColumns::add_text(size_t index, std::string_view text) {
  places_[index].emplace_back(held_[index].size(), static_cast<uint32_t>(text.size()));
  held_[index] += text;
  columns_[index].valid.push_back(1);
}

void RejectColumns::add_number(size_t index, uint64_t number) {
  auto value = static_cast<int64_t>(number);
  columns_[index].values.append(reinterpret_cast<const char*>(&value),
                                value_bytes(columns_[index].type));
  columns_[index].valid.push_back(1);
}

void RejectColumns::add_null(size_t index) {
  if (is_text(columns_[index])) {
    add_text(index, {});
  } else {
    add_number(index, 0);
  }
  columns_[index].valid[columns_[index].valid.size() - 1] = 0;
  ++columns_[index].null_count;
}

void RejectColumns::add_first(const FieldError& first) {
  add_text(reason, first.code);
  !first.field_name.empty() ? add_text(field, first.field_name) : add_null(field);
  first.field_number > 0 ? add_number(field_number, first.field_number) : add_null(field_number);
  first.value.has_value() ? add_text(value, *first.value) : add_null(value);
  add_text(message, first.message);
}

void RejectColumns::add(const Reject& reject) {
  SMITH_CHECK(!reject.errors.empty(), "a reject without an error");
  bool has_contract = !source_.contract.empty();
  add_text(source_key, source_.key);
  has_contract ? add_text(contract, source_.contract) : add_null(contract);
  has_contract ? add_number(contract_version, source_.contract_version)
               : add_null(contract_version);
  add_number(row, reject.row);
  add_number(line, reject.line);
  add_number(line_end, reject.line_end);
  add_number(byte_start, reject.byte_start);
  add_number(byte_end, reject.byte_end);
  add_text(raw, reject.raw);
  add_number(raw_truncated, reject.raw_truncated ? 1 : 0);
  add_first(reject.errors.front());
  add_number(error_count, reject.errors.size());
  add_text(errors, errors_json(reject));
  add_text(action, name_of(reject.disposition));
  ++rows_;
}

size_t RejectColumns::bytes() const {
  size_t sum = 0;
  for (const std::string& block : held_) sum += block.size();
  return sum;
}

const std::vector<Column>& RejectColumns::columns() {
  for (size_t i = 0; i < field_count; ++i) {
    Column& column = columns_[i];
    column.rows = rows_;
    if (!is_text(column)) continue;
    column.values.resize(rows_ * sizeof(Text));
    Text* texts = column.data<Text>();
    for (uint32_t r = 0; r < rows_; ++r) {
      texts[r] = {held_[i].data() + places_[i][r].first, places_[i][r].second};
      if (column.is_null(r)) texts[r] = {};
    }
  }
  return columns_;
}

void RejectColumns::clear() {
  rows_ = 0;
  for (size_t i = 0; i < field_count; ++i) {
    columns_[i].rows = 0;
    columns_[i].null_count = 0;
    columns_[i].valid.clear();
    columns_[i].values.clear();
    if (held_[i].capacity() > held_bytes_usual) held_[i] = {};
    held_[i].clear();
    places_[i].clear();
  }
}

std::string errors_json(const Reject& reject) { return errors_array(reject).dump(); }

Json reject_json(const Reject& reject) {
  SMITH_CHECK(!reject.errors.empty(), "a reject without an error");
  const FieldError& first = reject.errors.front();
  Json json = Json::object();
  json.set("row", reject.row).set("line", reject.line).set("line_end", reject.line_end);
  json.set("byte_start", reject.byte_start).set("byte_end", reject.byte_end);
  json.set("reason", first.code).set("field", first.field_name);
  json.set("field_number", int64_t{first.field_number});
  json.set("value", first.value.has_value() ? Json(*first.value) : Json());
  json.set("message", first.message);
  json.set("error_count", static_cast<int64_t>(reject.errors.size()));
  json.set("errors", errors_array(reject));
  json.set("action", name_of(reject.disposition));
  return json;
}

}  // namespace silversmith::frame
