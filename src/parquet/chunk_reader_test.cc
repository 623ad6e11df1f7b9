// SPDX-License-Identifier: Apache-2.0
#include "parquet/chunk_reader.h"

#include <gtest/gtest.h>

#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

TEST(ChunkReader, gives_a_chunks_pages_in_order_with_the_dictionary_first) {
  Schema schema = {{"n", {frame::Kind::int64, 0, 0, false}, false}};
  test::Writing how;
  how.options = WriterOptions::for_columns(1);
  how.options.page_rows_max = 100;
  test::Values values{schema[0].type, std::vector<bool>(250), {}};
  values.bytes.assign(250, test::bytes_of(int64_t{4}));
  test::StringFile file(test::write(schema, {values}, how).file);
  Footer footer = read_footer(file).value();
  ChunkReader reader(file, schema[0], footer.row_groups[0].chunks[0]);
  std::vector<std::pair<int32_t, uint32_t>> seen;
  ChunkReader::RawPage page;
  while (reader.next(page).value()) seen.emplace_back(page.header.kind, page.header.values);
  std::vector<std::pair<int32_t, uint32_t>> want = {{2, 1}, {0, 100}, {0, 100}, {0, 50}};
  EXPECT_EQ(seen, want);
}

TEST(ChunkReader, refuses_a_chunk_that_claims_other_rows) {
  Schema schema = {{"n", {frame::Kind::int64, 0, 0, false}, false}};
  test::Writing how;
  how.options = WriterOptions::for_columns(1);
  test::Values values{schema[0].type, std::vector<bool>(10), {}};
  values.bytes.assign(10, test::bytes_of(int64_t{4}));
  test::StringFile file(test::write(schema, {values}, how).file);
  ChunkEntry chunk = read_footer(file).value().row_groups[0].chunks[0];
  for (uint64_t claimed : {9U, 11U}) {
    chunk.values = claimed;
    ChunkReader reader(file, schema[0], chunk);
    ChunkReader::RawPage page;
    Result<bool> next = true;
    while (next.ok() && next.value()) next = reader.next(page);
    EXPECT_FALSE(next.ok());
  }
}

}  // namespace
}  // namespace silversmith::parquet
