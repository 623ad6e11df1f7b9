// SPDX-License-Identifier: Apache-2.0
#include "watcher.h"

#include <gtest/gtest.h>
#include <sys/inotify.h>

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
  EXPECT_EQ(seen.ready, (std::set<std::string>{"a.csv", "sub/b.csv"}));
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
  EXPECT_EQ(news(*watcher).ready, std::set<std::string>{"a.csv"});
}

TEST(Watcher, a_folder_that_came_asks_for_a_sweep_and_is_watched) {
  TempFolder folder;
  auto watcher = Watcher::open(folder.path());
  ASSERT_TRUE(watcher.ok());
  fs::create_directories(folder.at("new/deep"));
  EXPECT_TRUE(news(*watcher).sweep);
  folder.put("new/deep/a.csv", "1");
  EXPECT_EQ(news(*watcher).ready, std::set<std::string>{"new/deep/a.csv"});
}

TEST(Watcher, a_folder_that_was_renamed_has_its_young_name) {
  TempFolder folder;
  fs::create_directories(folder.at("old"));
  auto watcher = Watcher::open(folder.path());
  ASSERT_TRUE(watcher.ok());
  fs::rename(folder.at("old"), folder.at("young"));
  EXPECT_TRUE(news(*watcher).sweep);
  folder.put("young/a.csv", "1");
  EXPECT_EQ(news(*watcher).ready, std::set<std::string>{"young/a.csv"});
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

TEST(Watcher, looks_at_everything_again_when_events_were_lost) {
  TempFolder folder;
  auto watcher = Watcher::open(folder.path());
  ASSERT_TRUE(watcher.ok());
  fs::create_directory(folder.at("lost"));
  inotify_event overflow{};
  overflow.wd = -1;
  overflow.mask = IN_Q_OVERFLOW;
  std::string events(reinterpret_cast<const char*>(&overflow), sizeof overflow);
  Watcher::News seen;
  ASSERT_TRUE(watcher->note(events, seen).ok());
  EXPECT_TRUE(seen.sweep);
  folder.put("lost/c.csv", "1");
  EXPECT_EQ(news(*watcher).ready, std::set<std::string>{"lost/c.csv"});
}

TEST(Watcher, a_root_that_is_not_there_is_an_error) {
  EXPECT_EQ(Watcher::open("/no/such/folder").error().code, Code::missing);
}

}  // namespace
}  // namespace silversmith::app
