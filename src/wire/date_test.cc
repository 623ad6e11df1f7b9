// SPDX-License-Identifier: Apache-2.0
#include "wire/date.h"

#include <gtest/gtest.h>

namespace silversmith::wire {
namespace {

constexpr int64_t second = 1'000'000;

TEST(Date, reads_what_headers_have) {
  EXPECT_EQ(date_micros("Fri, 13 Feb 2009 23:31:30 GMT"), 1'234'567'890 * second);
}

TEST(Date, reads_what_listings_have) {
  EXPECT_EQ(date_micros("2009-02-13T23:31:30.000Z"), 1'234'567'890 * second);
  EXPECT_EQ(date_micros("2009-02-13T23:31:30Z"), 1'234'567'890 * second);
}

TEST(Date, is_zero_for_anything_else) {
  EXPECT_EQ(date_micros(""), 0);
  EXPECT_EQ(date_micros("yesterday"), 0);
}

}  // namespace
}  // namespace silversmith::wire
