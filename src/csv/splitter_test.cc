// SPDX-License-Identifier: Apache-2.0
#include "csv/splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "csv/scan.h"
#include "support/csv_compare.h"

namespace silversmith::csv {
namespace {

using oracle::compare;
using oracle::CompareOptions;
using oracle::TextSource;

constexpr std::string_view broken_text =
    "id,name\n1,\"a\nb\"\n2,12\" wide\n3,\"x\"y,\"\n\r\n4,\"say "
    "\"\"hi\"\"\"\r\n5,\xC3\xA9\n6,\xC3\n"
    "7\n8,9,10\n\n11,\"\"\n12,\"end\"";

// Chosen by a fixed recurrence, so that a failure can be replayed by its number alone.
struct Picker {
  uint64_t state;
  unsigned below(unsigned bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<unsigned>(state >> 33) % bound;
  }
};

std::vector<Chunk> split(std::string_view text, const Dialect& dialect, SplitterOptions options) {
  TextSource source(text, SIZE_MAX);
  auto splitter = Splitter::open(dialect, source, options);
  std::vector<Chunk> chunks;
  while (true) {
    auto next = splitter->next();
    if (!next.ok() || !next->has_value()) return chunks;
    chunks.push_back(std::move(**next));
  }
}

TEST(Splitter, gives_the_same_records_for_every_chunk_size_and_kernel) {
  for (const Kernel* kernel : kernels()) {
    for (size_t chunk_bytes = 1; chunk_bytes <= 67; ++chunk_bytes) {
      CompareOptions options{chunk_bytes, SIZE_MAX, 0, 2, kernel->name};
      EXPECT_EQ(compare(broken_text, {}, options), "") << kernel->name << ' ' << chunk_bytes;
    }
  }
}

TEST(Splitter, refuses_a_header_that_is_too_long_before_it_holds_all_of_it) {
  std::string most(limits::header_bytes_max - 1, 'x');
  EXPECT_EQ(split(most + "\n1\n", {}, {}).size(), 2U);
  std::string longer(limits::header_bytes_max * 3, 'x');
  std::string quoted = "\"" + longer;
  for (const std::string& text : {most + "x\n1\n", longer, quoted}) {
    TextSource source(text, 4096);
    auto splitter = Splitter::open({}, source, {});
    auto lead = splitter->next();
    ASSERT_FALSE(lead.ok());
    EXPECT_EQ(lead.error().type, "limit-exceeded");
  }
  Dialect two;
  two.header_rows = {1, 2};
  EXPECT_TRUE(split(most + "\n" + most + "\n1\n", two, {}).empty());
}

TEST(Splitter, gives_the_same_records_for_every_cut_of_the_text) {
  for (size_t size = 0; size <= broken_text.size(); ++size) {
    for (size_t chunk_bytes : {1U, 7U, 64U, 1000U}) {
      CompareOptions options{chunk_bytes, size % 5 + 1, 40, 2, {}};
      EXPECT_EQ(compare(broken_text.substr(0, size), {}, options), "") << size;
    }
  }
}

TEST(Splitter, agrees_with_the_oracle_on_random_texts_and_dialects) {
  constexpr std::string_view alphabet = ",,,\"\"\"\n\n\n\r\ra  \x80\xC3\xA9\\#";
  Picker picker{1};
  for (int round = 0; round < 40000; ++round) {
    std::string bytes;
    for (int i = 0; i < 5; ++i) bytes += static_cast<char>(picker.below(256));
    unsigned size = picker.below(round % 10 == 0 ? 300 : 40);
    for (unsigned i = 0; i < size; ++i) {
      unsigned at = picker.below(static_cast<unsigned>(alphabet.size()) + 1);
      bytes += at < alphabet.size() ? alphabet[at] : '\0';
    }
    ASSERT_EQ(oracle::compare_bytes(bytes), "") << "round " << round;
  }
}

TEST(Splitter, agrees_with_the_oracle_on_mostly_clean_texts) {
  Picker picker{2};
  constexpr std::string_view cells[] = {
      "a",        "12",         "\"q\"", "\"x,y\"",
      "\"l\nm\"", "\"d\"\"d\"", "",      "long unquoted text that fills most of a block"};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (unsigned row = picker.below(40); row > 0; --row) {
      text += cells[picker.below(8)];
      text += ',';
      text += picker.below(60) == 0 ? "5\" odd" : cells[picker.below(8)];
      text += picker.below(2) == 0 ? "\n" : "\r\n";
    }
    CompareOptions options{1 + picker.below(600), SIZE_MAX, picker.below(500), 2, {}};
    ASSERT_EQ(compare(text, {}, options), "") << "round " << round;
  }
}

TEST(Splitter, keeps_a_lenient_chunk_small) {
  std::string text;
  for (int row = 0; row < 20000; ++row) text += row == 10000 ? "1,12\" wide\n" : "1,\"two\"\n";
  size_t lenient_bytes = 0;
  Dialect dialect;
  dialect.header = false;
  for (const Chunk& chunk : split(text, dialect, {})) {
    if (chunk.lenient) lenient_bytes += chunk.text().size();
  }
  EXPECT_GT(lenient_bytes, 0U);
  EXPECT_LT(lenient_bytes, 10000U);
}

TEST(Splitter, keeps_memory_bounded_under_a_quote_that_never_closes) {
  Dialect dialect;
  dialect.record_bytes_max = 1000;
  std::string text = "a,b\n1,\"";
  for (int i = 0; i < 10000; ++i) text += "text\n";
  TextSource source(text, SIZE_MAX);
  auto splitter = Splitter::open(dialect, source, {256, {}});
  size_t bytes = 0;
  while (true) {
    auto next = splitter->next();
    ASSERT_TRUE(next.ok());
    if (!next->has_value()) break;
    EXPECT_LE((*next)->text().size(), 2100U);
    bytes += (*next)->text().size();
  }
  EXPECT_EQ(bytes, text.size());
  EXPECT_EQ(splitter->totals().open_quote_record, 2U);
  EXPECT_EQ(splitter->totals().open_quote_line, 2U);
  EXPECT_EQ(splitter->totals().open_quote_byte, 4U);
}

TEST(Splitter, drops_a_byte_order_mark) {
  auto chunks = split(
      "\xEF\xBB\xBF"
      "a,b\n1,2\n",
      {}, {1, {}});
  ASSERT_GE(chunks.size(), 2U);
  EXPECT_EQ(chunks[0].kind, ChunkKind::lead);
  EXPECT_EQ(chunks[0].text(), "a,b\n");
  EXPECT_EQ(chunks[0].byte_offset, 0U);
  EXPECT_EQ(chunks[1].byte_offset, 4U);
}

TEST(Splitter, takes_cr_as_line_end_when_the_first_one_is) {
  auto chunks = split("a,b\r1,2\r3,4", {}, {});
  ASSERT_EQ(chunks.size(), 2U);
  EXPECT_EQ(chunks[0].text(), "a,b\r");
  EXPECT_EQ(chunks[1].record_count, 2U);
}

TEST(Splitter, yields_nothing_for_an_empty_stream) { EXPECT_TRUE(split("", {}, {}).empty()); }

TEST(Splitter, cuts_spans_independently_of_chunks) {
  std::string text;
  for (int row = 0; row < 500; ++row) text += std::to_string(row * row) + ",\"x\n\"\n";
  for (size_t chunk_bytes : {1U, 50U, 1000U, 100000U}) {
    CompareOptions options{chunk_bytes, SIZE_MAX, 100, 2, {}};
    EXPECT_EQ(compare(text, {}, options), "");
  }
}

TEST(Splitter, refuses_a_wrong_dialect_and_an_unknown_kernel) {
  TextSource source("", 1);
  Dialect dialect;
  dialect.delimiter = '"';
  EXPECT_FALSE(Splitter::open(dialect, source, {}).ok());
  auto unknown = Splitter::open({}, source, {256, "mmx"});
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().message.find("scalar"), std::string::npos);
}

class FailingSource : public ByteSource {
 public:
  Result<size_t> read(std::span<char>) override { return Error{Code::busy, "slow down", "", ""}; }
};

TEST(Splitter, fails_with_what_its_source_fails_with) {
  FailingSource source;
  auto splitter = Splitter::open({}, source, {});
  ASSERT_TRUE(splitter.ok());
  auto next = splitter->next();
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(next.error().code, Code::busy);
}

}  // namespace
}  // namespace silversmith::csv
