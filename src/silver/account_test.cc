// SPDX-License-Identifier: Apache-2.0
#include "silver/account.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "support/parquet_values.h"

namespace silversmith::silver {
namespace {

using frame::Kind;

// A small file with all that decides about bytes: a dictionary, one that is given up, PLAIN pages
// of words and of others, levels, several pages and row groups, indexes and the footer.
std::string small_file() {
  const parquet::Schema schema = {
      {"key", {Kind::int64, 0, 0, false}, false},     {"day", {Kind::date, 0, 0, false}, false},
      {"amount", {Kind::float64, 0, 0, false}, true}, {"few", {Kind::text, 0, 0, false}, false},
      {"at", {Kind::timestamp, 0, 0, true}, false},   {"text", {Kind::text, 0, 0, false}, false},
      {"long", {Kind::decimal, 30, 7, false}, false}};
  constexpr size_t rows = 30'000;
  test::Numbers numbers(3);
  std::vector<test::Values> columns;
  for (const parquet::ColumnSpec& spec : schema) {
    columns.push_back({spec.type, std::vector<bool>(rows), {}});
  }
  for (size_t i = 0; i < rows; ++i) {
    auto row = static_cast<int64_t>(i);
    for (test::Values& column : columns) column.null[i] = numbers.below(9) == 0;
    columns[2].null[i] = false;  // required
    columns[0].bytes.push_back(test::bytes_of(1'000'000 + row));
    columns[1].bytes.push_back(test::bytes_of(static_cast<int32_t>(numbers.below(2'500))));
    columns[2].bytes.push_back(test::bytes_of(static_cast<double>(numbers.below(100'000)) / 100));
    columns[3].bytes.push_back("kind " + std::to_string(numbers.below(i < 20'000 ? 5 : 90'000)));
    columns[4].bytes.push_back(test::bytes_of(1'700'000'000'000'000 + row * 1'500'000));
    columns[5].bytes.push_back("customer " + std::to_string(numbers.below(1'000'000)));
    columns[6].bytes.push_back(test::bytes_of(frame::int128{row} * row - 7));
  }
  test::Writing how;
  how.options = parquet::WriterOptions::for_columns(schema.size());
  how.options.page_bytes_max = 64U << 10;
  how.options.created_by = "silversmith version 0.0.0 (build 0)";
  how.row_group_rows = 25'000;
  return test::write(schema, columns, how).file;
}

TEST(FormatVersion, is_raised_when_a_byte_of_a_file_changes) {
  EXPECT_EQ(sha256_hex(small_file()),
            "cc03925e9a14e3991b66cc769532c5f9c57a0ed9dbeaca69363afa264e42a604")
      << "A file of the same values has other bytes than format version 3 gave it. Meant so? Then "
         "raise format_version in silver/account.h, unless that version was never released, and "
         "put the new hash here. Not meant? Then something made the writer's output change.";
  EXPECT_EQ(format_version, 3U) << "put the hash of the new version's file here, and its number";
}

}  // namespace
}  // namespace silversmith::silver
