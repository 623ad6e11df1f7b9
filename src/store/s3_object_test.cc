// SPDX-License-Identifier: Apache-2.0
#include "store/s3_object.h"

#include <gtest/gtest.h>

#include "support/s3_world.h"

namespace silversmith::store {
namespace {

using test::FaultKind;

std::string text_of(size_t bytes) {
  std::string text(bytes, '\0');
  uint32_t state = 7;
  for (char& c : text) {
    state = state * 1'664'525 + 1'013'904'223;
    c = static_cast<char>(state >> 24);
  }
  return text;
}

class S3Reading : public ::testing::Test {
 protected:
  S3Reading() {
    S3Options options;
    options.range_bytes = 10'000;
    options.ranges_max = 3;
    world.make(options);
    world.put("k", text);
  }
  std::string read() { return test::read_all(world.store(), "k", 777); }

  std::string text = text_of(100'500);
  test::S3World world;
};

TEST_F(S3Reading, puts_ranges_together) {
  EXPECT_EQ(read(), text);
  EXPECT_EQ(world.count("GetObject"), 11U);
  for (const test::SeenRequest& seen : world.fake().requests()) {
    bool first = seen.range == "bytes=0-9999";
    EXPECT_TRUE(first || seen.condition.starts_with("If-Match: ")) << seen.range;
  }
}

TEST_F(S3Reading, opens_and_reads_a_small_object_with_one_request) {
  world.put("small", "id\n1\n");
  size_t before = world.requests();
  EXPECT_EQ(test::read_all(world.store(), "small", 100), "id\n1\n");
  EXPECT_EQ(world.requests() - before, 1U);
}

std::string rest_of(Object& object) {
  std::string whole(1000, '\0');
  size_t filled = 0;
  while (size_t count = *object.read(std::span(whole).subspan(filled))) filled += count;
  whole.resize(filled);
  return whole;
}

TEST_F(S3Reading, reads_a_small_object_again_without_a_request) {
  world.put("small", "id\n1\n");
  size_t before = world.requests();
  auto object = *world.store().open("small");
  EXPECT_FALSE(object->rewind()) << "its bytes may still be on their way";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(rest_of(*object), "id\n1\n");
    EXPECT_TRUE(object->rewind());
  }
  std::string last(2, '\0');
  EXPECT_TRUE(object->read_at(3, last));
  EXPECT_EQ(last, "1\n");
  EXPECT_EQ(world.requests() - before, 1U);
}

TEST_F(S3Reading, keeps_no_large_object) {
  auto object = *world.store().open("k");
  std::string half(50'000, '\0');
  ASSERT_TRUE(object->read(half));
  EXPECT_FALSE(object->rewind());
}

TEST_F(S3Reading, reads_an_empty_object) {
  world.put("empty", "");
  EXPECT_EQ(test::read_all(world.store(), "empty", 100), "");
  EXPECT_EQ((*world.store().open("empty"))->size(), 0U);
}

TEST_F(S3Reading, reads_what_an_empty_object_became_while_it_was_opened) {
  world.put("empty", "");
  world.fake().set_gate([&](test::Moment moment, const test::SeenRequest& seen) {
    bool looks = seen.method == "HEAD" && moment == test::Moment::before_effect;
    if (looks) world.put("empty", "id\n1\n");
    return test::Gate::pass;
  });
  EXPECT_EQ(test::read_all(world.store(), "empty", 100), "id\n1\n");
}

TEST_F(S3Reading, asks_again_only_for_what_is_missing) {
  world.fake().faults().add({.kind = FaultKind::truncate,
                             .operation = "GetObject",
                             .skip = 3,
                             .times = 2,
                             .amount = 1234});
  world.fake().faults().add({.kind = FaultKind::drop_before, .operation = "GetObject", .skip = 7});
  world.fake().faults().add({.kind = FaultKind::slow_down, .operation = "GetObject", .skip = 9});
  world.fake().faults().add(
      {.kind = FaultKind::internal_error, .operation = "GetObject", .skip = 0, .times = 2});
  EXPECT_EQ(read(), text);
}

TEST_F(S3Reading, gives_up_on_trouble_that_stays) {
  world.fake().faults().add(
      {.kind = FaultKind::slow_down, .operation = "GetObject", .skip = 4, .times = 0});
  EXPECT_EQ(read(), "(busy)");
}

TEST_F(S3Reading, never_mixes_two_states) {
  auto object = world.store().open("k");
  ASSERT_TRUE(object.ok());
  std::string room(5000, '?');
  ASSERT_EQ(*(*object)->read(room), 5000U);
  world.put("k", text_of(100'501));
  Code end = Code::busy;
  std::string seen = room;
  while (true) {
    Result<size_t> count = (*object)->read(room);
    if (!count.ok()) end = count.error().code;
    if (!count.ok() || *count == 0) break;
    seen.append(room, 0, *count);
  }
  EXPECT_EQ(end, Code::conflict);
  EXPECT_EQ(seen, text.substr(0, seen.size()));
  EXPECT_FALSE(*(*object)->unchanged());
}

TEST_F(S3Reading, takes_a_vanished_object_for_a_changed_one) {
  auto object = world.store().open("k");
  ASSERT_TRUE(object.ok());
  ASSERT_TRUE(world.store().remove("k", (*object)->head().tag).ok());
  std::string room(20, '?');
  EXPECT_EQ((*object)->read_at(50'000, room).error().code, Code::conflict);
}

TEST_F(S3Reading, reads_at_any_place) {
  auto object = world.store().open("k");
  ASSERT_TRUE(object.ok());
  for (size_t offset : {0U, 5U, 9'999U, 50'000U, 100'490U}) {
    std::string room(10, '?');
    ASSERT_TRUE((*object)->read_at(offset, room).ok()) << offset;
    EXPECT_EQ(room, text.substr(offset, 10)) << offset;
  }
  std::string room(11, '?');
  EXPECT_EQ((*object)->read_at(100'490, room).error().code, Code::corrupt);
}

TEST_F(S3Reading, names_the_object_of_which_no_byte_moved) {
  S3Options options;
  options.range_bytes = 10'000;
  options.patience_micros = 300'000;
  auto object = *world.make(options).open("k");
  std::string room(10'000, '?');
  ASSERT_TRUE(object->read_at(0, room).ok());
  world.fake().faults().add(
      {.kind = FaultKind::delay, .operation = "GetObject", .times = 0, .amount = 4'000'000});
  Error error{};
  for (int i = 0; i < 1000 && error.message.empty(); ++i) {
    Result<size_t> count = object->read(room);
    if (!count.ok()) error = count.error();
  }
  EXPECT_EQ(error.code, Code::busy);
  EXPECT_NE(error.message.find("no byte moved"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("s3://lake/k"), std::string::npos) << error.message;
}

TEST_F(S3Reading, lets_go_of_what_is_on_its_way) {
  world.fake().faults().add(
      {.kind = FaultKind::slow_body, .operation = "GetObject", .times = 0, .amount = 1000});
  auto object = world.store().open("k");
  ASSERT_TRUE(object.ok());
  std::string room(10, '?');
  ASSERT_TRUE((*object)->read(room).ok());
}

TEST(WholeSize, is_behind_the_slash) {
  EXPECT_EQ(whole_size("bytes 0-99/1234"), 1234U);
  EXPECT_FALSE(whole_size("bytes 0-99/*").has_value());
  EXPECT_FALSE(whole_size("").has_value());
  EXPECT_FALSE(whole_size("bytes 0-99/12x").has_value());
}

}  // namespace
}  // namespace silversmith::store
