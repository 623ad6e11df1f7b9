// SPDX-License-Identifier: Apache-2.0
#include "support/http_server.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/thread.h"
#include "support/http_client.h"

namespace silversmith::test {
namespace {

// Answers with what it was asked: "METHOD path?query body", or as the target wants it.
class Echo : public HttpHandler {
 public:
  HttpResponse answer(HttpRequest request, HttpConnection& connection) override {
    HttpResponse response;
    response.text = request.method + " " + request.path + "?" + request.query + " " + request.body;
    response.without_body = request.method == "HEAD";
    response.delivery = delivery;
    if (request.path == "/wait") waited = connection.wait(60'000'000);
    if (request.path == "/trailer") response.text = request.headers.get("x-check");
    if (request.path == "/content") {
      Content content;
      content.append(pool.keep("0123456789"), 1'000);
      response.content = content;
      response.content_offset = 5;
      response.content_bytes = 5'000;
    }
    return response;
  }
  HttpResponse refuse(const Error& error) override {
    HttpResponse response;
    response.status = error.code == Code::limit ? 413 : 400;
    response.text = error.message;
    return response;
  }

  BlobPool pool;
  Delivery delivery;
  std::atomic<bool> waited = true;
};

class HttpServerTest : public testing::Test {
 protected:
  Echo echo_;
  HttpServer server_ = HttpServer::start(echo_, {0, 256, 1 << 20}).value();
  HttpClient client_{server_.port()};
};

TEST_F(HttpServerTest, answers_many_requests_on_one_connection) {
  for (int i = 0; i < 50; ++i) {
    auto answer = client_.ask("PUT", "/a%20b?x=1", {}, std::string(static_cast<size_t>(i), 'b'));
    ASSERT_EQ(answer.status, 200);
    ASSERT_EQ(answer.body, "PUT /a%20b?x=1 " + std::string(static_cast<size_t>(i), 'b'));
  }
}

TEST_F(HttpServerTest, listens_where_it_is_told) {
  // Both on one port: that of the first is free at every other address of the machine.
  HttpServerOptions options{.port = server_.port(), .address = "127.0.0.2"};
  EXPECT_EQ(HttpServer::start(echo_, options).value().port(), server_.port());
  options.address = "localhost";
  EXPECT_EQ(HttpServer::start(echo_, options).error().code, Code::invalid);
  options.address = "192.0.2.1";  // nobody's
  EXPECT_EQ(HttpServer::start(echo_, options).error().code, Code::busy);
}

TEST_F(HttpServerTest, reads_a_request_however_it_is_cut) {
  std::string request =
      "PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Check: y\r\n\r\n";
  for (size_t cut = 1; cut < request.size(); ++cut) {
    client_.send(request.substr(0, cut));
    client_.send(request.substr(cut));
    ASSERT_EQ(client_.receive("PUT").body, "PUT /x? abcde") << "cut at " << cut;
  }
}

TEST_F(HttpServerTest, takes_trailers_as_headers) {
  client_.send(
      "PUT /trailer HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Check: "
      "y\r\n\r\n");
  EXPECT_EQ(client_.receive("PUT").body, "y");
}

TEST_F(HttpServerTest, says_continue_before_it_reads_a_body) {
  client_.send("PUT /x HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  // Nothing is sent yet, so a server that waits for the body would never answer: receive() skips
  // the 100 and reads on.
  client_.send("ab");
  EXPECT_EQ(client_.receive("PUT").body, "PUT /x? ab");
}

TEST_F(HttpServerTest, refuses_what_is_no_request) {
  for (std::string_view text :
       {"GET /x HTTP/1.0\r\n\r\n", "GET x HTTP/1.1\r\n\r\n", "GET /x HTTP/1.1\r\nno field\r\n\r\n",
        "PUT /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "PUT /x HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "PUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    HttpClient client(server_.port());
    client.send(text);
    EXPECT_EQ(client.receive("PUT").status, 400) << text;
    EXPECT_EQ(client.receive("PUT").status, 0) << "the connection stays open after " << text;
  }
  HttpClient client(server_.port());
  client.send("PUT /x HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n");
  EXPECT_EQ(client.receive("PUT").status, 413);
}

TEST_F(HttpServerTest, sends_a_range_of_a_content) {
  auto answer = client_.ask("GET", "/content");
  ASSERT_EQ(answer.body.size(), 5'000u);
  EXPECT_EQ(answer.body.substr(0, 10), "5678901234");
}

TEST_F(HttpServerTest, head_has_the_length_and_no_body) {
  auto answer = client_.ask("HEAD", "/x");
  EXPECT_EQ(answer.headers.get("content-length"), "9");
  EXPECT_EQ(client_.ask("GET", "/x").body, "GET /x? ");
}

TEST_F(HttpServerTest, drops_an_answer) {
  echo_.delivery.drop = true;
  EXPECT_EQ(client_.ask("GET", "/x").status, 0);
}

TEST_F(HttpServerTest, cuts_flips_and_slows_a_body) {
  echo_.delivery.bytes_max = 3;
  auto cut = client_.ask("GET", "/content");
  EXPECT_EQ(cut.headers.get("content-length"), "5000");
  EXPECT_EQ(cut.body, "567");
  EXPECT_FALSE(cut.whole);

  HttpClient client(server_.port());
  echo_.delivery = {};
  echo_.delivery.flip_at = 2'000;
  auto flipped = client.ask("GET", "/content");
  EXPECT_EQ(flipped.body[1'999], '4');
  EXPECT_EQ(flipped.body[2'000], static_cast<char>(~'5'));
  EXPECT_TRUE(flipped.whole);

  echo_.delivery = {};
  echo_.delivery.bytes_per_second = 50'000;
  auto slow = client.ask("GET", "/content");
  EXPECT_EQ(slow.body.size(), 5'000u);
  EXPECT_TRUE(slow.whole);
}

TEST_F(HttpServerTest, sends_blanks_in_chunks_before_a_body) {
  echo_.delivery.blanks = 3;
  auto answer = client_.ask("GET", "/x");
  EXPECT_EQ(answer.headers.get("transfer-encoding"), "chunked");
  EXPECT_EQ(answer.body, "   GET /x? ");
  EXPECT_TRUE(answer.whole);
}

TEST_F(HttpServerTest, closes_when_the_client_wants_that) {
  Headers headers;
  headers.add("Connection", "close");
  EXPECT_EQ(client_.ask("GET", "/x", headers).status, 200);
  EXPECT_EQ(client_.receive("GET").status, 0);
}

TEST(HttpServers, stop_while_a_handler_waits) {
  Echo echo;
  {
    HttpServer server = HttpServer::start(echo, {}).value();
    HttpClient client(server.port());
    client.send("GET /wait HTTP/1.1\r\n\r\n");
    client.send("GET /x HTTP/1.1\r\n\r\n");
    HttpClient other(server.port());
    EXPECT_EQ(other.ask("GET", "/x").status, 200);
  }
  SUCCEED() << "the server went without waiting for the minute to pass";
}

TEST(HttpServers, bound_their_connections) {
  Echo echo;
  HttpServer server = HttpServer::start(echo, {0, 2, 1 << 20}).value();
  HttpClient first(server.port());
  HttpClient second(server.port());
  EXPECT_EQ(first.ask("GET", "/x").status, 200);
  EXPECT_EQ(second.ask("GET", "/x").status, 200);
  HttpClient third(server.port());
  EXPECT_EQ(third.ask("GET", "/x").status, 0);
}

TEST(HttpServers, say_that_a_port_is_taken) {
  Echo echo;
  HttpServer server = HttpServer::start(echo, {}).value();
  auto again = HttpServer::start(echo, {server.port(), 1, 1});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::busy);
}

TEST(HttpServers, serve_many_connections_at_once) {
  Echo echo;
  HttpServer server = HttpServer::start(echo, {}).value();
  std::atomic<int> right = 0;
  {
    std::vector<Thread> threads;
    for (int i = 0; i < 16; ++i) {
      auto thread = Thread::start([&server, &right] {
        HttpClient client(server.port());
        for (int n = 0; n < 50; ++n) right += client.ask("PUT", "/x", {}, "b").body == "PUT /x? b";
      });
      threads.push_back(std::move(thread).value());
    }
  }
  EXPECT_EQ(right, 16 * 50);
}

}  // namespace
}  // namespace silversmith::test
