// SPDX-License-Identifier: Apache-2.0
#include "session_pool.h"

#include <gtest/gtest.h>

#include "smith/memory.h"

namespace silversmith::app {
namespace {

constexpr uint64_t mib = uint64_t{1} << 20;

Settings with(std::initializer_list<std::pair<const char*, const char*>> values) {
  Settings settings;
  for (auto [name, value] : values) settings.set(name, {value}, Origin::flag);
  return settings;
}

uint32_t chosen(const std::string& root, const Settings& settings) {
  Result<uint32_t> number = concurrency_for(root, settings);
  EXPECT_TRUE(number.ok());
  return number.ok() ? *number : 0;
}

TEST(SessionPool, takes_one_object_at_a_time_of_a_folder_and_several_of_a_bucket) {
  EXPECT_EQ(chosen("/lake", {}), 1U);
  EXPECT_EQ(chosen("s3://lake", {}), 4U);
  EXPECT_EQ(chosen("/lake", with({{"concurrency", "3"}})), 3U);
  EXPECT_EQ(chosen("s3://lake", with({{"concurrency", "16"}})), 16U);
}

TEST(SessionPool, takes_no_more_of_a_bucket_than_memory_has_room_for_unless_it_is_said) {
  EXPECT_EQ(chosen("s3://lake", with({{"memory", "64MiB"}})), 1U);
  EXPECT_EQ(chosen("s3://lake", with({{"memory", "16MiB"}})), 1U);
  EXPECT_EQ(chosen("s3://lake", with({{"memory", "128MiB"}})), 2U);
  EXPECT_EQ(chosen("s3://lake", with({{"memory", "64MiB"}, {"concurrency", "4"}})), 4U);
  for (uint64_t whole : {96 * mib, 128 * mib, 256 * mib}) {
    smith::EngineOptions engine;
    engine.memory_bytes_max = whole;
    std::string memory = std::to_string(whole);
    uint32_t count = chosen("s3://lake", with({{"memory", memory.c_str()}}));
    EXPECT_TRUE(share_of(engine, smith::network_bytes_of(whole), count).ok()) << whole;
  }
}

TEST(SessionPool, refuses_a_number_out_of_bounds) {
  for (const char* wrong : {"0", "65", "many"}) {
    Result<uint32_t> number = concurrency_for("/lake", with({{"concurrency", wrong}}));
    ASSERT_FALSE(number.ok()) << wrong;
    EXPECT_EQ(number.error().code, Code::invalid);
  }
}

TEST(SessionPool, divides_memory_and_processors) {
  smith::EngineOptions engine;
  engine.memory_bytes_max = 256 * mib;
  Result<smith::EngineOptions> share = share_of(engine, 28 * mib, 4);
  ASSERT_TRUE(share.ok());
  EXPECT_EQ(share->memory_bytes_max, 57 * mib);
  EXPECT_EQ(share->engines, 4U);
  EXPECT_EQ(share->threads, (smith::usable_cores() + 3) / 4);
  engine.threads = 2;
  EXPECT_EQ(share_of(engine, 0, 4)->threads, 2U);
  Result<smith::EngineOptions> less = share_of(engine, 28 * mib, 8);
  ASSERT_FALSE(less.ok());
  EXPECT_NE(less.error().hint.find("a lower --concurrency"), std::string::npos);
}

}  // namespace
}  // namespace silversmith::app
