// SPDX-License-Identifier: Apache-2.0
#include "rows.h"

#include <algorithm>

#include "plain/writer.h"
#include "table.h"

namespace silversmith::app {

namespace {

using Columns = std::vector<parquet::DecodedColumn>;

Result<Columns> read_group(parquet::Reader& reader, size_t group) {
  Columns columns;
  for (size_t c = 0; c < reader.schema().size(); ++c) {
    columns.push_back(SMITH_TRY(reader.read(group, c)));
  }
  return columns;
}

std::string row_json(const parquet::Schema& schema, const Columns& columns, uint32_t row) {
  std::string json = "{";
  for (size_t c = 0; c < columns.size(); ++c) {
    json += (c == 0 ? "" : ",") + quote_json(schema[c].name) + ":" +
            plain::value_json(columns[c].column, row);
  }
  return json + "}";
}

std::vector<std::string> row_cells(const std::vector<size_t>& shown, const Columns& columns,
                                   uint32_t row) {
  std::vector<std::string> cells;
  for (size_t c : shown) {
    const frame::Column& column = columns[c].column;
    cells.push_back(column.is_null(row) ? "null" : plain::value_text(column, row));
  }
  return cells;
}

}  // namespace

Result<> print_rows(parquet::Reader& reader, const RowChoice& choice, Console& console) {
  const parquet::Schema& schema = reader.schema();
  std::vector<size_t> shown;
  std::vector<std::string> names;
  for (size_t c = 0; c < schema.size(); ++c) {
    const auto& wanted = choice.columns;
    bool all = wanted.empty();
    if (!all && std::find(wanted.begin(), wanted.end(), schema[c].name) == wanted.end()) continue;
    shown.push_back(c);
    names.push_back(schema[c].name);
  }
  Table table(names);
  size_t left = choice.rows_max;
  for (size_t group = 0; group < reader.row_groups() && left > 0; ++group) {
    Columns columns = SMITH_TRY(read_group(reader, group));
    auto rows = static_cast<uint32_t>(std::min<uint64_t>(reader.row_group_rows(group), left));
    for (uint32_t row = 0; row < rows; ++row) {
      if (console.json()) {
        console.result(row_json(schema, columns, row));
      } else {
        table.add(row_cells(shown, columns, row));
      }
    }
    left -= rows;
  }
  if (!console.json()) console.result(table.text());
  return {};
}

}  // namespace silversmith::app
