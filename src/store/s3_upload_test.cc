// SPDX-License-Identifier: Apache-2.0
#include "store/s3_upload.h"

#include <gtest/gtest.h>

#include "support/s3_world.h"

namespace silversmith::store {
namespace {

using test::FaultKind;

class S3Writing : public ::testing::Test {
 protected:
  S3Writing() {
    S3Options options;
    options.put_bytes_max = 5000;
    options.part_bytes = 1000;
    world.make(options);
  }
  Result<Tag> write(std::string_view bytes, const Condition& condition = Condition::absent()) {
    return test::write(world.store(), "k", bytes, condition);
  }
  std::string read() { return test::read_all(world.store(), "k", 4096); }
  size_t open_uploads() {
    return world.count("CreateMultipartUpload") - world.count("CompleteMultipartUpload") -
           world.count("AbortMultipartUpload");
  }

  test::S3World world;
  std::string small = std::string(4999, 's');
  std::string large = std::string(12'345, 'l');
};

TEST_F(S3Writing, puts_a_small_object_with_one_request) {
  ASSERT_TRUE(write(small).ok());
  EXPECT_EQ(world.requests(), 1U);
  EXPECT_EQ(read(), small);
}

TEST_F(S3Writing, sends_a_large_object_in_parts) {
  Result<Tag> tag = write(large);
  ASSERT_TRUE(tag.ok()) << tag.error().message;
  EXPECT_EQ(world.count("UploadPart"), 13U);
  EXPECT_EQ(world.count("CompleteMultipartUpload"), 1U);
  EXPECT_EQ(read(), large);
  EXPECT_EQ(world.store().head("k")->tag, *tag);
}

TEST_F(S3Writing, shows_nothing_before_the_commit) {
  auto upload = world.store().upload({"k", {}});
  ASSERT_TRUE(upload.ok());
  ASSERT_TRUE((*upload)->write(large).ok());
  EXPECT_GT(world.count("UploadPart"), 0U);
  EXPECT_EQ(read(), "(missing)");
}

TEST_F(S3Writing, aborts_what_is_given_up) {
  {
    auto upload = world.store().upload({"k", {}});
    ASSERT_TRUE(upload.ok());
    ASSERT_TRUE((*upload)->write(large).ok());
  }
  EXPECT_EQ(world.count("AbortMultipartUpload"), 1U);
  EXPECT_EQ(open_uploads(), 0U);
}

TEST_F(S3Writing, tells_that_parts_stay_where_it_may_not_abort) {
  S3Options options;
  options.put_bytes_max = 1000;
  options.part_bytes = 1000;
  std::vector<Error> warnings;
  options.on_warning = [&warnings](const Error& error) { warnings.push_back(error); };
  world.make(options);
  world.fake().access().deny({"", "s3:AbortMultipartUpload", ""});
  world.fake().faults().add({.kind = FaultKind::conflict, .operation = "CompleteMultipartUpload"});
  EXPECT_EQ(write(std::string(5000, 'b')).error().code, Code::conflict) << "what went wrong stays";
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].message.find("s3://lake/k"), std::string::npos) << warnings[0].message;
  EXPECT_NE(warnings[0].hint.find("s3:AbortMultipartUpload"), std::string::npos);
  EXPECT_EQ(world.count("AbortMultipartUpload"), 1U);
}

TEST_F(S3Writing, sends_parts_again_after_passing_trouble) {
  world.fake().faults().add({.kind = FaultKind::drop_after, .operation = "UploadPart", .skip = 2});
  world.fake().faults().add(
      {.kind = FaultKind::wrong_checksum, .operation = "UploadPart", .skip = 5});
  world.fake().faults().add({.kind = FaultKind::slow_down, .operation = "CreateMultipartUpload"});
  ASSERT_TRUE(write(large).ok());
  EXPECT_EQ(read(), large);
}

TEST_F(S3Writing, sees_an_error_in_an_answer_of_200) {
  world.fake().faults().add({.kind = FaultKind::error_in_body,
                             .operation = "CompleteMultipartUpload",
                             .times = 2,
                             .amount = 5});
  ASSERT_TRUE(write(large).ok());
  EXPECT_EQ(read(), large);
  EXPECT_EQ(world.count("CompleteMultipartUpload"), 3U);
}

TEST_F(S3Writing, takes_an_answer_behind_blanks) {
  world.fake().faults().add(
      {.kind = FaultKind::blanks, .operation = "CompleteMultipartUpload", .amount = 100});
  Result<Tag> tag = write(large);
  ASSERT_TRUE(tag.ok());
  EXPECT_EQ(world.store().head("k")->tag, *tag);
}

TEST_F(S3Writing, gives_up_on_a_conflict_that_stays_and_aborts) {
  world.fake().faults().add({.kind = FaultKind::conflict, .operation = "CompleteMultipartUpload"});
  EXPECT_EQ(write(large).error().code, Code::conflict);
  EXPECT_EQ(world.count("AbortMultipartUpload"), 1U);
  EXPECT_EQ(read(), "(missing)");
}

TEST_F(S3Writing, keeps_conditions_for_parts_too) {
  Tag one = *write(small);
  EXPECT_EQ(write(large).error().code, Code::conflict);
  Result<Tag> two = write(large, Condition::match(one));
  ASSERT_TRUE(two.ok()) << two.error().message;
  EXPECT_EQ(read(), large);
  EXPECT_EQ(write(large, Condition::match(one)).error().code, Code::conflict);
}

// A lost answer to a PUT that had its effect: our own object is in the way of the second try.
TEST_F(S3Writing, says_conflict_or_success_after_a_lost_answer_never_something_else) {
  world.fake().faults().add({.kind = FaultKind::drop_after, .operation = "PutObject"});
  EXPECT_EQ(write(small).error().code, Code::conflict);
  EXPECT_EQ(read(), small);
}

TEST_F(S3Writing, takes_a_lost_answer_to_a_completion_for_a_conflict) {
  world.fake().faults().add(
      {.kind = FaultKind::drop_after, .operation = "CompleteMultipartUpload"});
  EXPECT_EQ(write(large).error().code, Code::conflict);
  EXPECT_EQ(read(), large);
}

TEST_F(S3Writing, waits_with_everything_where_the_key_is_not_known) {
  auto upload = world.store().upload({});
  ASSERT_TRUE(upload.ok());
  ASSERT_TRUE((*upload)->write(large).ok());
  EXPECT_EQ(world.requests(), 0U);
  ASSERT_TRUE((*upload)->commit("k", {}, Condition::absent()).ok());
  EXPECT_EQ(read(), large);
}

}  // namespace
}  // namespace silversmith::store
