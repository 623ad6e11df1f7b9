// SPDX-License-Identifier: Apache-2.0
#include "support/content.h"

#include <gtest/gtest.h>

namespace silversmith::test {
namespace {

TEST(Content, gives_every_range_of_repeated_pieces) {
  BlobPool pool;
  Content content;
  content.append(pool.keep("head,"));
  content.append(pool.keep(""));
  content.append(pool.keep("abc"), 4);
  content.append(pool.keep("."));
  std::string whole = "head,abcabcabcabc.";
  ASSERT_EQ(content.size(), whole.size());
  for (size_t from = 0; from <= whole.size(); ++from) {
    for (size_t count = 0; count <= whole.size() - from; ++count) {
      ASSERT_EQ(content.copy(from, count), whole.substr(from, count));
    }
  }
  EXPECT_EQ(content.from(whole.size(), 9), "");
}

TEST(Content, joins_others_without_copies_of_their_bytes) {
  BlobPool pool;
  Content first;
  first.append(pool.keep("ab"), 2);
  Content joined;
  joined.append(first);
  joined.append(first);
  EXPECT_EQ(joined.copy(0, joined.size()), "abababab");
  EXPECT_EQ(pool.count(), 1u);
}

TEST(Content, frees_bytes_with_their_last_share) {
  BlobPool pool;
  {
    Content one;
    one.append(pool.keep("x"));
    Content two = one;
    one = Content();
    EXPECT_EQ(pool.count(), 1u);
    EXPECT_EQ(two.copy(0, 1), "x");
  }
  EXPECT_EQ(pool.count(), 0u);
}

TEST(Content, of_five_gigabytes_needs_the_memory_of_its_block) {
  BlobPool pool;
  Content content;
  content.append(pool.keep(std::string(1 << 20, 'r')), 5 << 10);
  EXPECT_EQ(content.size(), uint64_t{5} << 30);
  EXPECT_EQ(content.copy(content.size() - 2, 2), "rr");
}

}  // namespace
}  // namespace silversmith::test
