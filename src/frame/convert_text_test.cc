// SPDX-License-Identifier: Apache-2.0
#include "frame/convert_text.h"

#include <gtest/gtest.h>

#include "support/made_cells.h"

namespace silversmith::frame {
namespace {

TEST(ConvertBoolean, takes_the_listed_words_only) {
  std::vector<std::string> yes = {"true", "ja"};
  std::vector<std::string> no = {"false", "nein"};
  MadeCells made({"true", "nein", "True", "ja", "", "x"});
  made.marks[5] = Mark::null;
  std::vector<uint8_t> values(6, 9);
  EXPECT_EQ(convert_boolean(made.cells, made.marks.data(), {yes, no}, values.data()), 2U);
  EXPECT_EQ(values, (std::vector<uint8_t>{1, 0, 0, 1, 0, 0}));
  EXPECT_EQ(made.marks[2], Mark::malformed);
  EXPECT_EQ(made.marks[4], Mark::malformed);
  EXPECT_EQ(made.marks[5], Mark::null);
}

TEST(ConvertBoolean, tells_words_that_share_bytes) {
  std::vector<std::string> yes = {"y", "12345678", "more than eight", ""};
  std::vector<std::string> no = {"yy", "1234567", "more than eighT"};
  MadeCells made({"y", "yy", "yyy", "12345678", "1234567", "123456789", "more than eight", "",
                  "more than eighT"});
  std::vector<uint8_t> values(made.cells.size(), 9);
  EXPECT_EQ(convert_boolean(made.cells, made.marks.data(), {yes, no}, values.data()), 2U);
  EXPECT_EQ(values, (std::vector<uint8_t>{1, 0, 0, 1, 0, 0, 1, 1, 0}));
  EXPECT_EQ(made.marks[2], Mark::malformed);
  EXPECT_EQ(made.marks[5], Mark::malformed);
}

TEST(CheckJson, marks_what_is_no_json) {
  MadeCells made({"{\"a\":[1]}", "1", "null", "{", "", "a"});
  made.marks[5] = Mark::null;
  EXPECT_EQ(check_json(made.cells, made.marks.data()), 2U);
  EXPECT_EQ(made.marks[0], Mark::good);
  EXPECT_EQ(made.marks[3], Mark::malformed);
  EXPECT_EQ(made.marks[4], Mark::malformed);
}

}  // namespace
}  // namespace silversmith::frame
