// SPDX-License-Identifier: Apache-2.0
// The header in front of a page (Apache Parquet format, PageHeader), read. Trusts nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace silversmith::parquet {

struct PageHeader {
  int32_t kind = -1;  // 0 data page v1, 2 dictionary page
  uint32_t uncompressed_bytes = 0;
  uint32_t compressed_bytes = 0;
  std::optional<uint32_t> crc;
  uint32_t values = 0;
  int32_t encoding = -1;
  int32_t level_encoding = -1;  // of the definition levels of a data page
  uint32_t header_bytes = 0;
};
// Reads the header at the start of `bytes`. Fails with corrupt.
Result<PageHeader> read_page_header(std::string_view bytes);

}  // namespace silversmith::parquet
