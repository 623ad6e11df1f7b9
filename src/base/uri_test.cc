// SPDX-License-Identifier: Apache-2.0
#include "base/uri.h"

#include <gtest/gtest.h>

namespace silversmith {
namespace {

TEST(Uri, encodes_all_but_the_unreserved) {
  EXPECT_EQ(uri_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(uri_encoded("a b/c+d=e&f"), "a%20b%2Fc%2Bd%3De%26f");
  EXPECT_EQ(uri_encoded("\xF0\x9F\x98\x80\n"), "%F0%9F%98%80%0A");
}

TEST(Uri, keeps_slashes_of_a_path) {
  EXPECT_EQ(uri_encoded_path("bronze//a b.csv"), "bronze//a%20b.csv");
}

TEST(Uri, decodes_what_it_encoded) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(uri_decoded(uri_encoded(all)), all);
  EXPECT_EQ(uri_decoded(uri_encoded_path(all)), all);
}

TEST(Uri, leaves_what_is_no_escape) {
  EXPECT_EQ(uri_decoded("100%"), "100%");
  EXPECT_EQ(uri_decoded("%4"), "%4");
  EXPECT_EQ(uri_decoded("%zz%41"), "%zzA");
}

TEST(Uri, takes_a_plus_for_a_blank_in_forms_alone) {
  EXPECT_EQ(form_decoded("a+b%2Bc%20d"), "a b+c d");
  EXPECT_EQ(uri_decoded("a+b%2Bc%20d"), "a+b+c d");
}

}  // namespace
}  // namespace silversmith
