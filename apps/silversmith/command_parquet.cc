// SPDX-License-Identifier: Apache-2.0
// silversmith parquet schema|meta|head|digest|verify FILE
#include <algorithm>

#include "base/text.h"
#include "commands.h"
#include "files.h"
#include "parquet/reader.h"
#include "plain/writer.h"
#include "table.h"

namespace silversmith::app {

namespace {

Result<Exit> print_schema(const parquet::Reader& reader, Console& console) {
  if (console.json()) {
    Json columns = Json::array();
    for (const parquet::ColumnSpec& column : reader.schema()) {
      Json json = Json::object();
      json.set("name", column.name)
          .set("type", frame::describe(column.type))
          .set("required", column.required);
      columns.add(std::move(json));
    }
    console.result_json(columns);
    return Exit::ok;
  }
  Table table({"column", "type", "nulls"});
  for (const parquet::ColumnSpec& column : reader.schema()) {
    table.add({column.name, frame::describe(column.type), column.required ? "no" : "yes"});
  }
  console.result(table.text());
  return Exit::ok;
}

Result<size_t> row_limit(const Settings& settings) {
  std::string text = settings.text("limit");
  bool digits = !text.empty() && text.size() < 10 &&
                std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits) return static_cast<size_t>(std::stoul(text));
  return Error{Code::invalid, "--limit: found " + show(text) + ", wanted a whole number", "", ""};
}

// Prints the first rows; reads only the row groups that it needs.
Result<Exit> print_head(parquet::Reader& reader, size_t limit, Console& console) {
  const parquet::Schema& schema = reader.schema();
  std::vector<std::string> names;
  for (const parquet::ColumnSpec& column : schema) names.push_back(column.name);
  Table table(names);
  size_t printed = 0;
  for (size_t group = 0; group < reader.row_groups() && printed < limit; ++group) {
    std::vector<parquet::DecodedColumn> columns;
    for (size_t c = 0; c < schema.size(); ++c) {
      columns.push_back(SMITH_TRY(reader.read(group, c)));
    }
    size_t rows = std::min<uint64_t>(reader.row_group_rows(group), limit - printed);
    for (uint32_t row = 0; row < rows; ++row) {
      std::vector<std::string> cells;
      std::string json = "{";
      for (size_t c = 0; c < schema.size(); ++c) {
        const frame::Column& column = columns[c].column;
        if (console.json()) {
          json += (c == 0 ? "" : ",") + quote_json(names[c]) + ":" + plain::value_json(column, row);
        } else {
          cells.push_back(column.is_null(row) ? "null" : plain::value_text(column, row));
        }
      }
      if (console.json()) {
        console.result(json + "}");
      } else {
        table.add(std::move(cells));
      }
    }
    printed += rows;
  }
  if (!console.json()) console.result(table.text());
  return Exit::ok;
}

}  // namespace

Result<Exit> parquet_command(const Invocation& invocation, Console& console) {
  const std::string& path = invocation.operands.at(0);
  auto file = SMITH_TRY(InputFile::open(path));
  auto reader = SMITH_TRY(parquet::Reader::open(*file).in(path));
  if (invocation.command == "parquet schema") return print_schema(reader, console);
  if (invocation.command == "parquet head") {
    return print_head(reader, SMITH_TRY(row_limit(invocation.settings)), console);
  }
  if (invocation.command == "parquet meta") {
    Json meta = reader.metadata_json();
    console.result(console.json() ? meta.dump() : meta.pretty());
    return Exit::ok;
  }
  if (invocation.command == "parquet digest") {
    console.result(SMITH_TRY(reader.digest().in(path)).hex());
    return Exit::ok;
  }
  SMITH_TRY(reader.verify().in(path));
  console.result(path + ": whole, " + human_count(reader.rows()) + " rows");
  return Exit::ok;
}

}  // namespace silversmith::app
