// SPDX-License-Identifier: Apache-2.0
#include "store/s3_rights.h"

#include <gtest/gtest.h>

#include "support/s3_world.h"

namespace silversmith::store {
namespace {

class S3RightsProbing : public ::testing::Test {
 protected:
  Rights probe() {
    S3Options options;
    options.bucket = bucket;
    options.path_style = true;
    options.pause_micros_min = 1000;
    options.pause_micros_max = 10'000;
    S3Service service(options, world.client(), system_clock());
    RightsQuery query;
    query.read = {"bronze/", "contracts/"};
    query.write = {"silver/", "quarantine/", "receipts/"};
    query.upload = {"silver/", "quarantine/"};
    query.sweeps = true;
    query.scratch = ".silversmith-doctor/test/";
    return probe_rights(service, query, system_clock());
  }
  void deny(const std::string& action, const std::string& prefix = "") {
    world.fake().access().deny({"", action, prefix});
  }
  // "right on place", of those that are missing.
  std::vector<std::string> missing() {
    Rights rights = probe();
    EXPECT_FALSE(rights.error.has_value());
    std::vector<std::string> names;
    for (const RightRow& row : rights.rows) {
      if (row.state == RightState::missing) names.push_back(row.right + " on " + row.on);
    }
    return names;
  }

  test::S3World world;
  std::string bucket = test::S3World::bucket;
};

using Names = std::vector<std::string>;

TEST_F(S3RightsProbing, finds_all_of_them_and_changes_nothing) {
  world.put("bronze/a.csv", "x");
  Rights rights = probe();
  EXPECT_GE(rights.rows.size(), 10U);
  for (const RightRow& row : rights.rows) {
    EXPECT_EQ(row.state, RightState::held) << row.right << " " << row.on << " " << row.found;
  }
  EXPECT_TRUE(rights.left.empty());
  EXPECT_EQ(world.fake().state().list("lake", {})->objects.size(), 1U);
  EXPECT_TRUE(world.fake().state().uploads("lake")->empty());
  EXPECT_LT(std::abs(rights.clock_ahead_micros), 2'000'000);
}

TEST_F(S3RightsProbing, names_each_that_is_missing) {
  world.put("bronze/a.csv", "x");
  deny("s3:GetObject", "bronze/");
  EXPECT_EQ(missing().at(0), "s3:GetObject on s3://lake/bronze/*");
  world.fake().access().clear();
  deny("s3:PutObject", "receipts/");
  EXPECT_EQ(missing(), Names{"s3:PutObject on s3://lake/receipts/*"});
  world.fake().access().clear();
  deny("s3:GetObject", "silver/");
  EXPECT_EQ(missing(), Names{"s3:GetObject on s3://lake/silver/*"});
  world.fake().access().clear();
  deny("s3:AbortMultipartUpload", "silver/");
  EXPECT_EQ(missing(), Names{"s3:AbortMultipartUpload on s3://lake/silver/*"});
  world.fake().access().clear();
  deny("s3:ListBucketVersions");
  EXPECT_EQ(missing(), Names{"s3:ListBucketVersions on s3://lake/"});
}

TEST_F(S3RightsProbing, tells_a_missing_read_from_a_missing_write) {
  auto state_of_put = [&] {
    for (const RightRow& row : probe().rows) {
      if (row.right == "s3:PutObject" && row.on == "s3://lake/receipts/*") return row.state;
    }
    return RightState::unknown;
  };
  deny("s3:GetObject");
  EXPECT_EQ(state_of_put(), RightState::held);
  EXPECT_TRUE(world.fake().state().list("lake", {})->objects.empty());
  deny("s3:PutObject");
  EXPECT_EQ(state_of_put(), RightState::missing);
}

TEST_F(S3RightsProbing, sees_that_no_versions_are_kept) {
  EXPECT_EQ(probe().versions, Versions::unknown) << "nothing is there that could tell";
  world.put("bronze/a.csv", "x");
  EXPECT_EQ(probe().versions, Versions::none);
}

TEST_F(S3RightsProbing, tells_what_can_not_be_listed_from_what_can_not_be_read) {
  world.put("bronze/a.csv", "x");
  deny("s3:ListBucket", "bronze/");
  EXPECT_EQ(missing(), Names{"s3:ListBucket on s3://lake/bronze/"});
  world.fake().access().clear();
  deny("s3:ListBucket");
  Names names = missing();
  EXPECT_EQ(names.at(0), "s3:ListBucket on s3://lake/bronze/");
}

TEST_F(S3RightsProbing, names_a_bucket_that_is_not_there) {
  bucket = "other";
  Rights rights = probe();
  ASSERT_TRUE(rights.error.has_value());
  EXPECT_NE(rights.error->message.find("NoSuchBucket"), std::string::npos);
}

TEST_F(S3RightsProbing, removes_what_a_careless_store_has_written) {
  world.fake().faults().add({.kind = test::FaultKind::ignore_if_match, .times = 0});
  probe();
  EXPECT_TRUE(world.fake().state().list("lake", {})->objects.empty());
}

}  // namespace
}  // namespace silversmith::store
