// SPDX-License-Identifier: Apache-2.0
#include "catalog/table.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "catalog/fold.h"

namespace silversmith::catalog {

namespace {

using contract::PartitionType;

constexpr size_t column_name_bytes_max = 255;
constexpr size_t comment_bytes_max = 255;
constexpr size_t description_bytes_max = 2'048;
constexpr std::string_view bronze = "bronze/";
constexpr std::string_view silver = "silver/";
constexpr std::string_view time_comment = "microseconds since midnight";

Error wrong(const contract::Contract& contract, std::string what, std::string hint) {
  return {Code::invalid, "contract " + contract.name + ": " + std::move(what), std::move(hint), ""};
}

// One line, cut between characters.
std::string one_line_of(std::string text, size_t bytes_max) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return shortened(text, bytes_max);
}

std::string decimal_text(contract::Decimal decimal) {
  return "decimal(" + std::to_string(decimal.precision) + "," + std::to_string(decimal.scale) + ")";
}

std::string type_of(const contract::Field& field) {
  switch (field.type) {
    case contract::FieldType::any:
    case contract::FieldType::string: return "string";
    case contract::FieldType::integer: return "bigint";
    case contract::FieldType::number:
      return field.decimal ? decimal_text(*field.decimal) : "double";
    case contract::FieldType::boolean: return "boolean";
    case contract::FieldType::date: return "date";
    case contract::FieldType::time: return "bigint";
    case contract::FieldType::datetime: return "timestamp";
  }
  return "string";
}

std::string comment_of(const contract::Field& field) {
  std::vector<std::string> parts;
  if (!field.title.empty()) parts.push_back(field.title);
  if (!field.description.empty()) parts.push_back(field.description);
  std::string comment = join(parts, ": ");
  bool is_time = field.type == contract::FieldType::time;
  if (!is_time) return one_line_of(std::move(comment), comment_bytes_max);
  if (comment.empty()) return std::string(time_comment);
  comment = one_line_of(std::move(comment), comment_bytes_max - time_comment.size() - 3);
  return comment + " (" + std::string(time_comment) + ")";
}

std::string table_name(const contract::Contract& contract) {
  if (!contract.catalog.table.empty()) return contract.catalog.table;
  std::string name = lowered(contract.name);
  for (char& c : name) {
    if (c == '-' || c == '.' || c == '/') c = '_';
  }
  return name;
}

// The folders that a glob begins with, "bronze/orders/" of "bronze/orders/**/*.csv".
std::string_view fixed_folders(std::string_view glob) {
  std::string_view fixed = glob.substr(0, glob.find_first_of("*?{"));
  return fixed.substr(0, fixed.rfind('/') + 1);
}

// Below the lake's root: "silver/orders/".
Result<std::string> location_in_lake(const contract::Contract& contract) {
  constexpr std::string_view hint = "say where its silver is: silver:catalog.location";
  if (!contract.catalog.location.empty()) return contract.catalog.location;
  if (contract.match.empty()) {
    return wrong(contract, "it matches no keys, so that its table has no location",
                 std::string(hint));
  }
  std::string_view folders = fixed_folders(contract.match.front());
  if (!folders.starts_with(bronze) || folders == bronze) {
    return wrong(contract,
                 "match " + show(contract.match.front()) +
                     " begins with no folder of its own, so that its table has no location",
                 std::string(hint));
  }
  return std::string(silver) + std::string(folders.substr(bronze.size()));
}

Result<> add_columns(const contract::Contract& contract, Table& table) {
  std::map<std::string, std::string> taken;
  for (const contract::Field& field : contract.fields) {
    std::optional<std::string> small = folded(field.name);
    if (!small.has_value()) {
      return wrong(
          contract,
          "the field " + show(field.name) + " can't be a column: " + std::string(fold_doubt),
          "rename it, in the files too");
    }
    std::string name = *std::move(small);
    if (std::string why = why_no_column(name); !why.empty()) {
      return wrong(contract, "the field " + show(field.name) + " can't be a column: " + why,
                   "rename it, in the files too");
    }
    auto [other, added] = taken.emplace(name, field.name);
    if (!added) {
      return wrong(contract,
                   "the fields " + show(other->second) + " and " + show(field.name) +
                       " are one column: Glue folds the case of names",
                   "rename one, in the files too");
    }
    table.columns.push_back({std::move(name), type_of(field), comment_of(field)});
  }
  for (const contract::Partition& partition : contract.catalog.partitions) {
    auto other = taken.find(partition.name);
    if (other == taken.end()) continue;
    return wrong(contract,
                 "the partition " + partition.name + " and the field " + show(other->second) +
                     " are one column",
                 "name the partition, or the field, otherwise");
  }
  return {};
}

// How far apart two values are: the finest part of a date's format.
std::string_view unit_of(std::string_view format) {
  if (format.find("ss") != std::string_view::npos) return "SECONDS";
  if (format.find("mm") != std::string_view::npos) return "MINUTES";
  if (format.find("HH") != std::string_view::npos) return "HOURS";
  if (format.find("dd") != std::string_view::npos) return "DAYS";
  if (format.find("MM") != std::string_view::npos) return "MONTHS";
  return "YEARS";
}

// Of "00,23", 2; 0 when there are no zeros in front.
size_t digits_of(std::string_view range) {
  for (std::string_view bound : split(range, ',')) {
    if (bound.size() > 1 && bound.front() == '0') return bound.size();
  }
  return 0;
}

void add_projection(const contract::Partition& partition, Table& table) {
  std::string before = "projection." + partition.name + ".";
  auto set = [&](const std::string& name, std::string value) {
    table.parameters.emplace_back(before + name, std::move(value));
  };
  set("type", std::string(name_of(partition.type)));
  switch (partition.type) {
    case PartitionType::date:
      set("format", partition.format);
      set("range", partition.range);
      set("interval", "1");
      set("interval.unit", std::string(unit_of(partition.format)));
      break;
    case PartitionType::integer:
      set("range", partition.range);
      if (size_t digits = digits_of(partition.range)) set("digits", std::to_string(digits));
      break;
    case PartitionType::enumeration: set("values", join(partition.values, ",")); break;
    case PartitionType::injected: break;
  }
}

void add_parameters(const contract::Contract& contract, Table& table) {
  table.parameters = {{"classification", "parquet"},
                      {"EXTERNAL", "TRUE"},
                      {"silversmith.contract", contract.name},
                      {"silversmith.contract_version", std::to_string(contract.version)}};
  if (table.partitions.empty()) return;
  table.parameters.emplace_back("projection.enabled", "true");
  std::string pattern = table.location;
  for (const contract::Partition& partition : table.partitions) {
    add_projection(partition, table);
    pattern += partition.name + "=${" + partition.name + "}/";
  }
  table.parameters.emplace_back("storage.location.template", pattern);
}

std::string_view type_of(const contract::Partition& partition) {
  return partition.type == PartitionType::integer ? "bigint" : "string";
}

Json columns_json(const Table& table) {
  Json columns = Json::array();
  for (const Column& column : table.columns) {
    Json one = Json::object();
    one.set("Name", column.name).set("Type", column.type);
    if (!column.comment.empty()) one.set("Comment", column.comment);
    columns.add(std::move(one));
  }
  return columns;
}

Json storage_json(const Table& table, const std::string& location) {
  constexpr std::string_view hive = "org.apache.hadoop.hive.ql.io.parquet.";
  Json serde = Json::object();
  serde.set("SerializationLibrary", std::string(hive) + "serde.ParquetHiveSerDe")
      .set("Parameters", Json::object().set("serialization.format", "1"));
  Json storage = Json::object();
  storage.set("Columns", columns_json(table))
      .set("Location", location)
      .set("InputFormat", std::string(hive) + "MapredParquetInputFormat")
      .set("OutputFormat", std::string(hive) + "MapredParquetOutputFormat")
      .set("SerdeInfo", std::move(serde));
  return storage;
}

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (char c : text) {
    if (quote == '`' && c == '`') out += '`';
    if (quote == '\'' && (c == '\'' || c == '\\')) out += '\\';
    out += c;
  }
  return out + quote;
}

std::optional<int64_t> whole_number(const std::string& value) {
  bool negative = value.starts_with('-');
  std::optional<uint64_t> number = parse_number(negative ? value.substr(1) : value);
  if (!number.has_value() || *number > INT64_MAX) return std::nullopt;
  return negative ? -static_cast<int64_t>(*number) : static_cast<int64_t>(*number);
}

bool is_in_numbers(const std::string& value, std::string_view range) {
  std::optional<int64_t> found = whole_number(value);
  if (!found.has_value()) return false;
  size_t digits = digits_of(range);
  if (digits != 0 && value.size() != digits) return false;
  auto bounds = split(range, ',');
  auto whole = [](std::string_view text) { return std::stoll(std::string(text)); };
  return whole(bounds[0]) <= *found && *found <= whole(bounds[1]);
}

// Of a value that is written as the format says: what stands where `part` does, or `otherwise`.
uint32_t part_of(const contract::Partition& partition, std::string_view value,
                 std::string_view part, uint32_t otherwise) {
  size_t at = partition.format.find(part);
  if (at == std::string::npos) return otherwise;
  return static_cast<uint32_t>(parse_number(value.substr(at, part.size())).value_or(otherwise));
}

bool is_date(const contract::Partition& partition, std::string_view value) {
  if (!contract::is_written_as(value, partition.format)) return false;
  auto part = [&](std::string_view name, uint32_t otherwise) {
    return part_of(partition, value, name, otherwise);
  };
  uint32_t year = part("yyyy", 2000), month = part("MM", 1), day = part("dd", 1);
  constexpr uint32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12) return false;
  bool leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  uint32_t last = days[month - 1] + (month == 2 && leaps ? 1 : 0);
  bool in_day = part("HH", 0) < 24 && part("mm", 0) < 60 && part("ss", 0) < 60;
  return day >= 1 && day <= last && in_day;
}

// As far as the bounds are dates: what counts from NOW is not compared. Parts go from the largest
// to the smallest, so that texts compare as dates do.
bool is_in_dates(const contract::Partition& partition, std::string_view value) {
  auto bounds = split(partition.range, ',');
  auto is_fixed = [&](std::string_view bound) {
    return contract::is_written_as(bound, partition.format);
  };
  if (is_fixed(bounds[0]) && value < bounds[0]) return false;
  return !is_fixed(bounds[1]) || value <= bounds[1];
}

}  // namespace

Result<Table> table_of(const contract::Contract& contract, const Place& place) {
  Table table;
  table.name = table_name(contract);
  table.description = one_line_of(contract.title, description_bytes_max);
  std::string in_lake = SMITH_TRY(location_in_lake(contract));
  table.key_prefix = place.silver + in_lake.substr(silver.size());
  table.location = "s3://" + place.bucket + "/" + table.key_prefix;
  table.partitions = contract.catalog.partitions;
  SMITH_TRY(add_columns(contract, table));
  add_parameters(contract, table);
  table.contract_version = contract.version;
  bool may_have = contract.fields_match == contract::FieldsMatch::subset ||
                  contract.fields_match == contract::FieldsMatch::partial;
  table.keeps_extra = may_have && contract.policy.extra_fields == contract::ExtraFields::keep;
  return table;
}

Json table_input(const Table& table) {
  Json keys = Json::array();
  for (const contract::Partition& partition : table.partitions) {
    keys.add(Json::object().set("Name", partition.name).set("Type", type_of(partition)));
  }
  Json parameters = Json::object();
  for (const auto& [name, value] : table.parameters) parameters.set(name, value);
  Json input = Json::object();
  input.set("Name", table.name);
  if (!table.description.empty()) input.set("Description", table.description);
  input.set("TableType", "EXTERNAL_TABLE")
      .set("PartitionKeys", std::move(keys))
      .set("StorageDescriptor", storage_json(table, table.location))
      .set("Parameters", std::move(parameters));
  return input;
}

Result<Json> table_input(const contract::Contract& contract, const Place& place) {
  return table_input(SMITH_TRY(table_of(contract, place)));
}

std::string table_ddl(const Table& table, std::string_view database) {
  auto column = [](std::string_view name, std::string_view type, std::string_view comment) {
    std::string line = "  " + quoted(name, '`') + " " + std::string(type);
    return comment.empty() ? line : line + " COMMENT " + quoted(comment, '\'');
  };
  std::vector<std::string> columns, keys, properties;
  for (const Column& one : table.columns) {
    columns.push_back(column(one.name, one.type, one.comment));
  }
  for (const contract::Partition& one : table.partitions) {
    keys.push_back(column(one.name, type_of(one), ""));
  }
  for (const auto& [name, value] : table.parameters) {
    if (name == "EXTERNAL") continue;  // said by CREATE EXTERNAL TABLE
    properties.push_back("  " + quoted(name, '\'') + " = " + quoted(value, '\''));
  }
  std::string name = database.empty() ? "" : quoted(database, '`') + ".";
  std::string text = "CREATE EXTERNAL TABLE IF NOT EXISTS " + name + quoted(table.name, '`') +
                     " (\n" + join(columns, ",\n") + "\n)\n";
  if (!table.description.empty()) text += "COMMENT " + quoted(table.description, '\'') + "\n";
  if (!keys.empty()) text += "PARTITIONED BY (\n" + join(keys, ",\n") + "\n)\n";
  return text + "STORED AS PARQUET\nLOCATION " + quoted(table.location, '\'') +
         "\nTBLPROPERTIES (\n" + join(properties, ",\n") + "\n);\n";
}

std::optional<std::string> glue_type_of(std::string_view described) {
  if (described.starts_with("decimal(")) return std::string(described);
  constexpr std::pair<std::string_view, std::string_view> types[] = {
      {"boolean", "boolean"},     {"int64", "bigint"},
      {"double", "double"},       {"text", "string"},
      {"json", "string"},         {"binary", "binary"},
      {"date", "date"},           {"time", "bigint"},
      {"timestamp", "timestamp"}, {"timestamp(utc)", "timestamp"}};
  for (const auto& [ours, glues] : types) {
    if (ours == described) return std::string(glues);
  }
  return std::nullopt;
}

std::string why_no_column(std::string_view name) {
  if (name.size() > column_name_bytes_max) return "its name has more than 255 bytes";
  if (name.find(',') != std::string_view::npos) return "Athena takes no comma in a name";
  bool control = std::any_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  return control ? "Glue takes no control character in a name" : "";
}

Result<std::vector<std::string>> partition_of(const Table& table, std::string_view silver_key) {
  auto fail = [&](const std::string& what) {
    return Error{Code::invalid, printable(silver_key) + ": " + what, "", ""};
  };
  if (!silver_key.starts_with(table.key_prefix)) {
    return fail("not below the location of the table " + table.name + ", " + table.location);
  }
  std::vector<std::string> values;
  std::string_view rest = silver_key.substr(table.key_prefix.size());
  for (const contract::Partition& partition : table.partitions) {
    size_t slash = rest.find('/');
    std::string before = partition.name + "=";
    bool named =
        slash != std::string_view::npos && rest.starts_with(before) && slash > before.size();
    if (!named) return fail("in no partition, wanted a folder " + before + "VALUE there");
    values.emplace_back(rest.substr(before.size(), slash - before.size()));
    rest.remove_prefix(slash + 1);
  }
  return values;
}

std::string why_no_value(const Table& table, const std::vector<std::string>& values) {
  for (size_t i = 0; i < table.partitions.size(); ++i) {
    const contract::Partition& partition = table.partitions[i];
    std::string found = partition.name + "=" + printable(values[i]);
    if (partition.type == PartitionType::date && !is_date(partition, values[i])) {
      return found + " is no date that is written as " + partition.format;
    }
    if (partition.type == PartitionType::integer && !whole_number(values[i]).has_value()) {
      return found + " is no whole number";
    }
  }
  return "";
}

std::string why_not_projected(const Table& table, const std::vector<std::string>& values) {
  if (std::string why = why_no_value(table, values); !why.empty()) return why;
  for (size_t i = 0; i < table.partitions.size(); ++i) {
    const contract::Partition& partition = table.partitions[i];
    const std::string& value = values[i];
    std::string found = partition.name + "=" + printable(value);
    switch (partition.type) {
      case PartitionType::date:
        if (!is_in_dates(partition, value)) {
          return found + " is not in the range " + partition.range;
        }
        break;
      case PartitionType::integer:
        if (!is_in_numbers(value, partition.range)) {
          return found + " is not in the range " + partition.range;
        }
        break;
      case PartitionType::enumeration: {
        const auto& known = partition.values;
        if (std::find(known.begin(), known.end(), value) == known.end()) {
          return found + " is none of " + join(known, ", ");
        }
        break;
      }
      case PartitionType::injected: break;
    }
  }
  return "";
}

Json partition_input(const Table& table, const std::vector<std::string>& values) {
  std::string location = table.location;
  Json list = Json::array();
  for (size_t i = 0; i < table.partitions.size(); ++i) {
    location += table.partitions[i].name + "=" + values[i] + "/";
    list.add(values[i]);
  }
  Json input = Json::object();
  input.set("Values", std::move(list)).set("StorageDescriptor", storage_json(table, location));
  return input;
}

}  // namespace silversmith::catalog
