// SPDX-License-Identifier: Apache-2.0
#include "wire/socket.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>

#include "support/scripted_server.h"

namespace silversmith::wire {
namespace {

constexpr Until long_ago{.deadline_micros = 1, .wake = nullptr};

SocketAddress address_of(std::string_view text) { return *SocketAddress::parse(text); }

TEST(SocketAddress, reads_numeric_addresses_and_localhost) {
  for (const char* text : {"127.0.0.1:9001", "localhost:1", "[::1]:65535", "169.254.100.1:9001"}) {
    auto address = SocketAddress::parse(text);
    ASSERT_TRUE(address.ok()) << text;
    EXPECT_EQ(address->text(), text);
  }
}

TEST(SocketAddress, refuses_everything_else_and_says_what_it_found) {
  for (const char* text :
       {"", ":", "127.0.0.1", "127.0.0.1:", ":9001", "127.0.0.1:0", "127.0.0.1:65536",
        "127.0.0.1:+1", "127.0.0.1:90 ", "api.example:9001", "::1", "::1:9001", "[::1]",
        "[127.0.0.1]:9001", "127.0.0.256:1", "http://127.0.0.1:9001"}) {
    auto address = SocketAddress::parse(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.error().code, Code::invalid);
    EXPECT_EQ(address.error().message,
              "not an address: found \"" + std::string(text) + "\", wanted IP:PORT");
  }
}

TEST(Socket, says_where_nobody_listens) {
  test::SilentPort port;
  auto socket = Socket::connect(address_of(port.address()), {});
  ASSERT_FALSE(socket.ok());
  EXPECT_EQ(socket.error().code, Code::busy);
  EXPECT_EQ(socket.error().message, "cannot connect to " + port.address() + ": Connection refused");
}

TEST(Socket, brings_bytes_both_ways_and_sees_the_end) {
  test::ScriptedServer server({{.answer = "pong", .then = test::Then::close}});
  Socket socket = *Socket::connect(address_of(server.address()), {});
  EXPECT_TRUE(socket.quiet());
  std::string ping = "ping\r\n\r\n";
  EXPECT_EQ(*socket.write(ping, {}), ping.size());
  char bytes[16];
  std::string heard;
  size_t count = 0;
  while ((count = *socket.read(bytes, {})) > 0) heard.append(bytes, count);
  EXPECT_EQ(heard, "pong");
  EXPECT_FALSE(socket.quiet());
  EXPECT_EQ(server.requests(), std::vector<std::string>{ping});
}

TEST(Socket, is_not_quiet_when_something_was_said) {
  test::ScriptedServer server({{.answer = "early", .hears = test::Hears::nothing}});
  Socket socket = *Socket::connect(address_of(server.address()), {});
  char bytes[1];
  ASSERT_EQ(*socket.read(bytes, {}), 1U);
  EXPECT_FALSE(socket.quiet());
}

TEST(Socket, fails_when_the_connection_is_reset) {
  test::ScriptedServer server({{.answer = "", .then = test::Then::reset}});
  Socket socket = *Socket::connect(address_of(server.address()), {});
  ASSERT_TRUE(socket.write("\r\n\r\n", {}).ok());
  char bytes[1];
  auto count = socket.read(bytes, {});
  ASSERT_FALSE(count.ok());
  EXPECT_EQ(count.error().code, Code::busy);
  EXPECT_EQ(count.error().message, "the connection is lost: Connection reset by peer");
}

TEST(Socket, ends_a_read_at_its_deadline) {
  test::ScriptedServer server({});
  Socket socket = *Socket::connect(address_of(server.address()), {});
  char bytes[1];
  auto count = socket.read(bytes, long_ago);
  ASSERT_FALSE(count.ok());
  EXPECT_EQ(count.error().code, Code::busy);
  EXPECT_EQ(count.error().message, "no answer within the deadline");
}

TEST(Socket, takes_no_more_from_who_speaks_before_hearing_all) {
  test::ScriptedServer server({{.answer = "stop", .hears = test::Hears::nothing}});
  Socket socket = *Socket::connect(address_of(server.address()), {});
  std::string piece(size_t{1} << 20, 'x');
  size_t count = 0;
  // As much as fits the buffers of both sides, which nobody empties.
  do {
    count = *socket.write(piece, {});
  } while (count > 0);
  char bytes[4];
  EXPECT_EQ(*socket.read(bytes, {}), 4U);
}

TEST(Socket, stops_waiting_when_another_thread_rings) {
  Wake wake = *Wake::make();
  test::ScriptedServer server({}, [&](size_t) { wake.ring(); });
  Socket socket = *Socket::connect(address_of(server.address()), {});
  ASSERT_TRUE(socket.write("\r\n\r\n", {}).ok());
  char bytes[1];
  auto count = socket.read(bytes, {.wake = &wake});
  ASSERT_FALSE(count.ok());
  EXPECT_EQ(count.error().code, Code::stopped);
  EXPECT_TRUE(wake.rung());
  // It stays rung, and goes before bytes and connections that are ready.
  EXPECT_EQ(socket.write("x", {.wake = &wake}).error().code, Code::stopped);
}

const Wake* rung_by_signal = nullptr;
std::atomic<int> signals_seen = 0;

void ring(int) {
  rung_by_signal->ring();
  ++signals_seen;
}

void count_only(int) { ++signals_seen; }

TEST(Socket, goes_on_after_a_signal_and_stops_when_its_handler_rings) {
  Wake wake = *Wake::make();
  rung_by_signal = &wake;
  signals_seen = 0;
  pthread_t reader = pthread_self();
  test::ScriptedServer server({{.answer = "a"}}, [&](size_t number) {
    struct sigaction action {};
    action.sa_handler = number == 0 ? count_only : ring;
    sigaction(SIGUSR1, &action, nullptr);
    pthread_kill(reader, SIGUSR1);
  });
  Socket socket = *Socket::connect(address_of(server.address()), {});
  char bytes[1];
  ASSERT_TRUE(socket.write("\r\n\r\n", {}).ok());
  EXPECT_EQ(*socket.read(bytes, {.wake = &wake}), 1U);
  ASSERT_TRUE(socket.write("\r\n\r\n", {}).ok());
  EXPECT_EQ(socket.read(bytes, {.wake = &wake}).error().code, Code::stopped);
  EXPECT_EQ(signals_seen, 2);
  signal(SIGUSR1, SIG_DFL);
}

TEST(Wake, is_rung_once_and_for_all) {
  Wake wake = *Wake::make();
  EXPECT_FALSE(wake.rung());
  wake.ring();
  wake.ring();
  EXPECT_TRUE(wake.rung());
  EXPECT_TRUE(wake.rung());
}

}  // namespace
}  // namespace silversmith::wire
