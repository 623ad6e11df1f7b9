// SPDX-License-Identifier: Apache-2.0
#include "export_file.h"

#include <gtest/gtest.h>

#include "support/temp_folder.h"

namespace silversmith::app {
namespace {

TEST(ExportFile, adds_a_line_and_keeps_what_was_there) {
  TempFolder folder;
  std::string path = folder.at("out.jsonl");
  for (int i = 0; i < 2; ++i) {
    auto file = ExportFile::open(path).value();
    ASSERT_TRUE(file->add(Json::object().set("i", i)).ok());
    ASSERT_TRUE(file->sync().ok());
  }
  EXPECT_EQ(read_whole_file(path, 1000).value(), "{\"i\":0}\n{\"i\":1}\n");
}

TEST(ExportFile, ends_the_half_line_of_one_that_was_killed) {
  TempFolder folder;
  folder.put("out.jsonl", "{\"i\":0}\n{\"i\":");
  auto file = ExportFile::open(folder.at("out.jsonl")).value();
  ASSERT_TRUE(file->add(Json::object().set("i", 1)).ok());
  EXPECT_EQ(read_whole_file(folder.at("out.jsonl"), 1000).value(),
            "{\"i\":0}\n{\"i\":\n{\"i\":1}\n");
}

TEST(ExportFile, says_what_it_can_not_open) {
  TempFolder folder;
  EXPECT_EQ(ExportFile::open(folder.at("no/out.jsonl")).error().code, Code::missing);
  EXPECT_FALSE(ExportFile::open(folder.at("")).ok());
}

}  // namespace
}  // namespace silversmith::app
