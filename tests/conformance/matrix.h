// SPDX-License-Identifier: Apache-2.0
// The files that independent readers must agree about: each a schema, columns with their values as
// JSON, and how it is written. Deterministic: the same files at every run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "frame/columns.h"
#include "parquet/schema.h"

namespace silversmith::conformance {

// What stands in a column, row by row.
enum class Pattern : uint8_t {
  varied,    // mostly distinct values, extremes among them
  repeated,  // few distinct values: a dictionary
  sorted,
  turning,   // repeated at first, then distinct: the dictionary is given up midway
  constant,  // one text; such a column is written last (parquet::FileWriter's late column)
};
enum class Nulls : uint8_t { none, some, all, first_half };

struct MatrixColumn {
  parquet::ColumnSpec spec;
  Pattern pattern = Pattern::varied;
  Nulls nulls = Nulls::none;
};

struct MatrixFile {
  std::string name;
  std::vector<MatrixColumn> columns;
  std::vector<uint32_t> row_groups;  // rows of each
  parquet::Codec codec = parquet::Codec::snappy;
  uint32_t page_rows_max = 0;  // 0: as for_columns
  uint32_t page_bytes_max = 0;
  uint32_t text_bytes = 0;  // of long texts; 0: short ones
};

std::vector<MatrixFile> matrix();

struct RowRange {
  uint32_t first = 0;
  uint32_t count = 0;
};
// The values of `column` for those rows. Texts point into `held`.
frame::Column make_column(const MatrixFile& file, const MatrixColumn& column, RowRange rows,
                          std::vector<std::string>& held);
// One value for the expectations: null, true, "123" for every number, hexadecimal bytes for
// binary, the text itself for text and json.
Json value_json(const frame::Column& column, uint32_t row);

}  // namespace silversmith::conformance
