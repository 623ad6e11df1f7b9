// SPDX-License-Identifier: Apache-2.0
#include "smith/pass.h"

#include <gtest/gtest.h>

#include "support/memory_source.h"

namespace silversmith::smith {
namespace {

Converter::OpenSource source_of(const std::string& text) {
  return [text]() -> Result<std::unique_ptr<ByteSource>> {
    return std::unique_ptr<ByteSource>(std::make_unique<test::MemorySource>(text));
  };
}

TEST(Pass, reads_the_header_and_keeps_its_bytes) {
  auto pass = open_pass(source_of("\xEF\xBB\xBFid,\"a,b\"\r\n1,2\r\n"), {});
  ASSERT_TRUE(pass.ok()) << pass.error().message;
  EXPECT_EQ(pass->header_rows, (std::vector<std::vector<std::string>>{{"id", "a,b"}}));
  EXPECT_EQ(pass->header_text, "id,\"a,b\"\r\n");
  EXPECT_FALSE(pass->first.has_value());
  ASSERT_TRUE(begin_records(*pass, {}, 2).ok());
  ASSERT_TRUE(pass->first.has_value());
  EXPECT_EQ(pass->first->text(), "1,2\r\n");
}

TEST(Pass, a_header_without_a_line_end_gets_one) {
  auto pass = open_pass(source_of("id,a"), {});
  ASSERT_TRUE(pass.ok());
  EXPECT_EQ(pass->header_text, "id,a\n");
  ASSERT_TRUE(begin_records(*pass, {}, 2).ok());
  EXPECT_FALSE(pass->first.has_value());
}

TEST(Pass, several_header_rows_must_all_be_there) {
  PassOptions options;
  options.dialect.header_rows = {1, 3};
  auto pass = open_pass(source_of("a,b\nx\nc,d\n1,2\n"), options);
  ASSERT_TRUE(pass.ok());
  EXPECT_EQ(pass->header_rows.size(), 3U);
  auto ends = open_pass(source_of("a,b\nx\n"), options);
  ASSERT_FALSE(ends.ok());
  EXPECT_EQ(ends.error().type, "blank-header");
}

TEST(Pass, no_bytes_are_said_to_be_none_with_a_header_and_without) {
  EXPECT_EQ(open_pass(source_of(""), {}).error().type, empty_source_type);
  EXPECT_EQ(open_pass(source_of("\xEF\xBB\xBF"), {}).error().type, empty_source_type);
  PassOptions options;
  options.dialect.header = false;
  auto pass = open_pass(source_of(""), options);
  ASSERT_TRUE(pass.ok());
  EXPECT_EQ(begin_records(*pass, options, 1).error().type, empty_source_type);
}

TEST(Pass, the_first_line_end_decides_which_bytes_end_records) {
  auto classic = open_pass(source_of("a\r1\r2\r"), {});
  ASSERT_TRUE(classic.ok());
  EXPECT_EQ(classic->line_end, csv::LineEnd::any);
  auto modern = open_pass(source_of("a\n1\r2\n"), {});
  ASSERT_TRUE(modern.ok());
  EXPECT_EQ(modern->line_end, csv::LineEnd::newline);
}

TEST(Pass, finds_the_width_of_a_file_without_a_header) {
  PassOptions options;
  options.dialect.header = false;
  auto width = probe_width(source_of("1,\"a,b\",3\n"), options);
  ASSERT_TRUE(width.ok());
  EXPECT_EQ(*width, 3U);
}

}  // namespace
}  // namespace silversmith::smith
