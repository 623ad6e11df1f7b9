// SPDX-License-Identifier: Apache-2.0
#include "csv/window.h"

#include <gtest/gtest.h>

#include <string>

#include "support/csv_compare.h"

namespace silversmith::csv {
namespace {

std::string text_of(const Buffer<char>& buffer) { return {buffer.data(), buffer.size()}; }

TEST(Window, reads_on_over_short_reads_and_keeps_places) {
  oracle::TextSource source("0123456789", 3);
  Window window(source);
  ASSERT_TRUE(window.fill(4).ok());
  EXPECT_EQ(window.text(), "0123");
  EXPECT_FALSE(window.ended());
  window.drop(1);
  ASSERT_TRUE(window.fill(20).ok());
  EXPECT_EQ(window.text(), "123456789");
  EXPECT_TRUE(window.ended());
}

TEST(Window, hands_out_small_and_large_parts) {
  for (size_t size = 0; size <= 10; ++size) {
    oracle::TextSource source("0123456789", 10);
    Window window(source);
    ASSERT_TRUE(window.fill(10).ok());
    EXPECT_EQ(text_of(window.take(size)), std::string("0123456789").substr(0, size));
    EXPECT_EQ(window.text(), std::string("0123456789").substr(size));
    window.recycle(window.take(window.size()));
    EXPECT_EQ(window.size(), 0U);
  }
}

}  // namespace
}  // namespace silversmith::csv
