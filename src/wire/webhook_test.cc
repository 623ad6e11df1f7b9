// SPDX-License-Identifier: Apache-2.0
#include "wire/webhook.h"

#include <gtest/gtest.h>

#include "support/http_server.h"
#include "support/s3_world.h"

namespace silversmith::wire {
namespace {

class Chat : public test::HttpHandler {
 public:
  test::HttpResponse answer(test::HttpRequest request, test::HttpConnection&) override {
    seen = std::move(request);
    test::HttpResponse response;
    response.status = status;
    response.text = "no such hook: /services/T0/SECRET";
    return response;
  }
  test::HttpResponse refuse(const Error&) override { return {}; }

  int status = 200;
  test::HttpRequest seen;
};

class Webhook : public ::testing::Test {
 protected:
  Webhook()
      : server(test::HttpServer::start(chat, {}).value()),
        client(HttpClient::make(test::test_network(),
                                {"127.0.0.1", server.port(), false, "", unsigned_service},
                                test::test_http_options())
                   .value()) {}

  Result<> post() {
    return post_webhook(client, "/services/T0/SECRET?x=1", Json::object().set("text", "hello"));
  }

  Chat chat;
  test::HttpServer server;
  HttpClient client;
};

// Neither our credentials nor our trace are for a stranger.
TEST_F(Webhook, posts_json_without_a_signature) {
  test::test_network().set_trace("Root=1-2-3");
  EXPECT_TRUE(post().ok());
  test::test_network().set_trace("");
  EXPECT_EQ(chat.seen.method, "POST");
  EXPECT_EQ(chat.seen.path, "/services/T0/SECRET");
  EXPECT_EQ(chat.seen.query, "x=1");
  EXPECT_EQ(chat.seen.body, R"({"text":"hello"})");
  EXPECT_EQ(chat.seen.headers.get("content-type"), "application/json");
  for (const char* header : {"authorization", "x-amz-date", "x-amz-security-token",
                             "x-amz-content-sha256", "x-amzn-trace-id"}) {
    EXPECT_EQ(chat.seen.headers.get(header), "") << header;
  }
}

TEST_F(Webhook, tells_what_passes_from_what_stays) {
  for (int status : {400, 401, 403, 404, 410, 301, 302}) {
    chat.status = status;
    Error error = post().error();
    EXPECT_EQ(error.code, Code::denied) << status;
    EXPECT_EQ(error.message, "the webhook answered " + std::to_string(status));
  }
  for (int status : {408, 429, 500, 502, 503}) {
    chat.status = status;
    EXPECT_EQ(post().error().code, Code::busy) << status;
  }
}

TEST_F(Webhook, says_its_address_to_nobody) {
  chat.status = 404;
  EXPECT_EQ(one_line(post().error()).find("SECRET"), std::string::npos);
  HttpClient nobody =
      HttpClient::make(test::test_network(), {"127.0.0.1", 1, false, "", unsigned_service},
                       test::test_http_options())
          .value();
  Error error = post_webhook(nobody, "/services/T0/SECRET", Json::object()).error();
  EXPECT_EQ(error.code, Code::busy);
  EXPECT_TRUE(error.message.starts_with("the webhook: ")) << error.message;
  EXPECT_EQ(error.message.find("SECRET"), std::string::npos);
  EXPECT_EQ(error.message.find("127.0.0.1"), std::string::npos);
}

}  // namespace
}  // namespace silversmith::wire
