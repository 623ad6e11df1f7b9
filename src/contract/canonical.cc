// SPDX-License-Identifier: Apache-2.0
#include "contract/parse.h"

namespace silversmith::contract {
namespace {

Json texts(const std::vector<std::string>& values) {
  Json list = Json::array();
  for (const std::string& value : values) list.add(value);
  return list;
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

// What is not declared is left out: the reader's default then stands, whatever it is, and the
// format version of what we write covers a change of it.
Json dialect_json(const DeclaredDialect& dialect) {
  Json json = Json::object();
  auto set = [&](std::string_view name, const auto& value) {
    if (value) json.set(name, *value);
  };
  set("delimiter", dialect.delimiter);
  set("quoteChar", dialect.quote_char);
  set("doubleQuote", dialect.double_quote);
  set("escapeChar", dialect.escape_char);
  set("lineTerminator", dialect.line_terminator);
  set("skipInitialSpace", dialect.skip_initial_space);
  set("commentChar", dialect.comment_char);
  set("nullSequence", dialect.null_sequence);
  set("header", dialect.header);
  if (dialect.header_rows) {
    Json rows = Json::array();
    for (uint32_t row : *dialect.header_rows) rows.add(uint64_t{row});
    json.set("headerRows", std::move(rows));
  }
  set("headerJoin", dialect.header_join);
  return json;
}

// "fmt:%Y" is an older spelling of "%Y" and changes nothing.
std::string_view plain_format(std::string_view format) {
  constexpr std::string_view old_prefix = "fmt:";
  if (format.substr(0, old_prefix.size()) == old_prefix) format.remove_prefix(old_prefix.size());
  return format;
}

Json field_json(const Field& field, const Contract& contract) {
  Json json = Json::object();
  json.set("name", field.name).set("type", name_of(field.type));
  json.set("format", plain_format(field.format));
  json.set("constraints", Json::object().set("required", field.required));
  json.set("missingValues", texts(field.missing_values.value_or(contract.missing_values)));
  if (field.type == FieldType::boolean) {
    json.set("trueValues", texts(field.true_values));
    json.set("falseValues", texts(field.false_values));
  }
  if (field.decimal) {
    json.set("silver:physical", "decimal(" + std::to_string(field.decimal->precision) + "," +
                                    std::to_string(field.decimal->scale) + ")");
  }
  json.set("silver:onTypeError", name_of(field.on_type_error.value_or(contract.policy.type)));
  return json;
}

Json schema_json(const Contract& contract) {
  Json fields = Json::array();
  for (const Field& field : contract.fields) fields.add(field_json(field, contract));
  Json json = Json::object();
  json.set("fieldsMatch", name_of(contract.fields_match));
  json.set("missingValues", texts(contract.missing_values));
  json.set("fields", std::move(fields));
  return json;
}

// The schema with what only people read: shown, and not hashed.
Json schema_shown(const Contract& contract) {
  Json schema = schema_json(contract);
  for (Json::Member& member : schema.as_object()) {
    if (member.first != "fields") continue;
    for (size_t i = 0; i < contract.fields.size(); ++i) {
      const Field& field = contract.fields[i];
      Json& shown = member.second.as_array()[i];
      if (!field.title.empty()) shown.set("title", field.title);
      if (!field.description.empty()) shown.set("description", field.description);
    }
  }
  return schema;
}

Json catalog_json(const CatalogSettings& catalog) {
  Json json = Json::object();
  if (!catalog.table.empty()) json.set("table", catalog.table);
  if (!catalog.location.empty()) json.set("location", catalog.location);
  if (catalog.partitions.empty()) return json;
  Json partitions = Json::array();
  for (const Partition& partition : catalog.partitions) {
    Json one = Json::object();
    one.set("name", partition.name).set("type", name_of(partition.type));
    if (!partition.format.empty()) one.set("format", partition.format);
    if (!partition.range.empty()) one.set("range", partition.range);
    if (!partition.values.empty()) one.set("values", texts(partition.values));
    partitions.add(std::move(one));
  }
  return json.set("partitions", std::move(partitions));
}

Json target_json(const Contract& contract) {
  Compression compression = contract.compression.value_or(compression_default);
  return Json::object().set("compression", name_of(compression));
}

Json limits_json(const Limits& limits) {
  Json json = Json::object();
  json.set("maxBadRows", or_null(limits.bad_rows_max));
  json.set("maxBadRatio", or_null(limits.bad_ratio_max));
  json.set("ratioAfterRows", limits.ratio_after_rows);
  json.set("minRows", limits.rows_min);
  json.set("maxRecordBytes", or_null(limits.record_bytes_max));
  json.set("maxFieldBytes", or_null(limits.field_bytes_max));
  return json;
}

Json policy_json(const Policy& policy) {
  Json json = Json::object();
  json.set("structural", name_of(policy.structural));
  json.set("required", name_of(policy.required));
  json.set("type", name_of(policy.type));
  json.set("extraFields", name_of(policy.extra_fields));
  json.set("missingFields", name_of(policy.missing_fields));
  json.set("blankLines", name_of(policy.blank_lines));
  json.set("limits", limits_json(policy.limits));
  return json;
}

}  // namespace

Json canonical_json(const Contract& contract) {
  Json json = Json::object();
  json.set("name", contract.name);
  json.set("encoding", contract.encoding);
  json.set("dialect", dialect_json(contract.dialect));
  json.set("schema", schema_json(contract));
  json.set("silver:contract", Json::object().set("version", contract.version));
  json.set("silver:target", target_json(contract));
  json.set("silver:policy", policy_json(contract.policy));
  return json;
}

Json effective_json(const Contract& contract) {
  Json identity = Json::object();
  identity.set("version", contract.version);
  if (!contract.owner.empty()) identity.set("owner", contract.owner);
  if (!contract.match.empty()) identity.set("match", texts(contract.match));
  // warnBadRatio changes no byte of any output, so it is shown but not hashed.
  Json limits = limits_json(contract.policy.limits);
  limits.set("warnBadRatio", contract.policy.limits.bad_ratio_warn);
  Json policy = policy_json(contract.policy);
  policy.set("limits", std::move(limits));
  Json json = Json::object();
  json.set("name", contract.name);
  if (!contract.title.empty()) json.set("title", contract.title);
  json.set("type", "table");
  json.set("encoding", contract.encoding);
  json.set("dialect", dialect_json(contract.dialect));
  json.set("schema", schema_shown(contract));
  json.set("silver:contract", std::move(identity));
  json.set("silver:target", target_json(contract));
  Json catalog = catalog_json(contract.catalog);
  if (!catalog.as_object().empty()) json.set("silver:catalog", std::move(catalog));
  json.set("silver:policy", std::move(policy));
  return json;
}

}  // namespace silversmith::contract
