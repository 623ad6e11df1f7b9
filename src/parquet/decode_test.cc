// SPDX-License-Identifier: Apache-2.0
#include "parquet/decode.h"

#include <gtest/gtest.h>

#include <vector>

namespace silversmith::parquet {
namespace {

TEST(Decode, refuses_runs_that_are_cut_off) {
  Buffer<uint32_t> out;
  EXPECT_FALSE(decode_hybrid("", 1, 1, out).ok());
  EXPECT_FALSE(decode_hybrid("\x08", 8, 4, out).ok());
  EXPECT_FALSE(decode_hybrid("\x03", 8, 8, out).ok());
  EXPECT_FALSE(decode_hybrid(std::string_view("\x00\x00", 2), 1, 1, out).ok());
  EXPECT_TRUE(decode_hybrid("\x08\x05", 8, 4, out).ok());
}

TEST(Decode, refuses_values_of_another_size) {
  std::vector<char> room(64);
  EXPECT_FALSE(decode_plain({frame::Kind::int64, 0, 0, false}, "1234567", 1, room.data()).ok());
  EXPECT_FALSE(decode_plain({frame::Kind::boolean, 0, 0, false}, "", 1, room.data()).ok());
  EXPECT_FALSE(decode_plain({frame::Kind::decimal, 20, 0, false}, "12345678", 1, room.data()).ok());
  std::string_view text(
      "\x05\x00\x00\x00"
      "abcd",
      8);
  EXPECT_FALSE(decode_plain({frame::Kind::text, 0, 0, false}, text, 1, room.data()).ok());
}

}  // namespace
}  // namespace silversmith::parquet
