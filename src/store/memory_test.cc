// SPDX-License-Identifier: Apache-2.0
#include "store/memory.h"

#include <gtest/gtest.h>

#include "support/store_suite.h"

namespace silversmith::store {
namespace {

class InMemory : public ::testing::Test {
 protected:
  Store& store() { return store_; }
  bool keys_are_paths() const { return false; }
  bool tags_every_write() const { return true; }
  void outside_put(const std::string& key, const std::string& bytes) { store_.put(key, bytes); }
  void outside_erase(const std::string& key) { store_.erase(key); }

 private:
  MemoryStore store_{"memory", {.page_keys_max = 3}};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StoreSuite, InMemory);

TEST(MemoryStore, names_versions_that_differ_for_equal_bytes_of_two_writes) {
  MemoryStore store;
  store.put("k", "same");
  std::string first = store.head("k")->version;
  store.put("k", "same");
  EXPECT_NE(store.head("k")->version, first);
  MemoryStore folder_like("m", {.keeps_metadata = false, .names_versions = false});
  folder_like.put("k", "same");
  EXPECT_EQ(folder_like.head("k")->version, "");
}

TEST(MemoryStore, keeps_metadata_unless_told_not_to) {
  for (bool keeps : {true, false}) {
    MemoryStore store("m", {.keeps_metadata = keeps});
    auto upload = store.upload({"k", {}});
    ASSERT_TRUE((*upload)->commit("k", {{"sm-a", "b"}}, Condition::absent()).ok());
    EXPECT_EQ(store.head("k")->metadata.size(), keeps ? 1U : 0U);
  }
}

}  // namespace
}  // namespace silversmith::store
