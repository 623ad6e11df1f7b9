// SPDX-License-Identifier: Apache-2.0
#include "wire/plain_http.h"

#include <gtest/gtest.h>

#include "support/scripted_server.h"

namespace silversmith::wire {
namespace {

using test::Hears;
using test::http_answer;
using test::ScriptedServer;
using test::Then;

constexpr Until for_ever{};

PlainHttp client_of(const ScriptedServer& server, const ResponseLimits& limits = {}) {
  return PlainHttp(*SocketAddress::parse(server.address()), limits);
}

PlainRequest get(std::string path, Repeat repeat = Repeat::never) {
  PlainRequest request;
  request.path = std::move(path);
  request.repeat = repeat;
  return request;
}

PlainRequest post(std::string_view body) {
  PlainRequest request;
  request.method = "POST";
  request.path = "/p";
  request.body = body;
  return request;
}

// The body of an answer, or what went wrong.
std::string text_of(const Result<PlainResponse>& response) {
  return response ? response->body
                  : std::string(name_of(response.error().code)) + ": " + response.error().message;
}

TEST(PlainHttp, sends_requests_over_one_connection) {
  ScriptedServer server({{http_answer(200, "one")}, {http_answer(202, "two")}});
  PlainHttp http = client_of(server);
  PlainRequest first = get("/a?b=%20c");
  first.headers = {{"X-Name", "value"}};
  EXPECT_EQ(text_of(http.send(first, for_ever)), "one");
  auto second = http.send(post("hello"), for_ever);
  EXPECT_EQ(text_of(second), "two");
  EXPECT_EQ(second->status, 202);
  std::string host = "Host: " + server.address() + "\r\n";
  EXPECT_EQ(
      server.requests(),
      (std::vector<std::string>{"GET /a?b=%20c HTTP/1.1\r\n" + host + "X-Name: value\r\n\r\n",
                                "POST /p HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello"}));
  EXPECT_EQ(server.connections(), 1U);
}

TEST(PlainHttp, says_the_length_of_an_empty_body_too) {
  ScriptedServer server({{http_answer(200, "")}});
  EXPECT_EQ(text_of(client_of(server).send(post(""), for_ever)), "");
  EXPECT_NE(server.requests().at(0).find("Content-Length: 0\r\n"), std::string::npos);
}

TEST(PlainHttp, reads_an_answer_that_comes_in_pieces) {
  std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  ScriptedServer server({{.answer = http_answer(200, "in pieces"), .piece_bytes = 1},
                         {.answer = chunked, .piece_bytes = 1}});
  PlainHttp http = client_of(server);
  EXPECT_EQ(text_of(http.send(get("/"), for_ever)), "in pieces");
  EXPECT_EQ(text_of(http.send(get("/"), for_ever)), "abc");
  EXPECT_EQ(server.connections(), 1U);
}

TEST(PlainHttp, carries_bodies_of_megabytes_both_ways) {
  std::string body(size_t{7} << 20, 'x');
  ScriptedServer server({{http_answer(200, body)}});
  PlainHttp http = client_of(server, {.body_bytes_max = body.size()});
  auto response = http.send(post(body), for_ever);
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_TRUE(response->body == body);
  EXPECT_FALSE(response->body_cut);
  EXPECT_TRUE(server.requests().at(0).ends_with(body));
}

TEST(PlainHttp, connects_anew_when_the_server_closed_the_connection_meanwhile) {
  ScriptedServer server({{.answer = http_answer(200, "one"), .then = Then::close},
                         {.answer = http_answer(200, "two", "Connection: close\r\n")},
                         {.answer = http_answer(200, "three")}});
  PlainHttp http = client_of(server);
  for (const char* wanted : {"one", "two", "three"}) {
    EXPECT_EQ(text_of(http.send(get("/", Repeat::when_unheard), for_ever)), wanted);
  }
  EXPECT_EQ(server.connections(), 3U);
}

TEST(PlainHttp, sends_no_request_over_a_connection_that_is_closed_already) {
  ScriptedServer server(
      {{.answer = http_answer(200, "one"), .then = Then::close}, {http_answer(200, "two")}});
  PlainHttp http = client_of(server);
  EXPECT_EQ(text_of(http.send(get("/1"), for_ever)), "one");
  server.wait_for_turn(0);
  // This one may not be repeated, so it must not go to where nobody hears it.
  EXPECT_EQ(text_of(http.send(get("/2"), for_ever)), "two");
}

TEST(PlainHttp, takes_nothing_for_an_answer_that_was_said_before_the_question) {
  ScriptedServer server({{http_answer(200, "one")},
                         {.answer = http_answer(408, "too slow"), .hears = Hears::nothing},
                         {http_answer(200, "two")}});
  PlainHttp http = client_of(server);
  EXPECT_EQ(text_of(http.send(get("/1"), for_ever)), "one");
  server.wait_for_turn(1);
  EXPECT_EQ(text_of(http.send(get("/2"), for_ever)), "two");
}

TEST(PlainHttp, asks_again_only_where_that_is_allowed) {
  // The second request is heard and the connection ends without a byte: was it done?
  auto script = [](Then then) {
    return std::vector<test::Turn>{
        {http_answer(200, "one")}, {.answer = "", .then = then}, {http_answer(200, "again")}};
  };
  for (Then then : {Then::close, Then::reset}) {
    ScriptedServer server(script(then));
    PlainHttp http = client_of(server);
    EXPECT_EQ(text_of(http.send(get("/1"), for_ever)), "one");
    EXPECT_EQ(text_of(http.send(get("/2", Repeat::when_unheard), for_ever)), "again");
    EXPECT_EQ(server.requests().size(), 3U);
    EXPECT_EQ(server.requests().at(1), server.requests().at(2));
  }
  ScriptedServer server(script(Then::close));
  PlainHttp http = client_of(server);
  EXPECT_EQ(text_of(http.send(get("/1"), for_ever)), "one");
  EXPECT_EQ(text_of(http.send(get("/2"), for_ever)),
            "busy: GET http://" + server.address() + "/2: the connection ended without an answer");
  EXPECT_EQ(text_of(http.send(get("/3"), for_ever)), "again");
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(PlainHttp, never_asks_again_when_a_byte_of_an_answer_came_or_the_connection_was_new) {
  ScriptedServer server({{http_answer(200, "one")},
                         {.answer = "HTTP/1.1 200", .then = Then::close},
                         {.answer = "", .then = Then::close},
                         {http_answer(200, "not reached")}});
  PlainHttp http = client_of(server);
  std::string where = "busy: GET http://" + server.address();
  EXPECT_EQ(text_of(http.send(get("/1", Repeat::when_unheard), for_ever)), "one");
  EXPECT_EQ(text_of(http.send(get("/2", Repeat::when_unheard), for_ever)),
            where + "/2: the connection ended within a response's head");
  EXPECT_EQ(text_of(http.send(get("/3", Repeat::when_unheard), for_ever)),
            where + "/3: the connection ended without an answer");
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(PlainHttp, believes_an_answer_that_comes_before_the_whole_request_is_heard) {
  // More than the buffers of both sides hold, so that not all of it can be written.
  std::string body(size_t{64} << 20, 'x');
  for (Then then : {Then::keep, Then::close}) {
    ScriptedServer server(
        {{.answer = http_answer(413, "enough"), .hears = Hears::head, .then = then},
         {http_answer(200, "next")}});
    PlainHttp http = client_of(server);
    auto response = http.send(post(body), for_ever);
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->status, 413);
    EXPECT_EQ(response->body, "enough");
    // The rest of the request was not sent: nothing else may go over that connection.
    EXPECT_EQ(text_of(http.send(get("/"), for_ever)), "next");
    EXPECT_EQ(server.connections(), 2U);
  }
}

TEST(PlainHttp, skips_provisional_answers) {
  ScriptedServer server({{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 -\r\nLink: a\r\n\r\n" +
                          http_answer(200, "final")}});
  EXPECT_EQ(text_of(client_of(server).send(get("/"), for_ever)), "final");
}

TEST(PlainHttp, says_what_is_no_http_and_connects_anew) {
  ScriptedServer server({{"SSH-2.0-x\r\n"}, {http_answer(200, "well")}});
  PlainHttp http = client_of(server);
  EXPECT_EQ(text_of(http.send(get("/x"), for_ever)),
            "corrupt: GET http://" + server.address() +
                "/x: not an HTTP response: found \"SSH-2.0-x\", wanted HTTP/1.1 and a status");
  EXPECT_EQ(text_of(http.send(get("/x"), for_ever)), "well");
}

TEST(PlainHttp, connects_anew_when_more_was_said_than_asked_for) {
  ScriptedServer server(
      {{http_answer(200, "one") + "HTTP/1.1 200 OK\r\n"}, {http_answer(200, "two")}});
  PlainHttp http = client_of(server);
  EXPECT_EQ(text_of(http.send(get("/"), for_ever)), "one");
  EXPECT_EQ(text_of(http.send(get("/"), for_ever)), "two");
  EXPECT_EQ(server.connections(), 2U);
}

TEST(PlainHttp, keeps_no_more_of_a_body_than_its_limit) {
  ScriptedServer server({{http_answer(200, std::string(1000, 'x'))}, {http_answer(200, "two")}});
  PlainHttp http = client_of(server, {.body_bytes_max = 10});
  auto response = http.send(get("/"), for_ever);
  EXPECT_EQ(text_of(response), std::string(10, 'x'));
  EXPECT_TRUE(response->body_cut);
  EXPECT_EQ(text_of(http.send(get("/"), for_ever)), "two");
  EXPECT_EQ(server.connections(), 2U);
}

TEST(PlainHttp, sends_nothing_that_could_be_read_as_two_requests) {
  test::SilentPort port;  // reaching it would be another error
  PlainHttp http(*SocketAddress::parse(port.address()));
  auto refused = [&](const PlainRequest& request) {
    auto response = http.send(request, for_ever);
    return !response.ok() && response.error().code == Code::invalid;
  };
  for (const char* path : {"", "x", "/a b", "/a\r\nX: 1", "/\x7f", "/\xc3\xa9"}) {
    EXPECT_TRUE(refused(get(path))) << path;
  }
  for (const Header& header :
       {Header{"", "1"}, Header{"a b", "1"}, Header{"a", "1\r\nb: 2"}, Header{"a", "\x7f"}}) {
    PlainRequest request = get("/");
    request.headers = {header};
    EXPECT_TRUE(refused(request)) << header.name;
  }
  PlainRequest request = get("/");
  request.method = "GET /";
  EXPECT_TRUE(refused(request));
}

TEST(PlainHttp, fails_at_the_deadline_and_when_stopped) {
  Wake wake = *Wake::make();
  ScriptedServer server({}, [&](size_t) { wake.ring(); });
  PlainHttp http = client_of(server);
  EXPECT_EQ(
      text_of(http.send(get("/"), {.wake = &wake})),
      "stopped: GET http://" + server.address() + "/: stopped while waiting for a connection");
  ScriptedServer silent({});
  PlainHttp other = client_of(silent);
  EXPECT_EQ(text_of(other.send(get("/", Repeat::when_unheard), {.deadline_micros = 1})),
            "busy: GET http://" + silent.address() + "/: no answer within the deadline");
  EXPECT_LE(silent.connections(), 1U);
}

TEST(PlainHttp, says_where_nobody_listens) {
  test::SilentPort port;
  PlainHttp http(*SocketAddress::parse(port.address()));
  EXPECT_EQ(text_of(http.send(get("/x"), for_ever)), "busy: GET http://" + port.address() +
                                                         "/x: cannot connect to " + port.address() +
                                                         ": Connection refused");
}

}  // namespace
}  // namespace silversmith::wire
