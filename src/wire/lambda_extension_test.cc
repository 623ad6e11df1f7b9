// SPDX-License-Identifier: Apache-2.0
#include "wire/lambda_extension.h"

#include <gtest/gtest.h>

#include "support/scripted_server.h"

namespace silversmith::wire {
namespace {

using test::http_answer;
using test::ScriptedServer;

const std::string registered =
    http_answer(200, "{\"functionName\":\"f\"}", "Lambda-Extension-Identifier: id-1\r\n");

Error error_of(std::string answer) {
  ScriptedServer server({{std::move(answer)}});
  auto extension = LambdaExtension::start(server.address(), "smith");
  return extension ? Error{Code::stopped, "no error", "", ""} : extension.error();
}

TEST(LambdaExtension, registers_for_no_events_and_waits_until_it_goes) {
  Wake heard = *Wake::make();
  ScriptedServer server({{registered}}, [&](size_t number) {
    if (number == 1) heard.ring();
  });
  auto extension = LambdaExtension::start(server.address(), "smith");
  ASSERT_TRUE(extension.ok()) << extension.error().message;
  // The wait is on a thread of its own; going before it has begun would prove nothing.
  Socket idle = *Socket::connect(*SocketAddress::parse(server.address()), {});
  char byte[1];
  EXPECT_EQ(idle.read(byte, {.wake = &heard}).error().code, Code::stopped);
  auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_TRUE(requests[0].starts_with("POST /2020-01-01/extension/register HTTP/1.1\r\n"));
  EXPECT_NE(requests[0].find("\r\nLambda-Extension-Name: smith\r\n"), std::string::npos);
  EXPECT_TRUE(requests[0].ends_with("\r\n\r\n{\"events\":[]}"));
  EXPECT_TRUE(requests[1].starts_with("GET /2020-01-01/extension/event/next HTTP/1.1\r\n"));
  EXPECT_NE(requests[1].find("\r\nLambda-Extension-Identifier: id-1\r\n"), std::string::npos);
  LambdaExtension moved = *std::move(extension);
}

TEST(LambdaExtension, ends_its_wait_whatever_is_said) {
  for (const std::string& answer : {http_answer(200, "{\"eventType\":\"SHUTDOWN\"}"),
                                    http_answer(403, ""), std::string("garbage\r\n")}) {
    ScriptedServer server({{registered}, {answer}});
    EXPECT_TRUE(LambdaExtension::start(server.address(), "smith").ok());
  }
}

TEST(LambdaExtension, says_why_it_could_not_register) {
  Error refused = error_of(http_answer(
      403, R"({"errorMessage":"too late","errorType":"Extension.RegistrationClosed"})"));
  EXPECT_EQ(refused.message,
            "extension \"smith\": the Lambda API answers 403 Extension.RegistrationClosed: "
            "\"too late\"");
  Error nameless = error_of(http_answer(200, "{}"));
  EXPECT_EQ(nameless.message, "extension \"smith\": the answer has no Lambda-Extension-Identifier");
  EXPECT_EQ(nameless.code, Code::corrupt);
  test::SilentPort port;
  EXPECT_EQ(LambdaExtension::start(port.address(), "smith").error().code, Code::busy);
  EXPECT_EQ(LambdaExtension::start("nowhere", "smith").error().code, Code::invalid);
}

}  // namespace
}  // namespace silversmith::wire
