// SPDX-License-Identifier: Apache-2.0
#include "wire/proxy.h"

#include <gtest/gtest.h>

namespace silversmith::wire {
namespace {

TEST(Proxy, is_the_one_for_the_scheme) {
  ProxyOptions options{"http://plain:3128", "secure:8080", ""};
  EXPECT_EQ((*proxy_for(options, {false, "h", 80}))->host, "plain");
  Url tunnel = **proxy_for(options, {true, "h", 443});
  EXPECT_EQ(tunnel.host, "secure");
  EXPECT_EQ(tunnel.port, 8080);
  EXPECT_FALSE(tunnel.tls) << "without a scheme it is spoken to in the clear";
  EXPECT_FALSE(proxy_for({}, {true, "h", 443})->has_value());
}

TEST(Proxy, that_is_no_url_is_named) {
  Error error = proxy_for({"", "http://h:x", ""}, {true, "s3", 443}).error();
  EXPECT_EQ(error.code, Code::invalid);
  EXPECT_NE(error.message.find("HTTPS_PROXY"), std::string::npos) << error.message;
}

bool passes_by(const char* none, const char* host, uint16_t port = 443) {
  return passes_proxy_by(none, {true, host, port});
}

TEST(Proxy, is_passed_by_for_whom_no_proxy_names) {
  EXPECT_TRUE(passes_by("*", "any"));
  EXPECT_TRUE(passes_by("example.com", "example.com"));
  EXPECT_TRUE(passes_by("example.com", "S3.Example.com"));
  EXPECT_TRUE(passes_by(" .example.com ,x", "s3.example.com"));
  EXPECT_TRUE(passes_by("a b.c", "b.c"));
  EXPECT_TRUE(passes_by("h:443", "h"));
  EXPECT_TRUE(passes_by("127.0.0.1", "127.0.0.1"));
  EXPECT_TRUE(passes_by("10.0.0.0/8", "10.255.0.1"));
  EXPECT_TRUE(passes_by("::1", "::1"));
  EXPECT_TRUE(passes_by("[::1]", "::1"));
}

TEST(Proxy, is_taken_for_everybody_else) {
  EXPECT_FALSE(passes_by("", "h"));
  EXPECT_FALSE(passes_by("example.com", "myexample.com"));
  EXPECT_FALSE(passes_by("s3.example.com", "example.com"));
  EXPECT_FALSE(passes_by("h:80", "h"));
  EXPECT_FALSE(passes_by("10.0.0.0/8", "11.0.0.1"));
  EXPECT_FALSE(passes_by("10.0.0.0/33", "10.0.0.1"));
  EXPECT_FALSE(passes_by("10.0.0.0/8", "h"));
  EXPECT_FALSE(passes_by("0.0.1", "127.0.0.1")) << "an address has nothing below it";
  EXPECT_FALSE(passes_by(",. ,", "h"));
  EXPECT_FALSE(passes_by("*.com", "a.com")) << "as curl and Python have it";
}

}  // namespace
}  // namespace silversmith::wire
