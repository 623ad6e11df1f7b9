// SPDX-License-Identifier: Apache-2.0
#include "wire/http.h"

#include <gtest/gtest.h>

#include <atomic>

#include "support/http_server.h"
#include "support/s3_world.h"

namespace silversmith::wire {
namespace {

// Says back what it was sent, or what it is told to.
class Echo : public test::HttpHandler {
 public:
  test::HttpResponse answer(test::HttpRequest request, test::HttpConnection&) override {
    test::HttpResponse response;
    response.status = status;
    response.text = text.empty() ? request.method + " " + request.path + "?" + request.query +
                                       "\n" + request.headers.get("x-test") + "\n" + request.body
                                 : text;
    response.delivery = delivery;
    response.headers.add("X-Said", "yes");
    signature = request.headers.get("authorization");
    return response;
  }
  test::HttpResponse refuse(const Error&) override { return {}; }

  int status = 200;
  std::string text;
  test::Delivery delivery;
  std::string signature;
};

class Http : public ::testing::Test {
 protected:
  Http()
      : server(test::HttpServer::start(echo, {}).value()),
        client(HttpClient::make(test::test_network(),
                                {"127.0.0.1", server.port(), false, "us-east-1", "s3"},
                                test::test_http_options())
                   .value()) {}

  Echo echo;
  test::HttpServer server;
  HttpClient client;
};

TEST_F(Http, sends_what_it_is_given_and_signs_it) {
  TextBody body("bytes");
  HttpAnswer answer = *client.send({"PUT", "/a%20b?x=1", {{"X-Test", "here"}}, &body});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "PUT /a%20b?x=1\nhere\nbytes");
  EXPECT_EQ(answer.header("x-said"), "yes");
  EXPECT_EQ(answer.header("absent"), "");
  EXPECT_TRUE(echo.signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIDTEST/"))
      << echo.signature;
}

TEST_F(Http, fills_the_room_it_is_given) {
  echo.text = "0123456789";
  std::string room(10, '?');
  Exchange exchange = client.start({"GET", "/", {}, nullptr}, room);
  EXPECT_EQ(*exchange.wait_for(10), 10U);
  HttpAnswer answer = *exchange.finish();
  EXPECT_EQ(answer.filled, 10U);
  EXPECT_EQ(room, echo.text);
  EXPECT_EQ(answer.body, "");
}

TEST_F(Http, fails_where_more_comes_than_there_is_room_for) {
  echo.text = "0123456789";
  std::string room(9, '?');
  EXPECT_EQ(client.start({"GET", "/", {}, nullptr}, room).finish().error().code, Code::busy);
}

TEST_F(Http, keeps_what_a_refusal_says_out_of_the_room) {
  echo.status = 404;
  echo.text = "<Error/>";
  std::string room(100, '?');
  HttpAnswer answer = *client.start({"GET", "/", {}, nullptr}, room).finish();
  EXPECT_EQ(answer.body, "<Error/>");
  EXPECT_EQ(answer.filled, 0U);
}

TEST_F(Http, tells_status_and_headers_before_the_end) {
  echo.text = std::string(100'000, 'x');
  echo.delivery.bytes_per_second = 50'000;
  std::string room(100'000, '?');
  Exchange exchange = client.start({"GET", "/", {}, nullptr}, room);
  HttpAnswer begun = *exchange.begin();
  EXPECT_EQ(begun.status, 200);
  EXPECT_LT(begun.filled, room.size());
}

TEST_F(Http, takes_a_broken_answer_for_passing_trouble) {
  echo.text = std::string(1000, 'x');
  echo.delivery.bytes_max = 10;
  EXPECT_EQ(client.send({"GET", "/", {}, nullptr}).error().code, Code::busy);
  echo.delivery.drop = true;
  EXPECT_EQ(client.send({"GET", "/", {}, nullptr}).error().code, Code::busy);
}

TEST_F(Http, runs_many_at_once) {
  echo.text = "ok";
  std::deque<Exchange> exchanges;
  for (int i = 0; i < 100; ++i) exchanges.push_back(client.start({"GET", "/", {}, nullptr}));
  for (Exchange& exchange : exchanges) EXPECT_EQ(exchange.finish()->body, "ok");
}

// The body is the caller's; the runtime may hold on to its own part of it a little longer.
TEST_F(Http, outlives_bodies_that_go_at_once) {
  for (int i = 0; i < 300; ++i) {
    auto body = std::make_unique<TextBody>(std::string(1000, 'b'));
    EXPECT_TRUE(client.send({"PUT", "/", {}, body.get()}).ok());
    body.reset();
  }
}

TEST(HttpClient, says_busy_where_nobody_listens) {
  uint16_t port = 0;
  {
    Echo echo;
    port = test::HttpServer::start(echo, {})->port();
  }
  HttpClient client =
      HttpClient::make(test::test_network(), {"127.0.0.1", port, false, "us-east-1", "s3"},
                       test::test_http_options())
          .value();
  Error error = client.send({"GET", "/x", {}, nullptr}).error();
  EXPECT_EQ(error.code, Code::busy);
  EXPECT_NE(error.message.find("http://127.0.0.1:" + std::to_string(port) + "/x"),
            std::string::npos)
      << error.message;
}

TEST(Endpoint, is_told_without_its_usual_port) {
  EXPECT_EQ((Endpoint{"h", 443, true, "", ""}.text()), "https://h");
  EXPECT_EQ((Endpoint{"h", 80, false, "", ""}.text()), "http://h");
  EXPECT_EQ((Endpoint{"h", 9000, false, "", ""}.text()), "http://h:9000");
}

}  // namespace
}  // namespace silversmith::wire
