// SPDX-License-Identifier: Apache-2.0
#include "files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "support/temp_folder.h"

namespace silversmith::app {
namespace {

std::vector<std::string> names_in(const TempFolder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(OutputFile, shows_nothing_under_its_name_before_keep) {
  TempFolder folder;
  auto file = OutputFile::create(folder.at("out.parquet"));
  ASSERT_TRUE(file.ok()) << file.error().message;
  ASSERT_TRUE((*file)->write(std::string(600'000, 'x')).ok());
  EXPECT_FALSE(std::filesystem::exists(folder.at("out.parquet")));
  ASSERT_TRUE((*file)->keep().ok());
  EXPECT_EQ(folder.get("out.parquet").size(), 600'000U);
  EXPECT_EQ((*file)->size(), 600'000U);
  file->reset();
  EXPECT_EQ(names_in(folder), std::vector<std::string>{"out.parquet"});
}

TEST(OutputFile, leaves_the_old_file_and_no_trace_when_it_is_not_kept) {
  TempFolder folder;
  folder.put("out.csv", "old");
  {
    auto file = OutputFile::create(folder.at("out.csv"));
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->write("new").ok());
  }
  EXPECT_EQ(folder.get("out.csv"), "old");
  EXPECT_EQ(names_in(folder), std::vector<std::string>{"out.csv"});
}

TEST(OutputFile, leaves_the_unfinished_file_of_a_process_with_our_number_alone) {
  TempFolder folder;
  std::string theirs = ".out.csv." + std::to_string(getpid()) + "-0.partial";
  folder.put(theirs, "theirs");
  auto file = OutputFile::create(folder.at("out.csv"));
  ASSERT_TRUE(file.ok()) << file.error().message;
  ASSERT_TRUE((*file)->write("ours").ok());
  ASSERT_TRUE((*file)->keep().ok());
  EXPECT_EQ(folder.get("out.csv"), "ours");
  EXPECT_EQ(folder.get(theirs), "theirs");
}

TEST(InputFile, reads_again_what_was_opened_first) {
  TempFolder folder;
  folder.put("a.csv", "first");
  auto file = InputFile::open(folder.at("a.csv"));
  ASSERT_TRUE(file.ok());
  std::filesystem::remove(folder.at("a.csv"));
  folder.put("a.csv", "second, and longer");
  for (int pass = 0; pass < 2; ++pass) {
    auto again = (*file)->again();
    ASSERT_TRUE(again.ok());
    std::string text(100, '?');
    EXPECT_EQ(text.substr(0, *(*again)->read(text)), "first");
  }
}

TEST(OutputFile, replaces_the_old_file_when_it_is_kept) {
  TempFolder folder;
  folder.put("out.csv", "old");
  auto file = OutputFile::create(folder.at("out.csv"));
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->write("young").ok());
  ASSERT_TRUE((*file)->keep().ok());
  EXPECT_EQ(folder.get("out.csv"), "young");
}

TEST(OutputFile, says_when_the_disk_is_full) {
  auto file = OutputFile::create("/dev/full");
  ASSERT_TRUE(file.ok()) << file.error().message;
  Result<> written = (*file)->write(std::string(600'000, 'x'));
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, Code::busy);
  EXPECT_NE(written.error().hint.find("space"), std::string::npos);
}

TEST(OutputFile, writes_to_a_device_and_never_replaces_it) {
  auto file = OutputFile::create("/dev/null");
  ASSERT_TRUE(file.ok()) << file.error().message;
  ASSERT_TRUE((*file)->write("x").ok());
  ASSERT_TRUE((*file)->keep().ok());
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(OutputFile, writes_where_a_link_leads_and_keeps_the_link) {
  TempFolder folder;
  folder.put("deep/out.csv", "old");
  std::filesystem::create_symlink("deep/out.csv", folder.at("near"));
  std::filesystem::create_symlink(folder.at("near"), folder.at("far"));
  auto file = OutputFile::create(folder.at("far"));
  ASSERT_TRUE(file.ok()) << file.error().message;
  ASSERT_TRUE((*file)->write("young").ok());
  EXPECT_EQ(folder.get("deep/out.csv"), "old");
  ASSERT_TRUE((*file)->keep().ok());
  EXPECT_EQ(folder.get("deep/out.csv"), "young");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.at("near")));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.at("far")));
}

TEST(OutputFile, is_for_no_more_eyes_than_the_file_it_replaces) {
  TempFolder folder;
  folder.put("out.csv", "old");
  std::filesystem::permissions(folder.at("out.csv"), std::filesystem::perms::owner_read |
                                                         std::filesystem::perms::owner_write);
  auto file = OutputFile::create(folder.at("out.csv"));
  ASSERT_TRUE(file.ok() && (*file)->write("x").ok() && (*file)->keep().ok());
  EXPECT_EQ(std::filesystem::status(folder.at("out.csv")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(OutputFile, makes_the_file_that_a_link_names) {
  TempFolder folder;
  std::filesystem::create_directory(folder.at("deep"));
  std::filesystem::create_symlink("deep/out.csv", folder.at("link"));
  auto file = OutputFile::create(folder.at("link"));
  ASSERT_TRUE(file.ok()) << file.error().message;
  ASSERT_TRUE((*file)->write("x").ok());
  ASSERT_TRUE((*file)->keep().ok());
  EXPECT_EQ(folder.get("deep/out.csv"), "x");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.at("link")));
}

TEST(OutputFile, writes_into_a_descriptor_that_a_path_stands_for) {
  TempFolder folder;
  folder.put("log", "");
  int fd = ::open(folder.at("log").c_str(), O_WRONLY);
  ASSERT_EQ(::write(fd, "before,", 7), 7);
  std::string path = "/dev/fd/" + std::to_string(fd);
  std::filesystem::create_symlink(path, folder.at("link"));
  for (const std::string& name : {path, folder.at("link")}) {
    auto file = OutputFile::create(name);
    ASSERT_TRUE(file.ok()) << file.error().message;
    ASSERT_TRUE((*file)->write("x").ok());
    ASSERT_TRUE((*file)->keep().ok());
  }
  ::close(fd);
  EXPECT_EQ(folder.get("log"), "before,xx");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.at("link")));
}

TEST(Destination, tells_what_streams) {
  TempFolder folder;
  ASSERT_EQ(mkfifo(folder.at("pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("pipe", folder.at("to_pipe"));
  std::filesystem::create_symlink("circle", folder.at("circle"));
  for (const std::string& name : {std::string("-"), std::string("/dev/null"), folder.at("to_pipe")})
    EXPECT_TRUE(destination_of(name)->streams) << name;
  EXPECT_EQ(destination_of("/dev/stdout")->descriptor, STDOUT_FILENO);
  EXPECT_FALSE(destination_of(folder.at("new"))->streams);
  EXPECT_EQ(destination_of(folder.at("circle")).error().code, Code::invalid);
}

TEST(Places, are_the_same_whatever_is_there_and_however_it_is_named) {
  TempFolder folder;
  std::filesystem::create_symlink("new", folder.at("dangling"));
  EXPECT_TRUE(same_place("new-of-places_test", "./new-of-places_test"));
  EXPECT_TRUE(same_place("new-of-places_test",
                         (std::filesystem::current_path() / "new-of-places_test").string()));
  EXPECT_TRUE(same_place(folder.at("new"), folder.at("dangling")));
  EXPECT_TRUE(same_place(folder.at("new/"), folder.at("./new")));
  EXPECT_FALSE(same_place(folder.at("new"), folder.at("newer")));
  EXPECT_TRUE(place_holds(folder.at("new"), folder.at("dangling")));
  EXPECT_TRUE(place_holds(folder.at("new"), folder.at("new/deep/")));
  EXPECT_FALSE(place_holds(folder.at("new"), folder.at("new.rejects")));
  EXPECT_FALSE(place_holds(folder.at("new/deep"), folder.at("new")));
}

TEST(OutputFile, refuses_a_directory_and_a_folder_that_is_not_there) {
  TempFolder folder;
  EXPECT_EQ(OutputFile::create(folder.path()).error().code, Code::invalid);
  EXPECT_EQ(OutputFile::create(folder.at("no/out.csv")).error().code, Code::missing);
}

TEST(InputFile, reads_in_order_and_at_any_place) {
  TempFolder folder;
  folder.put("a.csv", "0123456789");
  auto file = InputFile::open(folder.at("a.csv"));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->size(), 10U);
  EXPECT_TRUE((*file)->is_regular());
  char piece[4];
  EXPECT_EQ(*(*file)->read(piece), 4U);
  ASSERT_TRUE((*file)->read_at(6, piece).ok());
  EXPECT_EQ(std::string(piece, 4), "6789");
  EXPECT_EQ((*file)->read_at(7, piece).error().code, Code::corrupt);
  EXPECT_EQ(*(*file)->read(piece), 4U);
  EXPECT_EQ(std::string(piece, 4), "4567");
  EXPECT_EQ(*(*file)->read(piece), 2U);
  EXPECT_EQ(*(*file)->read(piece), 0U);
}

TEST(InputFile, notices_that_the_file_changed_while_it_was_read) {
  TempFolder folder;
  folder.put("a.csv", "0123456789");
  auto file = InputFile::open(folder.at("a.csv"));
  ASSERT_TRUE(file.ok());
  char piece[64];
  ASSERT_TRUE((*file)->read(piece).ok());
  folder.put("a.csv", "0");
  auto end = (*file)->read(piece);
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, Code::conflict);
}

TEST(InputFile, says_what_is_missing_and_what_is_no_file) {
  TempFolder folder;
  EXPECT_EQ(InputFile::open(folder.at("no.csv")).error().code, Code::missing);
  std::filesystem::create_directory(folder.at("x.csv"));
  EXPECT_EQ(InputFile::open(folder.at("x.csv")).error().code, Code::invalid);
}

TEST(Writers, are_known_while_the_file_is_open) {
  TempFolder folder;
  folder.put("a.csv", "x");
  if (writers_of(folder.at("a.csv")) == Writers::unknown) GTEST_SKIP() << "no leases here";
  EXPECT_EQ(writers_of(folder.at("a.csv")), Writers::none);
  int idle = ::open(folder.at("a.csv").c_str(), O_WRONLY);
  EXPECT_EQ(writers_of(folder.at("a.csv")), Writers::some);
  ::close(idle);
  int reader = ::open(folder.at("a.csv").c_str(), O_RDONLY);
  EXPECT_EQ(writers_of(folder.at("a.csv")), Writers::none);
  ::close(reader);
}

TEST(Writers, are_unknown_of_what_is_no_file) {
  TempFolder folder;
  folder.put("a.csv", "x");
  std::filesystem::create_symlink("a.csv", folder.at("link"));
  ASSERT_EQ(mkfifo(folder.at("pipe").c_str(), 0600), 0);
  for (const char* name : {"gone", "link", "pipe"}) {
    EXPECT_EQ(writers_of(folder.at(name)), Writers::unknown) << name;
  }
}

TEST(ReadWholeFile, refuses_what_is_larger_than_it_may_be) {
  TempFolder folder;
  folder.put("a", "12345");
  EXPECT_EQ(*read_whole_file(folder.at("a"), 5), "12345");
  EXPECT_EQ(read_whole_file(folder.at("a"), 4).error().code, Code::limit);
}

TEST(ReadContract, names_the_file_that_is_none) {
  TempFolder folder;
  folder.put("a.yaml", "name: [");
  auto contract = read_contract(folder.at("a.yaml"));
  ASSERT_FALSE(contract.ok());
  EXPECT_NE(contract.error().message.find("a.yaml"), std::string::npos);
}

}  // namespace
}  // namespace silversmith::app
