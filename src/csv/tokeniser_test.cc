// SPDX-License-Identifier: Apache-2.0
#include "csv/tokeniser.h"

#include <gtest/gtest.h>

#include <string>

#include "csv/scan.h"

namespace silversmith::csv {
namespace {

Chunk chunk_of(std::string_view text, ChunkKind kind = ChunkKind::records) {
  Chunk chunk;
  chunk.kind = kind;
  chunk.buffer.append(text.data(), text.size());
  return chunk;
}

TEST(Tokeniser, finds_fields_with_their_quotes_and_without_line_ends) {
  for (const Kernel* kernel : kernels()) {
    Tokeniser tokeniser({}, LineEnd::newline, 3, kernel->name);
    Chunk chunk = chunk_of("a,b,\"x,y\"\r\n1,,3");
    const Records& records = tokeniser.tokenise(chunk);
    ASSERT_EQ(records.count, 2U);
    EXPECT_EQ(records.field(0, 2), "\"x,y\"");
    EXPECT_EQ(records.field(1, 1), "");
    EXPECT_EQ(records.field(1, 2), "3");
    EXPECT_TRUE(records.has_quote);
    EXPECT_TRUE(records.ascii);
  }
}

TEST(Tokeniser, sets_broken_records_aside_and_keeps_their_neighbours) {
  Tokeniser tokeniser({}, LineEnd::newline, 2);
  Chunk chunk = chunk_of("1,2\n3\n\n4,5,6\n\xFF,7\n8,9\n");
  const Records& records = tokeniser.tokenise(chunk);
  ASSERT_EQ(records.count, 2U);
  EXPECT_EQ(records.numbers[1], 5U);
  EXPECT_EQ(records.field(1, 0), "8");
  EXPECT_EQ(records.blank_count, 1U);
  ASSERT_EQ(records.faults.size(), 3U);
  EXPECT_EQ(records.faults[0].code, FaultCode::missing_cell);
  EXPECT_EQ(records.faults[1].code, FaultCode::extra_cell);
  EXPECT_EQ(records.faults[1].field, 3U);
  EXPECT_EQ(records.faults[2].code, FaultCode::encoding_error);
}

TEST(Tokeniser, counts_blank_lines_in_files_of_one_column) {
  Tokeniser tokeniser({}, LineEnd::newline, 1);
  Chunk chunk = chunk_of("a\n\n\r\n\"\"\n");
  const Records& records = tokeniser.tokenise(chunk);
  EXPECT_EQ(records.count, 2U);
  EXPECT_EQ(records.blank_count, 2U);
}

TEST(Tokeniser, reads_a_lenient_chunk_with_the_machine) {
  Tokeniser tokeniser({}, LineEnd::newline, 2);
  Chunk chunk = chunk_of("1,12\" wide\n\"x\"y\"z,2\n3,\"4,4\"\n");
  chunk.lenient = true;
  const Records& records = tokeniser.tokenise(chunk);
  ASSERT_EQ(records.count, 2U);
  EXPECT_EQ(records.field(0, 1), "12\" wide");
  EXPECT_EQ(records.field(1, 1), "\"4,4\"");
  ASSERT_EQ(records.faults.size(), 1U);
  EXPECT_EQ(name_of(records.faults[0].code), "text-after-quote");
}

TEST(SplitLead, gives_the_cells_of_every_record) {
  auto rows =
      split_lead({}, LineEnd::newline, chunk_of("\"a \"\"b\"\"\",c\r\n\nd", ChunkKind::lead));
  ASSERT_TRUE(rows.ok());
  using Cells = std::vector<std::string>;
  EXPECT_EQ(*rows, (std::vector<Cells>{{"a \"b\"", "c"}, {""}, {"d"}}));
}

TEST(SplitLead, fails_with_the_place_of_a_broken_header) {
  auto rows = split_lead({}, LineEnd::newline, chunk_of("a,\"b\"x\n", ChunkKind::lead));
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().type, "text-after-quote");
  EXPECT_NE(rows.error().message.find("field 2"), std::string::npos);
}

}  // namespace
}  // namespace silversmith::csv
