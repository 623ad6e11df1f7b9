// SPDX-License-Identifier: Apache-2.0
// Reads a chunk whole, and holds what the footer and the page index say of it against its pages;
// and the whole file against its checksum.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/stream.h"
#include "parquet/chunk_reader.h"
#include "parquet/footer.h"
#include "parquet/reader.h"

namespace silversmith::parquet {

struct SeenPage {
  uint64_t place = 0;
  uint64_t bytes = 0;
  uint32_t rows = 0;
  uint32_t nulls = 0;
};

// Decodes every page; notes the data pages in `pages` unless it is null. Fails with corrupt.
Result<DecodedColumn> read_chunk(ChunkReader& reader, const ColumnSpec& spec,
                                 std::vector<SeenPage>* pages);

// The error about a file that is not what its own footer says.
Error changed_since(std::string what);

// Holds the file against its checksum. A file without one passes unless it has our content digest.
// Fails with corrupt.
Result<> verify_checksum(RandomAccess& file, const Footer& footer);

// Fails with corrupt, saying what differs.
Result<> verify_chunk(RandomAccess& file, const ColumnSpec& spec, const ChunkEntry& chunk);

}  // namespace silversmith::parquet
