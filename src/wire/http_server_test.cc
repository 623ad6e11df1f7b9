// SPDX-License-Identifier: Apache-2.0
#include "wire/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/clock.h"
#include "base/thread.h"
#include "wire/plain_http.h"

namespace silversmith::wire {
namespace {

Page pages(std::string_view path) {
  if (path == "/metrics") return {200, "text/special", "a 1\n"};
  return {404, "text/plain", "nothing here\n"};
}

PlainHttp client_of(const HttpServer& server) {
  return PlainHttp(SocketAddress::parse(server.address()).value());
}

PlainResponse ask(PlainHttp& client, const std::string& path, std::string_view method = "GET") {
  PlainRequest request;
  request.method = method;
  request.path = path;
  if (method == "POST") request.body = "x";
  Until until;
  until.deadline_micros = system_clock().steady_micros() + 10'000'000;
  return client.send(request, until).value();
}

TEST(HttpServer, serves_pages_over_one_connection) {
  auto server = HttpServer::start("0", pages).value();
  EXPECT_TRUE(server.address().starts_with("127.0.0.1:")) << server.address();
  PlainHttp client = client_of(server);
  for (int i = 0; i < 3; ++i) {
    PlainResponse response = ask(client, "/metrics?debug=1");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "a 1\n");
    EXPECT_EQ(find_header(response.headers, "Content-Type"), "text/special");
  }
  EXPECT_EQ(ask(client, "/else").status, 404);
}

TEST(HttpServer, changes_nothing_for_anybody) {
  auto server = HttpServer::start("localhost:0", pages).value();
  PlainHttp client = client_of(server);
  EXPECT_EQ(ask(client, "/metrics", "POST").status / 100, 5);
}

TEST(HttpServer, has_no_patience_with_long_heads) {
  auto server = HttpServer::start("0", pages).value();
  PlainHttp client = client_of(server);
  PlainResponse response = ask(client, "/" + std::string(100'000, 'a'));
  EXPECT_EQ(response.status / 100, 4);
}

TEST(HttpServer, says_which_address_it_cannot_have) {
  auto server = HttpServer::start("127.0.0.1:0", pages).value();
  auto second = HttpServer::start(server.address(), pages);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::invalid);
  EXPECT_NE(second.error().message.find(server.address()), std::string::npos);
  for (const char* wrong : {"", "host", "1.2.3.4:99999", ":1", "::1:80"}) {
    EXPECT_EQ(HttpServer::start(wrong, pages).error().code, Code::invalid) << wrong;
  }
}

// The word of an earlier failure is not taken for this one's, and nobody else prints.
TEST(HttpServer, says_itself_why_it_cannot_listen) {
  testing::internal::CaptureStderr();
  errno = EMFILE;
  auto nowhere = HttpServer::start("[::zz]:0", pages);
  EXPECT_EQ(nowhere.error().message, "cannot listen at [::zz]:0: no such address");
  auto first = HttpServer::start("127.0.0.1:0", pages).value();
  auto second = HttpServer::start(first.address(), pages);
  EXPECT_TRUE(second.error().message.ends_with(std::strerror(EADDRINUSE)))
      << second.error().message;
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(HttpServer, answers_many_at_once_and_ends) {
  auto server = HttpServer::start("0", pages).value();
  std::atomic<int> good = 0;
  {
    std::vector<Thread> askers;
    for (int i = 0; i < 8; ++i) {
      askers.push_back(Thread::start([&] {
                         PlainHttp client = client_of(server);
                         for (int n = 0; n < 20; ++n) {
                           good += ask(client, "/metrics").status == 200 ? 1 : 0;
                         }
                       }).value());
    }
  }
  EXPECT_EQ(good.load(), 160);
}

}  // namespace
}  // namespace silversmith::wire
