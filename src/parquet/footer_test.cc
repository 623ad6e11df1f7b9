// SPDX-License-Identifier: Apache-2.0
#include "parquet/footer.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

std::string file_of(frame::Type type) {
  test::Writing how;
  how.options = WriterOptions::for_columns(1);
  how.options.created_by = "silversmith version 0.1.0 (build test)";
  size_t width = test::is_text(type) ? 3 : frame::value_bytes(type);
  test::Values values{type, {false, true}, {std::string(width, '\1'), ""}};
  return test::write({{"c", type, false}}, {values}, how).file;
}

TEST(Footer, knows_what_was_written) {
  frame::Type types[] = {{frame::Kind::timestamp, 0, 0, true},
                         {frame::Kind::timestamp, 0, 0, false},
                         {frame::Kind::decimal, 30, 7, false},
                         {frame::Kind::json, 0, 0, false}};
  for (frame::Type type : types) {
    test::StringFile file(file_of(type));
    Footer footer = read_footer(file).value();
    EXPECT_EQ(footer.schema[0].type, type);
    EXPECT_EQ(footer.created_by, "silversmith version 0.1.0 (build test)");
    EXPECT_EQ(footer.row_groups[0].chunks[0].null_count, 1U);
    EXPECT_GT(footer.row_groups[0].chunks[0].offset_index.size, 0U);
  }
}

// A file that is all holes but for its ends. What is read between them fails, and says how much.
class HollowFile : public RandomAccess {
 public:
  explicit HollowFile(uint32_t footer_bytes) : footer_bytes_(footer_bytes) {}
  uint64_t size() const override { return uint64_t{1} << 33; }
  Result<> read_at(uint64_t offset, std::span<char> into) override {
    std::string tail = test::bytes_of(footer_bytes_) + "PAR1";
    if (into.size() > tail.size()) {
      return Error{Code::busy, "asked for " + std::to_string(into.size()) + " bytes", "", ""};
    }
    std::string_view bytes = offset == 0 ? std::string_view("PAR1") : std::string_view(tail);
    std::copy_n(bytes.data(), into.size(), into.data());
    return {};
  }

 private:
  uint32_t footer_bytes_;
};

TEST(Footer, is_read_up_to_the_size_that_is_written) {
  auto most = static_cast<uint32_t>(file_footer_bytes_max);
  HollowFile largest(most);
  Result<Footer> read = read_footer(largest);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().message, "asked for 2147483647 bytes");
  HollowFile larger(most + 1);
  Result<Footer> refused = read_footer(larger);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::corrupt);
}

// Blank lines that are quarantined take a byte each, and a span of many columns has more of them
// than the smallest span has bytes.
TEST(Footer, knows_a_row_group_of_more_rows_than_the_smallest_span_has_bytes) {
  const Schema schema = {{"c", {frame::Kind::boolean, 0, 0, false}, false}};
  WriterOptions options = WriterOptions::for_columns(1);
  test::StringSink sink;
  FileWriter writer(schema, options, sink);
  RowGroupWriter row_group(schema, options, nullptr);
  std::vector<frame::Column> batch(1);
  batch[0].type = schema[0].type;
  batch[0].rows = 1U << 20;
  batch[0].null_count = batch[0].rows;
  batch[0].values.resize(batch[0].rows);
  batch[0].valid.resize(batch[0].rows);
  std::fill_n(batch[0].valid.begin(), batch[0].rows, uint8_t{0});
  while (row_group.rows() <= limits::span_bytes_min) {
    ASSERT_TRUE(row_group.append(batch, batch[0].rows).ok());
  }
  uint64_t rows = row_group.rows();
  ASSERT_TRUE(writer.append(row_group.finish().value()).ok());
  ASSERT_TRUE(writer.finish({}).ok());
  test::StringFile file(sink.text);
  Result<Footer> footer = read_footer(file);
  ASSERT_TRUE(footer.ok()) << footer.error().message;
  EXPECT_EQ(footer->rows, rows);
}

// Without the marks that are ours nothing but what the format says helps to find a flipped bit.
// Here it is the wire types, the ids and what must agree; what is left are numbers that only the
// pages can tell, names, and key-values.
std::string foreign_file() {
  std::string bytes = file_of({frame::Kind::text, 0, 0, false});
  for (std::string_view ours :
       {digest_key, checksum_key, std::string_view("silversmith version")}) {
    bytes[bytes.find(ours)] = 'S';
  }
  return bytes;
}

TEST(Footer, of_another_writer_is_held_to_the_wire_types_of_the_format) {
  std::string bytes = foreign_file();
  uint32_t length = 0;
  std::memcpy(&length, bytes.data() + bytes.size() - 8, 4);
  size_t begin = bytes.size() - 8 - length;
  test::StringFile whole(bytes);
  ASSERT_TRUE(Reader::open(whole).value().verify().ok());
  // The header bytes of the first fields: version, schema, and the schema's root's name.
  ASSERT_EQ(bytes.substr(begin, 4), "\x15\x02\x19\x2c");
  for (size_t at : {size_t{0}, size_t{2}, size_t{3}, size_t{4}}) {
    for (int bit = 0; bit < 4; ++bit) {
      std::string changed = bytes;
      changed[begin + at] = static_cast<char>(changed[begin + at] ^ (1 << bit));
      test::StringFile file(changed);
      Result<Reader> reader = Reader::open(file);
      ASSERT_FALSE(reader.ok()) << "byte " << at << ", bit " << bit;
      EXPECT_EQ(reader.error().code, Code::corrupt);
    }
  }
}

TEST(Footer, survives_every_changed_bit_of_another_writer_s_file) {
  std::string bytes = foreign_file();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      test::StringFile file(changed);
      Result<Reader> reader = Reader::open(file);
      if (!reader.ok()) continue;
      Result<> verified = reader.value().verify();
      if (verified.ok()) continue;
      // Another writer may well have meant an encoding that we don't know.
      bool told = verified.error().code == Code::corrupt || verified.error().code == Code::invalid;
      EXPECT_TRUE(told) << verified.error().message;
    }
  }
}

}  // namespace
}  // namespace silversmith::parquet
