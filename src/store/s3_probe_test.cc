// SPDX-License-Identifier: Apache-2.0
#include "store/s3_probe.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/s3_world.h"

namespace silversmith::store {
namespace {

using test::FaultKind;

class S3Probing : public ::testing::TestWithParam<test::Versioning> {
 protected:
  S3Probing() : world(GetParam()) {}

  Probe probe() {
    S3Options options;
    options.bucket = test::S3World::bucket;
    options.path_style = true;
    options.pause_micros_min = 1000;
    options.pause_micros_max = 10'000;
    S3Service service(options, world.client(), system_clock());
    Probe probe = probe_s3(service, "quarantine/.silversmith-doctor/test/");
    EXPECT_TRUE(probe.left.empty());
    return probe;
  }
  void fault(FaultKind kind, const std::string& operation, uint64_t amount = 0) {
    world.fake().faults().add({.kind = kind, .operation = operation, .times = 0, .amount = amount});
  }
  static bool fails(const Probe& probe, const std::string& row) {
    std::vector<std::string> failed = probe.failed();
    return std::find(failed.begin(), failed.end(), row) != failed.end();
  }
  // Versions and markers of deletes too.
  size_t versions_there() {
    return world.fake().state().list_versions("lake", {}, "")->versions.size();
  }

  test::S3World world;
};

TEST_P(S3Probing, trusts_what_answers_as_s3_does_and_leaves_nothing) {
  world.put("bronze/a.csv", "x\n1\n");
  Probe found = probe();
  EXPECT_EQ(found.trust(), Trust::trusted);
  EXPECT_FALSE(found.error.has_value());
  for (const ProbeRow& row : found.rows) EXPECT_TRUE(row.holds) << row.name << ": " << row.found;
  EXPECT_EQ(versions_there(), 1U);
  EXPECT_TRUE(world.fake().state().uploads("lake")->empty());
  EXPECT_LE(world.requests(), 250U);
  bool kept = GetParam() == test::Versioning::enabled;
  EXPECT_EQ(found.versions, kept ? Versions::kept : Versions::none);
}

TEST_P(S3Probing, finds_a_store_that_passes_over_if_match) {
  fault(FaultKind::ignore_if_match, "PutObject");
  Probe found = probe();
  EXPECT_EQ(found.trust(), Trust::not_trusted);
  EXPECT_TRUE(fails(found, "PUT If-Match, another object there"));
  EXPECT_TRUE(fails(found, "PUT If-Match, nothing there"));
  EXPECT_FALSE(fails(found, "PUT If-None-Match: *, an object there"));
}

TEST_P(S3Probing, finds_a_store_that_passes_over_if_none_match) {
  fault(FaultKind::ignore_if_none_match, "PutObject");
  Probe found = probe();
  EXPECT_EQ(found.trust(), Trust::not_trusted);
  EXPECT_TRUE(fails(found, "PUT If-None-Match: *, an object there"));
}

TEST_P(S3Probing, trusts_single_puts_alone_where_complete_passes_over_conditions) {
  fault(FaultKind::ignore_if_match, "CompleteMultipartUpload");
  Probe found = probe();
  EXPECT_EQ(found.trust(), Trust::single_put_only);
  EXPECT_TRUE(fails(found, "Complete If-Match, another object there"));
  EXPECT_FALSE(fails(found, "Complete If-None-Match: *, an object there"));
}

TEST_P(S3Probing, finds_a_store_that_looks_first_and_writes_later) {
  fault(FaultKind::late_write, "PutObject", 20'000);
  Probe found = probe();
  EXPECT_EQ(found.trust(), Trust::not_trusted);
  EXPECT_TRUE(fails(found, "PUT If-None-Match: *, 8 at once"));
  EXPECT_TRUE(fails(found, "PUT If-Match, 8 at once"));
}

TEST_P(S3Probing, finds_reads_that_are_not_pinned) {
  fault(FaultKind::ignore_if_match, "GetObject");
  EXPECT_TRUE(fails(probe(), "GET of a range If-Match, another object there"));
}

TEST_P(S3Probing, takes_passing_trouble_for_what_it_is) {
  world.fake().faults().add({.kind = FaultKind::slow_down, .skip = 3, .times = 3});
  world.fake().faults().add({.kind = FaultKind::internal_error, .skip = 20, .times = 3});
  // The answer is lost of a request that had its effect.
  world.fake().faults().add(
      {.kind = FaultKind::drop_after, .operation = "PutObject", .skip = 8, .times = 2});
  world.fake().faults().add(
      {.kind = FaultKind::drop_after, .operation = "CompleteMultipartUpload", .skip = 1});
  Probe found = probe();
  EXPECT_EQ(found.trust(), Trust::trusted) << found.error.value_or(Error()).message;
}

TEST_P(S3Probing, says_unknown_where_it_may_not_try) {
  world.fake().access().deny({"", "s3:PutObject", "quarantine/"});
  Probe found = probe();
  EXPECT_EQ(found.trust(), Trust::unknown);
  ASSERT_TRUE(found.error.has_value());
  EXPECT_NE(found.error->hint.find("s3:PutObject"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Both, S3Probing,
                         ::testing::Values(test::Versioning::off, test::Versioning::enabled));

class S3ProbeRights : public ::testing::Test {
 protected:
  Probe probe() {
    S3Options options;
    options.bucket = test::S3World::bucket;
    options.path_style = true;
    S3Service service(options, world.client(), system_clock());
    return probe_s3(service, "s/");
  }
  test::S3World world{test::Versioning::enabled};
};

TEST_F(S3ProbeRights, writes_nothing_where_it_may_not_remove) {
  world.fake().access().deny({"", "s3:DeleteObject", ""});
  Probe found = probe();
  EXPECT_NE(found.not_tried.find("403"), std::string::npos);
  EXPECT_EQ(found.trust(), Trust::unknown);
  EXPECT_TRUE(found.rows.empty());
  EXPECT_EQ(world.count("PutObject"), 0U);
  EXPECT_EQ(found.missing_right, "s3:DeleteObject");
}

TEST_F(S3ProbeRights, does_not_take_a_missing_read_for_a_missing_delete) {
  world.fake().access().deny({"", "s3:GetObject", ""});
  Probe found = probe();
  EXPECT_EQ(found.missing_right, "s3:DeleteObject and s3:GetObject") << "either may be missing";
  EXPECT_EQ(world.count("PutObject"), 0U);
}

TEST_F(S3ProbeRights, leaves_one_version_where_it_may_not_remove_versions_and_names_it) {
  world.fake().access().deny({"", "s3:DeleteObjectVersion", ""});
  Probe found = probe();
  auto there = world.fake().state().list_versions("lake", {}, "")->versions;
  ASSERT_EQ(there.size(), 1U);
  ASSERT_EQ(found.left.size(), 1U);
  EXPECT_EQ(found.left.front(), "s3://lake/s/2 (version " + there.front().version.id + ")");
  EXPECT_EQ(found.missing_right, "s3:DeleteObjectVersion");
  EXPECT_NE(found.not_tried.find("403"), std::string::npos);
  EXPECT_EQ(found.trust(), Trust::unknown);
  EXPECT_EQ(found.versions, Versions::kept);
}

TEST_F(S3ProbeRights, writes_on_conditions_alone) {
  probe();
  for (const test::SeenRequest& seen : world.fake().requests()) {
    bool blind = seen.operation == "PutObject" && seen.condition.empty();
    EXPECT_FALSE(blind) << seen.key;
  }
}

}  // namespace
}  // namespace silversmith::store
