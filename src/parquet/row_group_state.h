// SPDX-License-Identifier: Apache-2.0
// What a finished row group holds between its writer and the file.
#pragma once

#include <cstdint>
#include <vector>

#include "parquet/page.h"
#include "parquet/page_store.h"
#include "parquet/row_group.h"

namespace silversmith::parquet {

struct RowGroup::State {
  uint64_t rows = 0;
  std::vector<ColumnChunk> chunks;  // as the schema's columns
  PageStore pages;
};

}  // namespace silversmith::parquet
