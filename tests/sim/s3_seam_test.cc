// SPDX-License-Identifier: Apache-2.0
#include "sim/s3_seam.h"

#include <gtest/gtest.h>

#include "support/store_suite.h"

namespace silversmith::store {
namespace {

class OnTheSeam : public ::testing::Test {
 protected:
  explicit OnTheSeam(const sim::Habits& habits = {})
      : lake_(sim::make_s3_lake(sim::Semantics::s3_versioned, habits, clock_)) {}
  Store& store() { return lake_->store(0); }
  bool keys_are_paths() const { return false; }
  bool tags_every_write() const { return false; }
  void outside_put(const std::string& key, const std::string& bytes) { lake_->put(key, bytes); }
  void outside_erase(const std::string& key) { lake_->erase(key); }

 private:
  FakeClock clock_;
  std::unique_ptr<sim::Lake> lake_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(S3Seam, StoreSuite, OnTheSeam);

TEST(S3Seam, names_a_version_by_content_and_second_where_the_bucket_keeps_none) {
  FakeClock clock;
  auto lake = sim::make_s3_lake(sim::Semantics::s3, {}, clock);
  lake->put("k", "same");
  Head first = *lake->store(0).head("k");
  EXPECT_EQ(first.version, lake->version("k"));
  lake->put("k", "other");
  lake->put("k", "same");
  EXPECT_EQ(lake->store(0).head("k")->version, first.version);
  clock.sleep_micros(1'000'000);
  lake->put("k", "same");
  EXPECT_EQ(lake->store(0).head("k")->tag, first.tag);
  EXPECT_NE(lake->store(0).head("k")->version, first.version);
}

// The 409 that stays: written again since the upload began, even to the same bytes.
TEST(S3Seam, answers_conflict_to_an_upload_in_parts_that_was_overtaken) {
  FakeClock clock;
  auto lake = sim::make_s3_lake(sim::Semantics::s3, {.in_parts = true}, clock);
  lake->put("silver/k", "before");
  Tag tag = lake->store(0).head("silver/k")->tag;
  auto upload = *lake->store(0).upload({"silver/k", {}});
  ASSERT_TRUE(upload->write("after").ok());
  lake->put("silver/k", "before");
  EXPECT_EQ(upload->commit("silver/k", {}, Condition::match(tag)).error().code, Code::conflict);
  EXPECT_EQ(lake->open_uploads(), 1U);
  upload.reset();
  EXPECT_EQ(lake->open_uploads(), 0U);
}

TEST(S3Seam, hides_what_is_not_there_from_who_may_not_list) {
  FakeClock clock;
  auto lake = sim::make_s3_lake(sim::Semantics::s3, {}, clock);
  lake->hide_absence(true);
  EXPECT_EQ(lake->store(0).head("k").error().code, Code::denied);
  EXPECT_EQ(lake->store(0).list("", "").error().code, Code::denied);
  lake->hide_absence(false);
  EXPECT_EQ(lake->store(0).head("k").error().code, Code::missing);
}

}  // namespace
}  // namespace silversmith::store
