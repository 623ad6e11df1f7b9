// SPDX-License-Identifier: Apache-2.0
#include "wire/url.h"

#include <gtest/gtest.h>

namespace silversmith::wire {
namespace {

TEST(Url, is_taken_apart) {
  Url url = *parse_url("https://me:p%40ss@[::1]:8443/a/b?c=d");
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.user, "me");
  EXPECT_EQ(url.password, "p@ss");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 8443);
  EXPECT_EQ(url.target, "/a/b?c=d");
  EXPECT_EQ(url.authority(), "[::1]:8443");
  EXPECT_EQ(url.origin(), "https://[::1]:8443");
  EXPECT_EQ(parse_url("http://h")->port, 80);
  EXPECT_EQ(parse_url("http://h")->target, "");
  EXPECT_EQ(parse_url("https://h?x")->target, "/?x");
  EXPECT_EQ(parse_url("https://h/")->origin(), "https://h");
}

TEST(Url, is_refused_when_it_is_none) {
  for (const char* text :
       {"", "h:1", "ftp://h", "http://", "http://:1", "http://h:", "http://h:0", "http://h:65536",
        "http://h:x", "http://a b", "http://h/#x", "http://[::1", "http://[::1]x:1"}) {
    EXPECT_FALSE(parse_url(text).ok()) << text;
  }
  Error error = parse_url("http://me:secret@h:x").error();
  EXPECT_EQ(error.code, Code::invalid);
  EXPECT_EQ(error.message.find("secret"), std::string::npos) << error.message;
}

}  // namespace
}  // namespace silversmith::wire
