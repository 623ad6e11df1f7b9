// SPDX-License-Identifier: Apache-2.0
#include "base/buffer.h"

#include <gtest/gtest.h>

namespace silversmith {
namespace {

TEST(Buffer, keeps_its_values_while_it_grows) {
  Buffer<int> buffer;
  for (int i = 0; i < 10'000; ++i) buffer.push_back(i);
  ASSERT_EQ(buffer.size(), 10'000U);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(buffer[static_cast<size_t>(i)], i);
}

TEST(Buffer, is_aligned_and_padded) {
  Buffer<char> buffer;
  buffer.resize(1);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % 64, 0U);
  // Reading 64 bytes on each side is allowed; a sanitizer would object otherwise.
  int sum = 0;
  for (size_t i = 1; i <= 64; ++i) sum += *(buffer.data() - i);
  EXPECT_EQ(sum, 0);
}

TEST(Buffer, moves_and_leaves_nothing_behind) {
  Buffer<int> from;
  int values[] = {1, 2, 3};
  from.append(values, 3);
  from.append(values, 0);
  Buffer<int> to = std::move(from);
  EXPECT_EQ(to.size(), 3U);
  from = std::move(to);
  EXPECT_EQ(from[2], 3);
  EXPECT_TRUE(to.empty());  // NOLINT(bugprone-use-after-move): what is left is what is tested
}

TEST(Buffer, clear_keeps_the_room) {
  Buffer<int> buffer;
  buffer.resize(100);
  size_t room = buffer.capacity();
  buffer.clear();
  EXPECT_EQ(buffer.size(), 0U);
  EXPECT_EQ(buffer.capacity(), room);
}

}  // namespace
}  // namespace silversmith
