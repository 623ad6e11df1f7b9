// SPDX-License-Identifier: Apache-2.0
#include "store/local.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "support/faulty_files.h"
#include "support/store_suite.h"
#include "support/temp_folder.h"

namespace silversmith::store {
namespace {

namespace fs = std::filesystem;

class InFolder : public ::testing::Test {
 protected:
  InFolder() : store_(*LocalStore::open(ops_, {.root = folder_.path(), .page_keys_max = 3})) {}
  Store& store() { return *store_; }
  bool keys_are_paths() const { return true; }
  bool tags_every_write() const { return true; }
  void outside_put(const std::string& key, const std::string& bytes) { folder_.put(key, bytes); }
  void outside_erase(const std::string& key) { fs::remove(folder_.at(key)); }

 private:
  TempFolder folder_;
  RealFileOps ops_;
  std::unique_ptr<LocalStore> store_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Local, StoreSuite, InFolder);

// A store whose file operations are recorded and can fail.
class LocalFiles : public ::testing::Test {
 protected:
  LocalFiles() : store(*LocalStore::open(files, {.root = folder.path()})) {}

  Result<Tag> write(std::string_view key, std::string_view bytes, const Condition& condition) {
    auto upload = store->upload({std::string(key), {}});
    if (!upload.ok()) return std::move(upload).error();
    Result<> written = (*upload)->write(bytes);
    if (!written.ok()) return std::move(written).error();
    return (*upload)->commit(key, {}, condition);
  }
  size_t drafts() const {
    size_t count = 0;
    for (const auto& entry : fs::directory_iterator(folder.at(".silversmith/tmp"))) {
      count += entry.exists() ? 1 : 0;
    }
    return count;
  }

  TempFolder folder;
  FaultyFiles files;
  std::unique_ptr<LocalStore> store;
};

using Steps = std::vector<std::string>;

TEST_F(LocalFiles, creates_durably_in_the_right_order) {
  ASSERT_TRUE(write("silver/a/b.parquet", "bytes", Condition::absent()).ok());
  EXPECT_EQ(files.steps, (Steps{"mkdir /.silversmith", "sync /", "mkdir /.silversmith/tmp",
                                "sync /.silversmith", "lock draft", "write draft", "sync draft",
                                "mkdir /silver", "sync /", "mkdir /silver/a", "sync /silver",
                                "mkdir /.silversmith/locks", "sync /.silversmith", "lock lock",
                                "link /silver/a/b.parquet", "unlink draft", "sync /silver/a"}));
}

TEST_F(LocalFiles, replaces_durably_in_the_right_order) {
  Tag tag = *write("silver/b.parquet", "one", Condition::absent());
  files.steps.clear();
  ASSERT_TRUE(write("silver/b.parquet", "two", Condition::match(tag)).ok());
  EXPECT_EQ(files.steps, (Steps{"lock draft", "write draft", "sync draft", "lock lock",
                                "rename /silver/b.parquet", "sync /silver"}));
}

TEST_F(LocalFiles, syncs_above_a_folder_that_somebody_else_made) {
  fs::create_directories(folder.at("silver/a"));
  ASSERT_TRUE(write("silver/a/b.parquet", "bytes", Condition::absent()).ok());
  auto position = [&](const std::string& step) {
    return std::find(files.steps.begin(), files.steps.end(), step) - files.steps.begin();
  };
  EXPECT_LT(position("sync /silver"), position("link /silver/a/b.parquet"));
}

TEST_F(LocalFiles, makes_a_folder_again_that_was_removed_meanwhile) {
  Tag tag = *write("silver/a/b.parquet", "one", Condition::absent());
  ASSERT_TRUE(store->remove("silver/a/b.parquet", tag).ok());
  fs::remove(folder.at("silver/a"));
  EXPECT_TRUE(write("silver/a/b.parquet", "two", Condition::absent()).ok());
  EXPECT_EQ(folder.get("silver/a/b.parquet"), "two");
}

TEST_F(LocalFiles, survives_short_writes) {
  files.write_bytes_max = 3;
  ASSERT_TRUE(write("k", "a longer text", Condition::absent()).ok());
  EXPECT_EQ(folder.get("k"), "a longer text");
}

// Whichever step fails, the old object stands whole, the error says what to do, no draft stays.
TEST_F(LocalFiles, leaves_the_old_object_when_any_step_before_publishing_fails) {
  struct Case {
    std::string step;
    int failure;
    Code code;
    std::string text;
  };
  Tag tag = *write("silver/k", "old", Condition::absent());
  for (const Case& one : std::vector<Case>{
           {"create draft", ENOSPC, Code::busy, "disk full"},
           {"create draft", EACCES, Code::denied, "Permission denied"},
           {"write draft", ENOSPC, Code::busy, "disk full"},
           {"write draft", EDQUOT, Code::busy, "disk full"},
           {"write draft", EIO, Code::busy, "Input/output error"},
           {"sync draft", EIO, Code::busy, "cannot sync"},
           {"lock lock", ENOLCK, Code::busy, "cannot lock"},
           {"rename /silver/k", EXDEV, Code::denied, "spans file systems"},
           {"rename /silver/k", EROFS, Code::denied, "Read-only"},
       }) {
    files.failing = one.step;
    files.failure = one.failure;
    Result<Tag> written = write("silver/k", std::string(300'000, 'n'), Condition::match(tag));
    ASSERT_FALSE(written.ok()) << one.step;
    EXPECT_EQ(written.error().code, one.code) << one.step;
    EXPECT_NE(written.error().message.find(one.text), std::string::npos) << written.error().message;
    EXPECT_EQ(folder.get("silver/k"), "old") << one.step;
    files.failing = "";
    EXPECT_EQ(drafts(), 0U) << one.step;
  }
}

TEST_F(LocalFiles, says_that_the_outcome_is_unknown_when_the_last_sync_fails) {
  Tag tag = *write("silver/k", "old", Condition::absent());
  files.failing = "sync /silver";
  files.failure = EIO;
  Result<Tag> written = write("silver/k", "new", Condition::match(tag));
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, Code::busy);
  EXPECT_EQ(folder.get("silver/k"), "new");
}

TEST_F(LocalFiles, names_what_is_no_regular_file) {
  fs::create_directories(folder.at("bronze/x.csv"));
  EXPECT_EQ(store->open("bronze/x.csv").error().code, Code::invalid);
  folder.put("real.csv", "a\n");
  fs::create_symlink(folder.at("real.csv"), folder.at("bronze/link.csv"));
  fs::create_directory_symlink(folder.at("bronze"), folder.at("other"));
  EXPECT_EQ(store->open("bronze/link.csv").error().code, Code::invalid);
  EXPECT_EQ(store->open("other/x.csv").error().code, Code::invalid);
  ASSERT_EQ(::mkfifo(folder.at("bronze/pipe.csv").c_str(), 0600), 0);
  EXPECT_EQ(store->open("bronze/pipe.csv").error().code, Code::invalid);
  EXPECT_EQ(store->open("real.csv/below").error().code, Code::missing);
  Result<ListPage> page = store->list("", "");
  ASSERT_EQ(page->objects.size(), 1U);
  EXPECT_EQ(page->objects[0].key, "real.csv");
}

TEST_F(LocalFiles, takes_the_lock_anew_when_its_file_was_cleared_away) {
  Tag tag = *write("silver/k", "old", Condition::absent());
  // The draft is locked first, then the key.
  files.after_lock = [&] {
    files.after_lock = [&] { fs::remove_all(folder.at(".silversmith/locks")); };
  };
  files.steps.clear();
  ASSERT_TRUE(write("silver/k", "new", Condition::match(tag)).ok());
  EXPECT_EQ(std::count(files.steps.begin(), files.steps.end(), "lock lock"), 2);
  EXPECT_FALSE(fs::is_empty(folder.at(".silversmith/locks"))) << "what is locked has a name";
}

TEST_F(LocalFiles, says_denied_for_what_it_may_not_read) {
  folder.put("bronze/a.csv", "a\n");
  files.failing = "open /bronze/a.csv";
  files.failure = EACCES;
  EXPECT_EQ(store->open("bronze/a.csv").error().code, Code::denied);
}

TEST_F(LocalFiles, a_listing_tells_the_links_below_and_on_the_way) {
  folder.put("bronze/a.csv", "a\n");
  fs::create_directory_symlink(folder.path(), folder.at("bronze/linked"));
  fs::create_symlink(folder.at("bronze/a.csv"), folder.at("bronze/z.csv"));
  fs::create_directory_symlink(folder.at("bronze"), folder.at("contracts"));
  auto page = store->list("bronze/", "");
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->passed_over, (std::vector<std::string>{"bronze/linked", "bronze/z.csv"}));
  EXPECT_EQ(page->objects.size(), 1U);
  EXPECT_EQ(store->list("contracts/", "")->passed_over, (std::vector<std::string>{"contracts"}));
  EXPECT_TRUE(store->list("bronze/a", "")->passed_over.empty());
}

TEST_F(LocalFiles, a_folder_that_may_not_be_read_keeps_nobody_from_the_others) {
  folder.put("bronze/a.csv", "a\n");
  folder.put("bronze/shut/b.csv", "b\n");
  folder.put("bronze/x.csv", "x\n");
  files.failing = "list /bronze/shut";
  files.failure = EACCES;
  auto page = store->list("bronze/", "");
  ASSERT_TRUE(page.ok()) << page.error().message;
  ASSERT_EQ(page->objects.size(), 2U);
  EXPECT_EQ(page->objects[1].key, "bronze/x.csv");
  ASSERT_EQ(page->unreadable.size(), 1U);
  EXPECT_EQ(page->unreadable[0].code, Code::denied);
  EXPECT_NE(page->unreadable[0].message.find("bronze/shut"), std::string::npos);
  files.failure = EIO;
  EXPECT_EQ(store->list("bronze/", "").error().code, Code::busy) << "that passes: ask again";
}

TEST_F(LocalFiles, says_where_silver_is_blocked) {
  folder.put("silver/orders", "a file");
  Error error = write("silver/orders/a.parquet", "x", Condition::absent()).error();
  EXPECT_EQ(error.code, Code::denied);
  EXPECT_NE(error.message.find("silver/orders must be a folder"), std::string::npos);
  EXPECT_NE(error.hint, "");
  fs::create_directories(folder.at("silver/b.parquet"));
  EXPECT_EQ(store->head("silver/b.parquet").error().code, Code::invalid);
  EXPECT_EQ(write("silver/" + std::string(300, 'n'), "x", Condition::absent()).error().code,
            Code::denied);
}

TEST_F(LocalFiles, removes_drafts_of_the_dead_and_keeps_those_of_the_living) {
  auto upload = store->upload({"k", {}});
  ASSERT_TRUE((*upload)->write("alive").ok());
  folder.put(".silversmith/tmp/dead-1", "left over");
  auto second = LocalStore::open(files, {.root = folder.path()});
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(fs::exists(folder.at(".silversmith/tmp/dead-1")));
  EXPECT_TRUE((*upload)->commit("k", {}, Condition::absent()).ok());
  EXPECT_EQ(folder.get("k"), "alive");
}

TEST_F(LocalFiles, passes_over_hidden_names_in_listings) {
  ASSERT_TRUE(write("bronze/a.csv", "x", Condition::absent()).ok());
  folder.put("bronze/.hidden.csv", "x");
  folder.put("bronze/.dir/a.csv", "x");
  Result<ListPage> page = store->list("", "");
  ASSERT_EQ(page->objects.size(), 1U);
}

TEST_F(LocalFiles, remembers_versions_of_rested_files_only) {
  folder.put("bronze/a.csv", "a\n1\n");
  files.now = files.RealFileOps::now_micros();
  store->remember("bronze/a.csv", *store->head("bronze/a.csv"), "fresh");
  EXPECT_EQ(store->head("bronze/a.csv")->version, "");
  files.now += 10'000'000;
  store->remember("bronze/a.csv", *store->head("bronze/a.csv"), "rested");
  EXPECT_EQ(store->head("bronze/a.csv")->version, "rested");
  EXPECT_EQ((*store->open("bronze/a.csv"))->head().version, "rested");
  folder.put("bronze/a.csv", "a\n2\n");
  EXPECT_EQ(store->head("bronze/a.csv")->version, "");
}

TEST_F(LocalFiles, ignores_notes_that_do_not_read_back_whole) {
  folder.put("bronze/a.csv", "a\n1\n");
  files.now = files.RealFileOps::now_micros() + 10'000'000;
  store->remember("bronze/a.csv", *store->head("bronze/a.csv"), "rested");
  for (const auto& entry : fs::recursive_directory_iterator(folder.at(".silversmith/seen"))) {
    if (entry.is_regular_file()) fs::resize_file(entry.path(), entry.file_size() - 1);
  }
  EXPECT_EQ(store->head("bronze/a.csv")->version, "");
}

TEST_F(LocalFiles, keeps_its_state_beside_silver_when_there_are_two_roots) {
  TempFolder silver;
  auto bronze = LocalStore::open(files, {.root = folder.path(), .state_root = silver.path()});
  folder.put("bronze/a.csv", "a\n1\n");
  files.now = files.RealFileOps::now_micros() + 10'000'000;
  (*bronze)->remember("bronze/a.csv", *(*bronze)->head("bronze/a.csv"), "rested");
  EXPECT_EQ((*bronze)->head("bronze/a.csv")->version, "rested");
  EXPECT_FALSE(fs::exists(folder.at(".silversmith")));
  EXPECT_TRUE(fs::exists(silver.at(".silversmith/seen")));
}

TEST(LocalStore, a_root_that_is_not_there_is_an_error_that_names_it) {
  RealFileOps ops;
  auto store = LocalStore::open(ops, {.root = "/nowhere/lake"});
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code, Code::denied);
  EXPECT_NE(store.error().message.find("/nowhere/lake"), std::string::npos);
}

}  // namespace
}  // namespace silversmith::store
