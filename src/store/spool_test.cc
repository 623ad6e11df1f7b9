// SPDX-License-Identifier: Apache-2.0
#include "store/spool.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/temp_folder.h"

namespace silversmith::store {
namespace {

std::string text_of(size_t bytes) {
  std::string text(bytes, ' ');
  for (size_t i = 0; i < bytes; i++) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

TEST(Spool, reads_back_what_was_appended_in_memory_and_on_disk) {
  TempFolder folder;
  std::string want = text_of(700'000);
  for (uint64_t budget : {uint64_t{0}, uint64_t{200'000}, uint64_t{10'000'000}}) {
    BudgetSpools spools(budget, folder.path());
    auto spool = spools.make();
    for (size_t at = 0; at < want.size(); at += 9'973) {
      ASSERT_TRUE(spool->append(std::string_view(want).substr(at, 9'973)).ok());
    }
    ASSERT_EQ(spool->size(), want.size());
    for (size_t at : {0UL, 65'535UL, 65'536UL, 190'000UL, 699'000UL}) {
      std::string got(1'000, '?');
      ASSERT_TRUE(spool->read_at(at, got).ok());
      EXPECT_EQ(got, want.substr(at, 1'000)) << budget << " " << at;
    }
    std::string whole(want.size(), '?');
    ASSERT_TRUE(spool->read_at(0, whole).ok());
    EXPECT_EQ(whole, want);
  }
}

TEST(Spool, shares_one_budget_and_gives_it_back) {
  TempFolder folder;
  BudgetSpools spools(128 << 10, folder.path() + "/not/there");
  {
    auto one = spools.make();
    auto two = spools.make();
    ASSERT_TRUE(one->append(text_of(64 << 10)).ok());
    ASSERT_TRUE(two->append(text_of(64 << 10)).ok());
    Result<> beyond = two->append("x");
    ASSERT_FALSE(beyond.ok()) << "beyond the budget a file is needed";
    EXPECT_EQ(beyond.error().code, Code::busy) << "scratch space says nothing about the data";
    EXPECT_NE(beyond.error().hint, "");
  }
  auto three = spools.make();
  EXPECT_TRUE(three->append(text_of(128 << 10)).ok());
}

TEST(Spool, has_its_folder_made_when_it_is_missing) {
  TempFolder folder;
  std::string path = folder.at("made/late");
  BudgetSpools spools(0, path, [&] { std::filesystem::create_directories(path); });
  auto spool = spools.make();
  Result<> appended = spool->append("on disk");
  EXPECT_TRUE(appended.ok()) << appended.error().message;
}

TEST(Spool, leaves_no_name_behind) {
  TempFolder folder;
  BudgetSpools spools(0, folder.path());
  auto spool = spools.make();
  ASSERT_TRUE(spool->append("on disk").ok());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace silversmith::store
