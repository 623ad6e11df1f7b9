// SPDX-License-Identifier: Apache-2.0
#include "watcher.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/temp_folder.h"

namespace silversmith::app {
namespace {

namespace fs = std::filesystem;

// Events are in the queue when the call that caused them returns, so that nothing waits.
Watcher::News news(Watcher& watcher) {
  auto news = watcher.wait(0);
  SMITH_CHECK(news.ok());
  return *news;
}

TEST(Watcher, names_files_that_were_closed_and_moved_in) {
  TempFolder folder;
  TempFolder elsewhere;
  fs::create_directory(folder.at("sub"));
  auto watcher = Watcher::open(folder.path());
  ASSERT_TRUE(watcher.ok()) << watcher.error().message;
  folder.put("a.csv", "1");
  elsewhere.put("b.csv", "2");
  fs::rename(elsewhere.at("b.csv"), folder.at("sub/b.csv"));
  Watcher::News seen = news(*watcher);
  EXPECT_EQ(seen.ready, (std::vector<std::string>{"a.csv", "sub/b.csv"}));
  EXPECT_FALSE(seen.sweep);
  EXPECT_TRUE(news(*watcher).ready.empty());
}

TEST(Watcher, a_file_that_is_still_open_is_not_named) {
  TempFolder folder;
  auto watcher = Watcher::open(folder.path());
  ASSERT_TRUE(watcher.ok());
  std::ofstream writer(folder.at("a.csv"));
  writer << "1" << std::flush;
  EXPECT_TRUE(news(*watcher).ready.empty());
  writer.close();
  EXPECT_EQ(news(*watcher).ready, std::vector<std::string>{"a.csv"});
}

TEST(Watcher, a_folder_that_came_asks_for_a_sweep_and_is_watched) {
  TempFolder folder;
  auto watcher = Watcher::open(folder.path());
  ASSERT_TRUE(watcher.ok());
  fs::create_directories(folder.at("new/deep"));
  EXPECT_TRUE(news(*watcher).sweep);
  folder.put("new/deep/a.csv", "1");
  EXPECT_EQ(news(*watcher).ready, std::vector<std::string>{"new/deep/a.csv"});
}

TEST(Watcher, a_folder_that_was_renamed_has_its_young_name) {
  TempFolder folder;
  fs::create_directories(folder.at("old"));
  auto watcher = Watcher::open(folder.path());
  ASSERT_TRUE(watcher.ok());
  fs::rename(folder.at("old"), folder.at("young"));
  EXPECT_TRUE(news(*watcher).sweep);
  folder.put("young/a.csv", "1");
  EXPECT_EQ(news(*watcher).ready, std::vector<std::string>{"young/a.csv"});
}

TEST(Watcher, hidden_files_and_linked_folders_are_passed_over) {
  TempFolder folder;
  TempFolder elsewhere;
  fs::create_directory_symlink(elsewhere.path(), folder.at("link"));
  auto watcher = Watcher::open(folder.path());
  ASSERT_TRUE(watcher.ok());
  folder.put(".a.csv.partial", "1");
  elsewhere.put("b.csv", "2");
  Watcher::News seen = news(*watcher);
  EXPECT_TRUE(seen.ready.empty());
  EXPECT_FALSE(seen.sweep);
}

TEST(Watcher, asks_for_a_sweep_when_events_were_lost) {
  TempFolder folder;
  auto watcher = Watcher::open(folder.path());
  ASSERT_TRUE(watcher.ok());
  std::ifstream limit("/proc/sys/fs/inotify/max_queued_events");
  size_t queued_max = 0;
  limit >> queued_max;
  if (queued_max == 0 || queued_max > 100'000) GTEST_SKIP() << "the queue is too long to fill";
  // Two names in turn: an event equal to the last one queued is not queued again.
  for (size_t i = 0; i <= queued_max / 2; ++i) {
    std::ofstream(folder.at(i % 2 == 0 ? "a.csv" : "b.csv")) << "1";
  }
  EXPECT_TRUE(news(*watcher).sweep);
  folder.put("c.csv", "1");
  EXPECT_EQ(news(*watcher).ready, std::vector<std::string>{"c.csv"});
}

TEST(Watcher, a_root_that_is_not_there_is_an_error) {
  EXPECT_EQ(Watcher::open("/no/such/folder").error().code, Code::denied);
}

}  // namespace
}  // namespace silversmith::app
