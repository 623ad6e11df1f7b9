// SPDX-License-Identifier: Apache-2.0
#include "parquet/verify.h"

#include <gtest/gtest.h>

#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

struct Made {
  Schema schema = {{"n", {frame::Kind::int64, 0, 0, false}, false}};
  test::StringFile file{bytes()};
  Footer footer = read_footer(file).value();

  std::string bytes() const {
    test::Writing how;
    how.options = WriterOptions::for_columns(1);
    how.options.page_rows_max = 100;
    test::Values values{schema[0].type, std::vector<bool>(250), {}};
    for (int64_t i = 0; i < 250; ++i) values.bytes.push_back(test::bytes_of(i * 1'000'003));
    return test::write(schema, {values}, how).file;
  }
  Result<> check(const ChunkEntry& chunk) { return verify_chunk(file, schema[0], chunk); }
};

TEST(Verify, accepts_what_we_write) {
  Made made;
  EXPECT_TRUE(made.check(made.footer.row_groups[0].chunks[0]).ok());
}

TEST(Verify, finds_wrong_statistics) {
  Made made;
  ChunkEntry chunk = made.footer.row_groups[0].chunks[0];
  chunk.bounds.max = test::bytes_of(int64_t{5});
  EXPECT_FALSE(made.check(chunk).ok());
  chunk = made.footer.row_groups[0].chunks[0];
  chunk.bounds.min = test::bytes_of(int64_t{-5});  // A bound, but none of the values.
  EXPECT_FALSE(made.check(chunk).ok());
  chunk = made.footer.row_groups[0].chunks[0];
  chunk.null_count = 1;
  EXPECT_FALSE(made.check(chunk).ok());
}

TEST(Verify, finds_an_index_of_another_place) {
  Made made;
  ChunkEntry chunk = made.footer.row_groups[0].chunks[0];
  std::swap(chunk.column_index, chunk.offset_index);
  EXPECT_FALSE(made.check(chunk).ok());
}

}  // namespace
}  // namespace silversmith::parquet
