// SPDX-License-Identifier: Apache-2.0
#include "support/http_message.h"

#include <gtest/gtest.h>

namespace silversmith::test {
namespace {

TEST(HttpMessage, finds_headers_without_case_and_the_first_of_a_name) {
  Headers headers;
  headers.add("X-Amz-Date", "1");
  headers.add("x-amz-date", "2");
  EXPECT_EQ(headers.get("x-aMz-dAte"), "1");
  EXPECT_EQ(headers.find("x-amz"), nullptr);
  EXPECT_EQ(headers.get("x-amz"), "");
}

TEST(HttpMessage, escapes_go_there_and_back) {
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes.push_back(static_cast<char>(c));
  EXPECT_EQ(percent_decoded(percent_encoded(bytes, Slash::encoded)), bytes);
  EXPECT_EQ(percent_decoded(percent_encoded(bytes, Slash::literal)), bytes);
  EXPECT_EQ(percent_encoded("a/b c+~", Slash::literal), "a/b%20c%2B~");
  EXPECT_EQ(percent_encoded("a/b", Slash::encoded), "a%2Fb");
  EXPECT_EQ(percent_decoded("100%"), std::nullopt);
  EXPECT_EQ(percent_decoded("%4"), std::nullopt);
  EXPECT_EQ(percent_decoded("%zz"), std::nullopt);
}

TEST(HttpMessage, a_query_keeps_order_and_empty_values) {
  Query want = {{"uploads", ""}, {"prefix", "a b/c"}, {"x", "1=2"}};
  EXPECT_EQ(parse_query("uploads&prefix=a+b%2Fc&x=1=2"), want);
  EXPECT_EQ(parse_query(""), Query());
  EXPECT_EQ(parse_query("x=%"), std::nullopt);
}

TEST(HttpMessage, dates_go_there_and_back) {
  EXPECT_EQ(http_date(1'700'000'000'999'999), "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_EQ(parse_http_date("Tue, 14 Nov 2023 22:13:20 GMT"), 1'700'000'000'000'000);
  EXPECT_EQ(parse_http_date("14 Nov 2023"), std::nullopt);
}

}  // namespace
}  // namespace silversmith::test
