// SPDX-License-Identifier: Apache-2.0
// The indexes of a chunk's pages (Apache Parquet format, PageIndex.md), read. Trusts nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace silversmith::parquet {

struct ColumnIndex {
  std::vector<bool> null_pages;
  std::vector<std::string_view> mins;
  std::vector<std::string_view> maxs;
  int32_t order = 0;  // BoundaryOrder
  std::optional<std::vector<int64_t>> null_counts;
};
struct PageLocation {
  int64_t offset = 0;
  int32_t bytes = 0;
  int64_t first_row = 0;
};
// `bytes` is the whole index. Fail with corrupt. Valid until: the views, as long as `bytes`.
Result<ColumnIndex> read_column_index(std::string_view bytes);
Result<std::vector<PageLocation>> read_offset_index(std::string_view bytes);

}  // namespace silversmith::parquet
