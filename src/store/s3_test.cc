// SPDX-License-Identifier: Apache-2.0
#include "store/s3.h"

#include <gtest/gtest.h>

#include "support/s3_world.h"
#include "support/store_suite.h"

namespace silversmith::store {
namespace {

class InS3 : public ::testing::Test {
 protected:
  Store& store() { return world_.store(); }
  bool keys_are_paths() const { return false; }
  bool tags_every_write() const { return false; }  // equal bytes have equal ETags
  void outside_put(const std::string& key, const std::string& bytes) { world_.put(key, bytes); }
  void outside_erase(const std::string& key) {
    EXPECT_TRUE(store().remove(key, store().head(key)->tag).ok());
  }

 private:
  test::S3World world_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(S3, StoreSuite, InS3);

// With parts instead of one PUT, and ranges of a few bytes.
class InS3ByParts : public InS3 {
 protected:
  InS3ByParts() {
    S3Options options;
    options.put_bytes_max = 0;
    options.part_bytes = 100'000;
    options.range_bytes = 1000;
    small_.make(options);
  }
  Store& store() { return small_.store(); }
  void outside_put(const std::string& key, const std::string& bytes) { small_.put(key, bytes); }
  void outside_erase(const std::string& key) {
    EXPECT_TRUE(store().remove(key, store().head(key)->tag).ok());
  }

 private:
  test::S3World small_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(S3ByParts, StoreSuite, InS3ByParts);

TEST(S3, takes_keys_as_they_are) {
  test::S3World world;
  std::string all;
  for (int byte = 32; byte < 127; ++byte) all += static_cast<char>(byte);
  for (const std::string& key :
       {std::string("a b+c%2Bd&e=f?g#h"), std::string("\xC3\xA9\xF0\x9F\x98\x80"),
        std::string("a//b"), std::string("line\nbreak"), all}) {
    ASSERT_TRUE(test::write(world.store(), key, key, Condition::absent()).ok()) << key;
    EXPECT_EQ(test::read_all(world.store(), key, 100), key);
    ListPage page = *world.store().list(key, "");
    ASSERT_EQ(page.objects.size(), 1U) << key;
    EXPECT_EQ(page.objects[0].key, key);
    EXPECT_EQ(page.objects[0].size, key.size());
  }
}

TEST(S3, keeps_below_its_prefix) {
  test::S3World world;
  world.put("outside.csv", "x");
  world.put("team/a/inside.csv", "yy");
  S3Options options;
  options.prefix = "team/a/";
  Store& store = world.make(options);
  EXPECT_EQ(test::read_all(store, "inside.csv", 10), "yy");
  EXPECT_EQ(store.head("outside.csv").error().code, Code::missing);
  ListPage page = *store.list("", "");
  ASSERT_EQ(page.objects.size(), 1U);
  EXPECT_EQ(page.objects[0].key, "inside.csv");
  EXPECT_EQ(store.where("inside.csv"), "s3://lake/team/a/inside.csv");
}

TEST(S3, lists_more_than_a_page_in_order) {
  test::S3World world;
  for (int i = 0; i < 2500; ++i) world.put("k" + std::to_string(i), "");
  std::vector<std::string> keys;
  std::string after;
  while (true) {
    ListPage page = *world.store().list("k", after);
    for (const Listed& listed : page.objects) keys.push_back(listed.key);
    if (!page.next.has_value()) break;
    after = *page.next;
  }
  EXPECT_EQ(keys.size(), 2500U);
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_EQ(world.count("ListObjectsV2"), 3U);
}

// Three bytes a character, each as %XX: 2.7 MB of keys in one answer.
TEST(S3, lists_a_page_of_the_longest_keys) {
  test::S3World world;
  std::string stem;
  for (int i = 0; i < 299; ++i) stem += "\xE9\x8A\x80";
  for (int i = 0; i < 1000; ++i) world.put(stem + std::to_string(1000 + i), "");
  Result<ListPage> page = world.store().list("", "");
  ASSERT_TRUE(page.ok()) << page.error().message;
  ASSERT_EQ(page->objects.size(), 1000U);
  EXPECT_EQ(page->objects[999].key, stem + "1999");
  EXPECT_FALSE(page->next.has_value());
  std::string after;
  size_t count = 0;
  do {
    Result<ListPage> versions = world.store().list_versions("", after);
    ASSERT_TRUE(versions.ok()) << versions.error().message;
    count += versions->objects.size();
    after = versions->next.value_or("");
  } while (!after.empty());
  EXPECT_EQ(count, 1000U);
  EXPECT_EQ(world.count("ListObjectVersions"), 1U);
}

TEST(S3, keeps_metadata_of_one_put_and_of_parts) {
  for (uint64_t put_bytes_max : {uint64_t{1000}, uint64_t{0}}) {
    test::S3World world;
    S3Options options;
    options.put_bytes_max = put_bytes_max;
    Store& store = world.make(options);
    Metadata metadata = {{"sm-source-version", "v 1%"}, {"sm-generation", "g"}};
    auto upload = store.upload({"k", metadata});
    ASSERT_TRUE(upload.ok());
    ASSERT_TRUE((*upload)->write("bytes").ok());
    Result<Tag> tag = (*upload)->commit("k", metadata, Condition::absent());
    ASSERT_TRUE(tag.ok()) << tag.error().message;
    Head head = *store.head("k");
    EXPECT_EQ(head.metadata, metadata);
    EXPECT_EQ(head.tag, *tag);
  }
}

TEST(S3, names_versions_by_id_where_the_bucket_keeps_them) {
  test::S3World versioned(test::Versioning::enabled);
  ASSERT_TRUE(test::write(versioned.store(), "k", "one", Condition::absent()).ok());
  std::string one = versioned.store().head("k")->version;
  versioned.put("k", "one");
  EXPECT_NE(versioned.store().head("k")->version, one);
  test::S3World plain;
  ASSERT_TRUE(test::write(plain.store(), "k", "one", Condition::absent()).ok());
  Head head = *plain.store().head("k");
  EXPECT_TRUE(head.version.starts_with(head.tag.text + "-3-")) << head.version;
}

TEST(S3, lists_the_same_versions_that_it_finds) {
  for (auto versioning : {test::Versioning::off, test::Versioning::enabled}) {
    test::S3World world(versioning);
    for (const char* key : {"bronze/b c+d.csv", "bronze/a.csv", "bronze/gone.csv", "other"}) {
      world.put(key, "one");
      world.put(key, "two2");
    }
    Head gone = *world.store().head("bronze/gone.csv");
    ASSERT_TRUE(world.store().remove("bronze/gone.csv", gone.tag).ok());
    ListPage page = *world.store().list_versions("bronze/", "");
    ASSERT_EQ(page.objects.size(), 2U);
    EXPECT_EQ(page.objects[1].key, "bronze/b c+d.csv");
    for (const Listed& listed : page.objects) {
      EXPECT_EQ(listed.size, 4U);
      EXPECT_EQ(listed.version, world.store().head(listed.key)->version);
    }
    EXPECT_EQ(world.store().list_versions("bronze/", "bronze/a.csv")->objects.size(), 1U);
  }
}

TEST(S3, lists_versions_page_by_page_past_keys_with_many) {
  test::S3World world(test::Versioning::enabled);
  for (int i = 0; i < 1200; ++i) world.put("a", std::to_string(i));
  for (int i = 0; i < 1200; ++i) world.put("k" + std::to_string(1000 + i), "");
  std::vector<std::string> keys;
  std::string after;
  while (true) {
    ListPage page = *world.store().list_versions("", after);
    for (const Listed& listed : page.objects) keys.push_back(listed.key);
    if (!page.next.has_value()) break;
    after = *page.next;
  }
  EXPECT_EQ(keys.size(), 1201U);
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_EQ(world.count("ListObjectVersions"), 3U);
}

TEST(S3, names_the_right_to_list_versions) {
  test::S3World world;
  world.fake().access().deny({"", "s3:ListBucketVersions", ""});
  Result<ListPage> page = world.store().list_versions("bronze/", "");
  EXPECT_EQ(page.error().code, Code::denied);
  EXPECT_NE(page.error().hint.find("s3:ListBucketVersions"), std::string::npos);
}

TEST(S3, writes_over_a_delete_marker_as_where_nothing_is) {
  test::S3World world(test::Versioning::enabled);
  Tag tag = *test::write(world.store(), "k", "one", Condition::absent());
  ASSERT_TRUE(world.store().remove("k", tag).ok());
  EXPECT_EQ(world.store().head("k").error().code, Code::missing);
  EXPECT_EQ(test::write(world.store(), "k", "x", Condition::match(tag)).error().code,
            Code::missing);
  EXPECT_TRUE(test::write(world.store(), "k", "two", Condition::absent()).ok());
}

}  // namespace
}  // namespace silversmith::store
