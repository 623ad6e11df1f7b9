// SPDX-License-Identifier: Apache-2.0
#include "bronze/event_key.h"

#include <gtest/gtest.h>

#include "base/uri.h"

namespace silversmith::bronze {
namespace {

TEST(EventKey, decodes_what_s3_sends) {
  EXPECT_EQ(form_decoded("red+flower.jpg"), "red flower.jpg");
  EXPECT_EQ(form_decoded("a%40b"), "a@b");
  EXPECT_EQ(form_decoded("bronze/a%2Bb+c%2520.csv"), "bronze/a+b c%20.csv");
  EXPECT_EQ(form_decoded("caf%C3%A9%0a%f0%9f%9a%80"), "caf\xC3\xA9\n\xF0\x9F\x9A\x80");
  EXPECT_EQ(form_decoded(""), "");
}

TEST(EventKey, keeps_a_plus_where_only_percent_counts) {
  EXPECT_EQ(uri_decoded("a+b%20c%2B"), "a+b c+");
}

TEST(EventKey, leaves_a_percent_that_encodes_nothing) {
  for (const char* text : {"%", "100%", "%4", "%zz", "%4x", "a%-1", "%%"}) {
    EXPECT_EQ(form_decoded(text), text);
  }
  EXPECT_EQ(form_decoded("%%41"), "%A");
}

TEST(EventKey, decodes_what_it_encodes_for_every_byte) {
  std::string all;
  for (int byte = 0; byte < 256; byte++) all.push_back(static_cast<char>(byte));
  EXPECT_EQ(form_decoded(encode_form(all)), all);
  std::string encoded = encode_form(all);
  for (char c : encoded) EXPECT_TRUE(c > ' ' && c < 0x7F) << static_cast<int>(c);
  EXPECT_EQ(encode_form("bronze/a b+c@d-e_f.csv"), "bronze/a+b%2Bc%40d-e_f.csv");
}

TEST(EventKey, refuses_what_s3_cannot_have) {
  EXPECT_TRUE(check_key("bronze/a\n\xF0\x9F\x9A\x80.csv").ok());
  EXPECT_TRUE(check_key(std::string(1024, 'a')).ok());
  EXPECT_NE(check_key("").error().message.find("empty"), std::string::npos);
  std::string message = check_key(std::string(1025, 'a')).error().message;
  EXPECT_NE(message.find("has 1025 bytes, S3 allows 1024"), std::string::npos) << message;
  EXPECT_NE(check_key("a\xFF").error().message.find("\\xFF"), std::string::npos);
  EXPECT_EQ(check_key("a\xFF").error().code, Code::invalid);
}

}  // namespace
}  // namespace silversmith::bronze
