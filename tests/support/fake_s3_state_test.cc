// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3_state.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "base/text.h"
#include "base/thread.h"

namespace silversmith::test {
namespace {

class FakeS3StateTest : public testing::Test {
 protected:
  FakeS3StateTest() { EXPECT_TRUE(state_.create_bucket("lake")); }

  Draft draft(std::string bytes) {
    Draft out;
    out.etag = md5_hex(bytes);
    out.content.append(state_.blobs().keep(std::move(bytes)));
    return out;
  }
  // "written", or S3's code.
  std::string put(std::string bytes, const WriteCondition& condition = {}) {
    auto result = state_.put(place_, draft(std::move(bytes)), condition);
    return result ? "written" : result.error().type;
  }
  std::string body(const std::optional<std::string>& version = {}) {
    auto found = state_.find(place_, version);
    if (!found) return found.error().type;
    const Content& content = found->object.content;
    return found->delete_marker ? "marker" : content.copy(0, content.size());
  }
  UploadPlace upload_of(const std::vector<std::string>& parts) {
    UploadPlace upload{place_, state_.start_upload(place_, {}).value()};
    int number = 0;
    for (const std::string& bytes : parts) {
      Part part;
      part.number = ++number;
      part.md5 = md5(bytes);
      part.etag = md5_hex(bytes);
      part.content.append(state_.blobs().keep(bytes));
      EXPECT_TRUE(state_.put_part(upload, std::move(part)));
    }
    return upload;
  }
  std::string complete(const UploadPlace& upload, const WriteCondition& condition = {}) {
    Completion completion;
    completion.condition = condition;
    auto parts = state_.parts(upload);
    if (!parts) return parts.error().type;
    for (const Part& part : *parts) completion.parts.push_back({part.number, part.etag, ""});
    auto result = state_.complete(upload, completion);
    return result ? "written" : result.error().type;
  }
  std::string remove() {
    auto result = state_.remove(place_, {}, {});
    return result ? "removed" : result.error().type;
  }
  std::string keys(const ListQuery& query) {
    Listing listing = state_.list("lake", query).value();
    std::string out;
    for (const Listed& one : listing.objects) out += one.key + " ";
    for (const std::string& prefix : listing.prefixes) out += "[" + prefix + "] ";
    return out + (listing.next.empty() ? "end" : "more");
  }

  FakeClock clock_;
  FakeS3State state_{clock_, {.part_bytes_min = 3}};
  Place place_{"lake", "k"};
  const WriteCondition create_{{}, "*"};
};

WriteCondition match(std::string_view bytes) { return {"\"" + md5_hex(bytes) + "\"", {}}; }

TEST_F(FakeS3StateTest, answers_conditional_puts_as_the_table_says) {
  EXPECT_EQ(put("b", match("a")), "NoSuchKey");
  EXPECT_EQ(put("a", create_), "written");
  EXPECT_EQ(put("b", create_), "PreconditionFailed");
  EXPECT_EQ(put("b", match("x")), "PreconditionFailed");
  EXPECT_EQ(body(), "a");
  EXPECT_EQ(put("b", match("a")), "written");
  EXPECT_EQ(body(), "b");
  EXPECT_EQ(put("c", {"\"x\"", "*"}), "NotImplemented");
  EXPECT_EQ(put("c", {"*", {}}), "NotImplemented");
  EXPECT_EQ(put("c", {{}, "\"x\""}), "NotImplemented");
}

TEST_F(FakeS3StateTest, a_delete_marker_counts_as_absent) {
  ASSERT_TRUE(state_.set_versioning("lake", Versioning::enabled));
  EXPECT_EQ(put("a"), "written");
  EXPECT_EQ(remove(), "removed");
  EXPECT_EQ(body(), "marker");
  EXPECT_EQ(put("b", match("a")), "NoSuchKey");
  EXPECT_EQ(put("b", create_), "written");
  EXPECT_EQ(body(), "b");
}

TEST_F(FakeS3StateTest, a_conditional_delete_compares_the_current_version) {
  auto removal = [this](std::string_view etag) {
    auto result = state_.remove(place_, {}, std::string(etag));
    return result ? "removed" : result.error().type;
  };
  EXPECT_EQ(removal("\"x\""), "NoSuchKey");
  put("a");
  EXPECT_EQ(removal("\"x\""), "PreconditionFailed");
  EXPECT_EQ(removal(*match("a").if_match), "removed");
  put("a");
  EXPECT_EQ(removal("*"), "removed");
  EXPECT_EQ(removal("*"), "PreconditionFailed");
}

TEST_F(FakeS3StateTest, a_complete_is_lost_for_good_when_its_key_was_deleted_meanwhile) {
  put("a");
  UploadPlace upload = upload_of({"new"});
  remove();
  EXPECT_EQ(complete(upload, create_), "ConditionalRequestConflict");
  EXPECT_EQ(complete(upload, create_), "ConditionalRequestConflict");
  EXPECT_EQ(complete(upload_of({"new"}), create_), "written");
  EXPECT_EQ(complete(upload, create_), "PreconditionFailed");
  EXPECT_EQ(body(), "new");
}

TEST_F(FakeS3StateTest, a_complete_is_lost_for_good_when_its_key_was_written_meanwhile) {
  put("a");
  UploadPlace upload = upload_of({"new"});
  EXPECT_EQ(put("a"), "written") << "the same bytes, the same ETag";
  EXPECT_EQ(complete(upload, match("a")), "ConditionalRequestConflict");
  EXPECT_EQ(complete(upload, match("a")), "ConditionalRequestConflict");
  EXPECT_EQ(complete(upload, match("x")), "PreconditionFailed");
  remove();
  EXPECT_EQ(complete(upload, match("a")), "NoSuchKey");
  EXPECT_EQ(complete(upload), "written") << "without a condition nothing stands against it";
}

TEST_F(FakeS3StateTest, a_delete_of_nothing_does_not_spoil_an_upload) {
  UploadPlace upload = upload_of({"new"});
  remove();
  EXPECT_EQ(complete(upload, create_), "written");
}

TEST_F(FakeS3StateTest, a_spoiled_upload_conflicts_until_it_is_started_again) {
  UploadPlace upload = upload_of({"new"});
  ASSERT_TRUE(state_.spoil(upload));
  EXPECT_EQ(complete(upload, create_), "ConditionalRequestConflict");
  EXPECT_EQ(complete(upload), "ConditionalRequestConflict");
  EXPECT_EQ(complete(upload_of({"new"}), create_), "written");
}

TEST_F(FakeS3StateTest, an_upload_joins_its_parts_and_has_their_etag) {
  UploadPlace upload = upload_of({"aaa", "bbb", "c"});
  EXPECT_EQ(complete(upload), "written");
  EXPECT_EQ(body(), "aaabbbc");
  EXPECT_EQ(state_.find(place_, {})->object.etag,
            md5_hex(md5("aaa") + md5("bbb") + md5("c")) + "-3");
  EXPECT_EQ(complete(upload), "NoSuchUpload");
  EXPECT_EQ(complete(upload_of({"aa", "b"})), "EntityTooSmall");
}

TEST_F(FakeS3StateTest, a_complete_that_says_another_size_or_checksum_has_no_effect) {
  UploadPlace upload = upload_of({"aaa"});
  Completion completion;
  completion.parts = {{1, md5_hex("aaa"), ""}};
  completion.bytes = 4;
  EXPECT_EQ(state_.complete(upload, completion).error().type, "InvalidRequest");
  completion.bytes = 3;
  completion.checksum = checksum_of(Checksum::crc64nvme, "bbb");
  EXPECT_EQ(state_.complete(upload, completion).error().type, "BadDigest");
  completion.checksum = checksum_of(Checksum::crc64nvme, "aaa");
  EXPECT_TRUE(state_.complete(upload, completion));
}

TEST_F(FakeS3StateTest, a_composite_checksum_is_that_of_the_checksums) {
  UploadPlace upload{place_, state_.start_upload(place_, {{}, Checksum::crc32c, true}).value()};
  std::string digests;
  Completion completion;
  for (int number : {1, 2}) {
    Part part;
    part.number = number;
    part.content.append(state_.blobs().keep("abc"));
    part.checksum = StoredChecksum{Checksum::crc32c, checksum_of(Checksum::crc32c, "abc"), false};
    digests += parse_base64(part.checksum->value).value();
    completion.parts.push_back({number, "", ""});
    ASSERT_TRUE(state_.put_part(upload, std::move(part)));
  }
  EXPECT_EQ(
      state_.complete(upload, completion)->object.checksum,
      (StoredChecksum{Checksum::crc32c, checksum_of(Checksum::crc32c, digests) + "-2", true}));
}

TEST_F(FakeS3StateTest, versions_are_kept_as_the_bucket_says) {
  put("off 1");
  put("off 2");
  EXPECT_EQ(body("null"), "off 2");
  ASSERT_TRUE(state_.set_versioning("lake", Versioning::enabled));
  put("on 1");
  std::string first = state_.find(place_, {})->id;
  put("on 2");
  EXPECT_EQ(body(first), "on 1");
  EXPECT_EQ(body("null"), "off 2");
  ASSERT_TRUE(state_.set_versioning("lake", Versioning::suspended));
  put("null again");
  EXPECT_EQ(body("null"), "null again");
  EXPECT_EQ(body(first), "on 1");
  EXPECT_EQ(body("no id!"), "InvalidArgument");
  EXPECT_EQ(body(std::string(32, '0')), "NoSuchVersion");
}

TEST_F(FakeS3StateTest, removing_a_version_brings_the_one_before_back) {
  ASSERT_TRUE(state_.set_versioning("lake", Versioning::enabled));
  put("a");
  Removal marker = state_.remove(place_, {}, {}).value();
  EXPECT_TRUE(marker.delete_marker);
  EXPECT_TRUE(state_.remove(place_, marker.version_id, {})->delete_marker);
  EXPECT_EQ(body(), "a");
  UploadPlace upload = upload_of({"new"});
  std::string only = state_.find(place_, {})->id;
  EXPECT_TRUE(state_.remove(place_, only, {}));
  EXPECT_EQ(body(), "NoSuchKey");
  EXPECT_EQ(complete(upload, create_), "ConditionalRequestConflict");
}

TEST_F(FakeS3StateTest, every_page_size_lists_the_same_keys) {
  for (std::string key : {"a", "b/1", "b/2", "b/c/3", "b0", "c/1", "d"}) {
    ASSERT_TRUE(state_.put({"lake", key}, draft(""), {}));
  }
  EXPECT_EQ(keys({}), "a b/1 b/2 b/c/3 b0 c/1 d end");
  EXPECT_EQ(keys({.prefix = "b/", .delimiter = "/"}), "b/1 b/2 [b/c/] end");
  EXPECT_EQ(keys({.delimiter = "/"}), "a b0 d [b/] [c/] end");
  EXPECT_EQ(keys({.after = "b/1", .keys_max = 2}), "b/2 b/c/3 more");
  EXPECT_EQ(keys({.keys_max = 0}), "end");
  for (size_t keys_max = 1; keys_max < 8; ++keys_max) {
    ListQuery query{.delimiter = "/", .keys_max = keys_max};
    std::string all;
    do {
      Listing page = state_.list("lake", query).value();
      ASSERT_LE(page.objects.size() + page.prefixes.size(), keys_max);
      for (const Listed& one : page.objects) all += one.key + " ";
      for (const std::string& prefix : page.prefixes) all += prefix + " ";
      query.after = page.next;
      query.after_prefix = page.next_prefix;
    } while (!query.after.empty());
    std::vector<std::string> sorted;
    for (std::string_view one : split(all, ' ')) sorted.emplace_back(one);
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(join(sorted, " "), " a b/ b0 c/ d") << "pages of " << keys_max;
  }
}

TEST_F(FakeS3StateTest, versions_list_in_pages_newest_first) {
  ASSERT_TRUE(state_.set_versioning("lake", Versioning::enabled));
  for (std::string key : {"a", "b", "a", "c", "a"}) {
    ASSERT_TRUE(state_.put({"lake", key}, draft(""), {}));
  }
  for (size_t keys_max = 1; keys_max < 6; ++keys_max) {
    ListQuery query{.keys_max = keys_max};
    std::string after;
    std::string all;
    VersionListing page;
    do {
      page = state_.list_versions("lake", query, after).value();
      for (const ListedVersion& one : page.versions) all += one.key + (one.latest ? "! " : " ");
      query.after = page.versions.back().key;
      after = page.versions.back().version.id;
    } while (page.truncated);
    EXPECT_EQ(all, "a! a a b! c! ") << "pages of " << keys_max;
  }
}

TEST_F(FakeS3StateTest, buckets_have_names_and_are_removed_empty) {
  EXPECT_EQ(state_.create_bucket("lake").error().type, "BucketAlreadyOwnedByYou");
  EXPECT_EQ(state_.create_bucket("No_Name").error().type, "InvalidBucketName");
  EXPECT_EQ(state_.versioning("none").error().type, "NoSuchBucket");
  put("a");
  EXPECT_EQ(state_.remove_bucket("lake").error().type, "BucketNotEmpty");
  state_.reset();
  EXPECT_TRUE(state_.remove_bucket("lake"));
  EXPECT_EQ(state_.blobs().count(), 0u);
}

TEST_F(FakeS3StateTest, lets_one_of_sixteen_creators_win_each_time) {
  for (int round = 0; round < 50; ++round) {
    place_.key = std::to_string(round);
    std::atomic<int> winners = 0;
    {
      std::vector<Thread> threads;
      for (int i = 0; i < 16; ++i) {
        auto thread =
            Thread::start([this, &winners] { winners += put("x", create_) == "written"; });
        threads.push_back(std::move(thread).value());
      }
    }
    ASSERT_EQ(winners, 1);
  }
}

}  // namespace
}  // namespace silversmith::test
