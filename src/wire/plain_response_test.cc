// SPDX-License-Identifier: Apache-2.0
#include "wire/plain_response.h"

#include <gtest/gtest.h>

#include "support/memory_source.h"

namespace silversmith::wire {
namespace {

Result<PlainResponse> read(const std::string& text, size_t piece_max = SIZE_MAX,
                           const ResponseLimits& limits = {}) {
  test::MemorySource source(text, piece_max);
  return ResponseReader(source, limits, "GET").read();
}

// Of a text that is refused, whichever way it is cut.
Error error_of(const std::string& text, const ResponseLimits& limits = {}) {
  auto whole = read(text, SIZE_MAX, limits);
  auto cut = read(text, 1, limits);
  if (whole.ok() || cut.ok()) return {Code::stopped, "no error", "", ""};
  EXPECT_EQ(whole.error().message, cut.error().message);
  EXPECT_EQ(whole.error().code, cut.error().code);
  return whole.error();
}

const std::string plain =
    "HTTP/1.1 200 OK\r\nX-One: 1\r\nContent-Length: 5\r\nX-Empty:\r\n\r\nhello";

TEST(PlainResponse, reads_status_headers_and_body_however_they_are_cut) {
  for (size_t piece = 1; piece <= plain.size(); ++piece) {
    auto response = read(plain, piece);
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "hello");
    EXPECT_EQ(response->header("x-ONE"), "1");
    EXPECT_EQ(response->header("X-Empty"), "");
    EXPECT_EQ(response->header("X-On"), "");
    EXPECT_TRUE(response->keeps_open);
  }
}

TEST(PlainResponse, says_where_each_cut_short_response_ended) {
  for (size_t size = 0; size < plain.size(); ++size) {
    Error error = error_of(plain.substr(0, size));
    EXPECT_EQ(error.code, Code::busy) << size;
    size_t head = plain.find("hello");
    std::string wanted = size == 0 ? "the connection ended without an answer"
                         : size < head
                             ? "the connection ended within a response's head"
                             : "the connection ended " + std::to_string(plain.size() - size) +
                                   " bytes before the end of a response's body";
    EXPECT_EQ(error.message, wanted);
  }
}

TEST(PlainResponse, joins_chunks_and_drops_extensions_and_trailers) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n00A ;a=b\r\n, chunked\n\r\n0\r\nX-Trailer: 1\r\n\r\n";
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    auto response = read(text, piece);
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->body, "hello, chunked\n");
    EXPECT_EQ(response->header("X-Trailer"), "");
    EXPECT_TRUE(response->keeps_open);
  }
  for (size_t size = 1; size < text.size(); ++size) {
    EXPECT_EQ(error_of(text.substr(0, size)).code, Code::busy) << size;
  }
}

TEST(PlainResponse, reads_to_the_end_when_no_length_is_said) {
  auto response = read("HTTP/1.1 200 OK\r\n\r\nuntil here", 3);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->body, "until here");
  EXPECT_FALSE(response->keeps_open);
}

TEST(PlainResponse, has_no_body_where_none_may_be) {
  for (const char* head :
       {"HTTP/1.1 204 -\r\n\r\n", "HTTP/1.1 304 -\r\nContent-Length: 7\r\n\r\n"}) {
    auto response = read(head);
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->body, "");
    EXPECT_TRUE(response->keeps_open);
  }
  test::MemorySource source("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
  auto to_head = ResponseReader(source, {}, "HEAD").read();
  ASSERT_TRUE(to_head.ok()) << to_head.error().message;
  EXPECT_EQ(to_head->body, "");
}

TEST(PlainResponse, keeps_the_connection_as_version_and_header_say) {
  const std::string length = "Content-Length: 0\r\n";
  EXPECT_TRUE(read("HTTP/1.1 200 OK\r\n" + length + "\r\n")->keeps_open);
  EXPECT_FALSE(read("HTTP/1.0 200 OK\r\n" + length + "\r\n")->keeps_open);
  EXPECT_TRUE(read("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n" + length + "\r\n")->keeps_open);
  EXPECT_FALSE(read("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n" + length + "\r\n")->keeps_open);
}

TEST(PlainResponse, gives_up_the_connection_when_bytes_follow_that_nobody_asked_for) {
  EXPECT_FALSE(read(plain + "HTTP/1.1 200 OK\r\n")->keeps_open);
}

TEST(PlainResponse, skips_provisional_heads_up_to_a_bound) {
  const std::string early = "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n";
  std::string text = "HTTP/1.1 100 Continue\r\n\r\n" + early + plain;
  auto response = read(text, 1);
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->header("Link"), "");
  for (int i = 0; i < 20; ++i) text.insert(0, early);
  EXPECT_EQ(error_of(text).message, "more than 15 provisional answers");
}

TEST(PlainResponse, knows_whether_anything_has_arrived) {
  test::MemorySource nothing("");
  ResponseReader unheard(nothing, {}, "GET");
  EXPECT_FALSE(unheard.read().ok());
  EXPECT_FALSE(unheard.started());
  test::MemorySource something("H");
  ResponseReader heard(something, {}, "GET");
  EXPECT_FALSE(heard.read().ok());
  EXPECT_TRUE(heard.started());
}

TEST(PlainResponse, refuses_what_is_no_response_and_says_what_it_found) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const std::pair<std::string, std::string> cases[] = {
      {"SSH-2.0-OpenSSH_9\r\n\r\n", "found \"SSH-2.0-OpenSSH_9\", wanted HTTP/1.1 and a status"},
      {"HTTP/2 200 OK\r\n\r\n", "found \"HTTP/2 200 OK\", wanted HTTP/1.1 and a status"},
      {"HTTP/1.1 20x OK\r\n\r\n", "found \"HTTP/1.1 20x OK\", wanted HTTP/1.1 and a status"},
      {"HTTP/1.1 2000\r\n\r\n", "found \"HTTP/1.1 2000\", wanted HTTP/1.1 and a status"},
      {"HTTP/1.1 600 -\r\n\r\n", "found \"HTTP/1.1 600 -\", wanted HTTP/1.1 and a status"},
      {"HTTP/1.1\r\n\r\n", "found \"HTTP/1.1\", wanted HTTP/1.1 and a status"},
      {"\r\n\r\n", "found \"\", wanted HTTP/1.1 and a status"},
      {"HTTP/1.1 200 OK\n\n", "the line \"HTTP/1.1 200 OK\" does not end in CR LF"},
      {"HTTP/1.1 101 -\r\n\r\n", "it switches to a protocol that nobody asked for"},
      {ok + "no colon\r\n\r\n", "found \"no colon\", wanted a header, NAME: VALUE"},
      {ok + "A: 1\r\n folded\r\n\r\n", "found \" folded\", wanted a header, NAME: VALUE"},
      {ok + "a b: 1\r\n\r\n", "found \"a b: 1\", wanted a header, NAME: VALUE"},
      {ok + "A: 1\x01\r\n\r\n", "header A has control bytes: \"1\\x01\""},
      {ok + "Content-Length: -1\r\n\r\n", "Content-Length is \"-1\", wanted a number"},
      {ok + "Content-Length:\r\n\r\n", "Content-Length is \"\", wanted a number"},
      {ok + "Content-Length: 18446744073709551616\r\n\r\n",
       "Content-Length is \"18446744073709551616\", wanted a number"},
      {ok + "Content-Length: 1\r\ncontent-length: 2\r\n\r\n", "two lengths, 1 and 2"},
      {ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       "it has both Transfer-Encoding and Content-Length"},
      {ok + "Transfer-Encoding: gzip\r\n\r\n", "Transfer-Encoding is \"gzip\", wanted chunked"},
      {chunked + "x\r\n", "found \"x\", wanted the size of a chunk"},
      {chunked + "\r\n", "found \"\", wanted the size of a chunk"},
      {chunked + "10000000000000000\r\n",
       "found \"10000000000000000\", wanted the size of a chunk"},
      {chunked + "1\r\nab\r\n", "a chunk is longer than its size says"},
  };
  for (const auto& [text, wanted] : cases) {
    Error error = error_of(text);
    EXPECT_EQ(error.message, "not an HTTP response: " + wanted);
    EXPECT_EQ(error.code, Code::corrupt) << wanted;
  }
}

TEST(PlainResponse, takes_the_same_length_said_twice) {
  auto response = read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na");
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->body, "a");
}

TEST(PlainResponse, bounds_heads) {
  ResponseLimits limits{.head_bytes_max = 64, .headers_max = 2, .body_bytes_max = 8};
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(error_of(ok + "A: " + std::string(64, 'a') + "\r\n\r\n", limits).message,
            "a head of more than 64 B in a response");
  EXPECT_EQ(error_of(std::string(65, 'a'), limits).code, Code::limit);
  EXPECT_EQ(error_of(ok + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits).message,
            "more than 2 headers in a response");
  EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                         std::string(64, 'a') + "\r\n",
                     limits)
                .code,
            Code::limit);
}

TEST(PlainResponse, bounds_the_head_of_each_chunk_and_not_their_number) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) text += "1\r\na\r\n";
  auto response = read(text + "0\r\n\r\n", 1, {.head_bytes_max = 64});
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->body, std::string(100, 'a'));
}

TEST(PlainResponse, keeps_the_beginning_of_a_body_that_passes_the_limit) {
  ResponseLimits limits{.body_bytes_max = 4};
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string bodies[] = {
      ok + "Content-Length: 5\r\n\r\nabcde",
      ok + "\r\nabcde",
      ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
      ok + "Content-Length: 18446744073709551615\r\n\r\nabcdefgh",
  };
  for (const std::string& text : bodies) {
    for (size_t piece : {size_t{1}, size_t{3}, text.size()}) {
      auto response = read(text, piece, limits);
      ASSERT_TRUE(response.ok()) << response.error().message;
      EXPECT_EQ(response->body, "abcd") << text;
      EXPECT_TRUE(response->body_cut);
      EXPECT_FALSE(response->keeps_open);
    }
  }
  auto fits = read(ok + "Content-Length: 4\r\n\r\nabcd", 1, limits);
  EXPECT_FALSE(fits->body_cut);
  EXPECT_TRUE(fits->keeps_open);
}

}  // namespace
}  // namespace silversmith::wire
