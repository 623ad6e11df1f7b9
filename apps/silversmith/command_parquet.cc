// SPDX-License-Identifier: Apache-2.0
// silversmith parquet schema|meta|head|digest|verify FILE
#include "base/text.h"
#include "commands.h"
#include "files.h"
#include "parquet/reader.h"
#include "rows.h"
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

}  // namespace

Result<Exit> parquet_command(const Invocation& invocation, Console& console) {
  const std::string& path = invocation.operands.at(0);
  auto file = SMITH_TRY(InputFile::open(path));
  auto reader = SMITH_TRY(parquet::Reader::open(*file).in(path));
  if (invocation.command == "parquet schema") return print_schema(reader, console);
  if (invocation.command == "parquet head") {
    RowChoice choice;
    choice.rows_max = SMITH_TRY(whole_number(invocation.settings, "limit"));
    SMITH_TRY(print_rows(reader, choice, console).in(path));
    return Exit::ok;
  }
  if (invocation.command == "parquet meta") {
    Json meta = reader.metadata_json();
    console.result(console.json() ? meta.dump() : meta.pretty());
    return Exit::ok;
  }
  if (invocation.command == "parquet digest") {
    std::string digest = SMITH_TRY(reader.digest().in(path)).hex();
    if (console.json()) {
      Json json = Json::object();
      console.result_json(json.set("file", path).set("digest", digest));
    } else {
      console.result(digest);
    }
    return Exit::ok;
  }
  SMITH_TRY(reader.verify().in(path));
  if (console.json()) {
    Json json = Json::object();
    console.result_json(json.set("file", path).set("valid", true).set("rows", reader.rows()));
    return Exit::ok;
  }
  console.result(path + ": whole, " + human_count(reader.rows()) + " rows");
  return Exit::ok;
}

}  // namespace silversmith::app
