// SPDX-License-Identifier: Apache-2.0
#include "parquet/footer.h"

#include <gtest/gtest.h>

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

TEST(Footer, survives_every_changed_byte_and_length) {
  std::string bytes = file_of({frame::Kind::text, 0, 0, false});
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      test::StringFile file(changed);
      Result<Reader> reader = Reader::open(file);
      if (!reader.ok()) continue;
      Result<> verified = reader.value().verify();
      EXPECT_TRUE(verified.ok() || verified.error().code == Code::corrupt);
    }
  }
}

TEST(Footer, refuses_a_damaged_page_header) {
  test::StringFile file(file_of({frame::Kind::date, 0, 0, false}));
  EXPECT_TRUE(read_footer(file).ok());
  Result<PageHeader> header = read_page_header("\xFF");
  ASSERT_FALSE(header.ok());
  EXPECT_EQ(header.error().code, Code::corrupt);
}

}  // namespace
}  // namespace silversmith::parquet
