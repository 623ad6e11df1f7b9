// SPDX-License-Identifier: Apache-2.0
// The rows of a Parquet file for people (a table) or programs (one JSON object a row).
#pragma once

#include <string>
#include <vector>

#include "console.h"
#include "parquet/reader.h"

namespace silversmith::app {

struct RowChoice {
  std::vector<std::string> columns;  // of the table; empty: all. JSON always has all
  size_t rows_max = 0;
};

// Prints the first rows; reads only the row groups that it needs. Fails as parquet::Reader::read.
Result<> print_rows(parquet::Reader& reader, const RowChoice& choice, Console& console);

}  // namespace silversmith::app
