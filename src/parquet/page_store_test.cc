// SPDX-License-Identifier: Apache-2.0
#include "parquet/page_store.h"

#include <gtest/gtest.h>

#include "support/parquet_values.h"

namespace silversmith::parquet {
namespace {

TEST(PageStore, gives_back_pieces_across_blocks_and_the_spool) {
  test::Numbers numbers(2);
  std::string all;
  for (int i = 0; i < 400'000; ++i) all.push_back(static_cast<char>(numbers.next()));
  for (uint64_t budget : {0U, 1000U, 150'000U, 1U << 30}) {
    test::StringSpools spools;
    PageStore store(&spools, budget);
    for (size_t at = 0; at < all.size();) {
      size_t count = std::min(all.size() - at, 1 + numbers.below(9000));
      ASSERT_TRUE(store.append(std::string_view(all).substr(at, count)).ok());
      at += count;
    }
    EXPECT_EQ(store.size(), all.size());
    EXPECT_EQ(spools.spooled_bytes > 0, budget == 1000 || budget == 150'000);
    for (int i = 0; i < 100; ++i) {
      size_t at = numbers.below(all.size());
      size_t count = numbers.below(all.size() - at);
      test::StringSink sink;
      ASSERT_TRUE(store.copy(at, count, sink).ok());
      ASSERT_TRUE(sink.text == all.substr(at, count));
    }
  }
}

}  // namespace
}  // namespace silversmith::parquet
