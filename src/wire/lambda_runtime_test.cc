// SPDX-License-Identifier: Apache-2.0
#include "wire/lambda_runtime.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "support/scripted_server.h"

namespace silversmith::wire {
namespace {

using test::Hears;
using test::http_answer;
using test::ScriptedServer;
using test::Then;
using test::Turn;

const std::string accepted = http_answer(202, R"({"status":"OK"})");

std::string invocation(std::string_view id, std::string_view payload) {
  return http_answer(200, payload,
                     "Lambda-Runtime-Aws-Request-Id: " + std::string(id) +
                         "\r\nLambda-Runtime-Deadline-Ms: 1795547538889\r\n");
}

std::string api_error(int status, const char* type) {
  return http_answer(status,
                     R"({"errorMessage":"it says so","errorType":")" + std::string(type) + "\"}\n");
}

LambdaRuntime runtime_of(const ScriptedServer& server, RuntimeOptions options = {}) {
  return *LambdaRuntime::open(server.address(), std::move(options));
}

// "POST /2018-06-01/runtime/invocation/1/error" of a request.
std::string first_words(const std::string& request) {
  return request.substr(0, request.find(" HTTP/1.1"));
}

std::string header_of(const std::string& request, const std::string& name) {
  size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "no such header";
  at += name.size() + 4;
  return request.substr(at, request.find("\r\n", at) - at);
}

std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

// A server, a loop that stops when the script is over, and what it met.
class Loop {
 public:
  explicit Loop(std::vector<Turn> turns)
      : stop_(*Wake::make()),
        requests_max_(turns.size()),
        server_(std::move(turns), [this](size_t number) {
          if (number == requests_max_) stop_.ring();
        }) {}

  Result<> run(const Handler& handler) {
    auto trouble = [this](const Error& error) { troubles.push_back(error); };
    return runtime_of(server_, {.stop = &stop_, .on_trouble = trouble}).run(handler);
  }
  std::vector<std::string> calls() {
    std::vector<std::string> calls;
    for (const std::string& request : server_.requests()) calls.push_back(first_words(request));
    return calls;
  }
  ScriptedServer& server() { return server_; }
  Wake& stop() { return stop_; }

  std::vector<Error> troubles;

 private:
  Wake stop_;
  size_t requests_max_;
  ScriptedServer server_;
};

Outcome echo(const Invocation& invocation) { return Answer{invocation.payload}; }

const std::string get_next = "GET /2018-06-01/runtime/invocation/next";
std::string post(std::string_view rest) { return "POST /2018-06-01/runtime/" + std::string(rest); }

TEST(LambdaRuntime, takes_the_invocation_and_what_its_headers_say) {
  ScriptedServer server(
      {{http_answer(200, "{}",
                    "Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n"
                    "Lambda-Runtime-Deadline-Ms: 1542409706888\r\n"
                    "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:1:function:f\r\n"
                    "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\r\n"
                    "Lambda-Runtime-Client-Context: {\"a\":1}\r\n"
                    "Lambda-Runtime-Cognito-Identity: {\"b\":2}\r\n"
                    "Lambda-Runtime-Aws-Tenant-Id: blue\r\n")}});
  auto next = runtime_of(server).next();
  ASSERT_TRUE(next.ok()) << next.error().message;
  EXPECT_EQ(next->request_id, "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
  EXPECT_EQ(next->deadline_millis, 1542409706888);
  EXPECT_EQ(next->function_arn, "arn:aws:lambda:eu-west-1:1:function:f");
  EXPECT_EQ(next->trace_id, "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700");
  EXPECT_EQ(next->client_context, "{\"a\":1}");
  EXPECT_EQ(next->cognito_identity, "{\"b\":2}");
  EXPECT_EQ(next->tenant_id, "blue");
  EXPECT_EQ(next->payload, "{}");
}

TEST(LambdaRuntime, reads_a_deadline_that_is_none_as_not_said) {
  for (const char* text : {"", "-5", "soon", "12x", "99999999999999999999"}) {
    ScriptedServer server({{http_answer(200, "{}",
                                        "Lambda-Runtime-Aws-Request-Id: 1\r\n"
                                        "Lambda-Runtime-Deadline-Ms: " +
                                            std::string(text) + "\r\n")}});
    EXPECT_EQ(runtime_of(server).next()->deadline_millis, 0) << text;
  }
}

TEST(LambdaRuntime, refuses_ids_that_cannot_stand_in_a_path) {
  for (const std::string& id : {std::string(), std::string("a/../b"), std::string("a b"),
                                std::string("a?b"), std::string(129, 'a')}) {
    ScriptedServer server({{invocation(id, "{}")}});
    auto next = runtime_of(server).next();
    ASSERT_FALSE(next.ok()) << id;
    EXPECT_EQ(next.error().code, Code::corrupt);
    EXPECT_TRUE(next.error().message.starts_with(
        "an invocation without a usable Lambda-Runtime-Aws-Request-Id: found \""))
        << next.error().message;
  }
}

TEST(LambdaRuntime, answers_each_invocation_over_one_connection_until_stopped) {
  Loop loop({{invocation("1", "\"a\"")}, {accepted}, {invocation("2", "\"b\"")}, {accepted}});
  auto ended = loop.run(echo);
  EXPECT_TRUE(ended.ok()) << ended.error().message;
  EXPECT_EQ(loop.calls(),
            (std::vector<std::string>{get_next, post("invocation/1/response"), get_next,
                                      post("invocation/2/response"), get_next}));
  EXPECT_EQ(body_of(loop.server().requests().at(3)), "\"b\"");
  EXPECT_EQ(header_of(loop.server().requests().at(3), "Content-Type"), "application/json");
  EXPECT_EQ(loop.server().connections(), 1U);
  EXPECT_TRUE(loop.troubles.empty());
}

TEST(LambdaRuntime, hands_any_payload_to_the_handler_as_it_came) {
  const std::string payloads[] = {"", "not json", std::string("\0\xff\r\n\r\n", 6),
                                  std::string(size_t{6} << 20, 'x')};
  std::vector<Turn> turns;
  for (const std::string& payload : payloads) {
    turns.push_back({invocation("1", payload)});
    turns.push_back({accepted});
  }
  Loop loop(std::move(turns));
  std::vector<std::string> heard;
  auto ended = loop.run([&](const Invocation& each) -> Outcome {
    EXPECT_FALSE(each.payload_cut);
    heard.push_back(each.payload);
    return Answer{"{}"};
  });
  EXPECT_TRUE(ended.ok());
  EXPECT_TRUE(heard == std::vector<std::string>(std::begin(payloads), std::end(payloads)));
}

TEST(LambdaRuntime, fails_an_invocation_whose_payload_passes_every_limit) {
  Loop loop({{invocation("1", std::string(size_t{33} << 20, 'x'))}, {accepted}});
  auto ended = loop.run([](const Invocation&) -> Outcome {
    ADD_FAILURE() << "half an event is no event";
    return Answer{};
  });
  EXPECT_TRUE(ended.ok()) << ended.error().message;
  ASSERT_EQ(loop.calls().at(1), post("invocation/1/error"));
  EXPECT_EQ(header_of(loop.server().requests().at(1), "Lambda-Runtime-Function-Error-Type"),
            "Runtime.PayloadTooLarge");
}

TEST(LambdaRuntime, tells_a_failure_with_its_type_message_and_cause) {
  Loop loop({{invocation("1", "{}")}, {accepted}});
  ASSERT_TRUE(loop.run([](const Invocation&) -> Outcome {
                    return Failure{"Function.StoreBusy", "503 for \"b/é\"\n\x7f"};
                  })
                  .ok());
  std::string request = loop.server().requests().at(1);
  EXPECT_EQ(first_words(request), post("invocation/1/error"));
  EXPECT_EQ(header_of(request, "Lambda-Runtime-Function-Error-Type"), "Function.StoreBusy");
  EXPECT_EQ(body_of(request),
            "{\"errorMessage\":\"503 for \\\"b/é\\\"\\n\x7f\","
            "\"errorType\":\"Function.StoreBusy\",\"stackTrace\":[]}");
  auto cause = parse_json(header_of(request, "Lambda-Runtime-Function-XRay-Error-Cause"));
  ASSERT_TRUE(cause.ok());
  EXPECT_EQ(cause->dump(),
            "{\"working_directory\":\"\",\"exceptions\":[{\"type\":\"Function.StoreBusy\","
            "\"message\":\"503 for \\\"b/é\\\"\\n?\",\"stack\":[]}],\"paths\":[]}");
}

TEST(LambdaRuntime, sends_no_error_type_that_lambda_would_drop) {
  for (const char* type : {"Function.StoreBusy", "Runtime.Ab"}) EXPECT_TRUE(is_error_type(type));
  for (const char* type : {"", "Function", "Function.", "Function.A", "Function.store",
                           "Function.Store1", "Function.A.B", "Other.Store", "function.Store",
                           " Function.Store", "Function.Store\r\nX: 1", "store-busy"}) {
    EXPECT_FALSE(is_error_type(type)) << type;
    ScriptedServer server({{accepted}});
    ASSERT_TRUE(runtime_of(server).fail("1", {type, "m"}).ok());
    EXPECT_EQ(header_of(server.requests().at(0), "Lambda-Runtime-Function-Error-Type"),
              "Function.Unknown");
  }
}

TEST(LambdaRuntime, bounds_what_it_says_of_a_failure) {
  ScriptedServer server({{accepted}});
  ASSERT_TRUE(runtime_of(server).fail("1", {"Function.Big", std::string(1 << 20, 'x')}).ok());
  std::string request = server.requests().at(0);
  EXPECT_EQ(parse_json(body_of(request))->text_or("errorMessage", "").size(), 32U << 10);
  EXPECT_LT(header_of(request, "Lambda-Runtime-Function-XRay-Error-Cause").size(), 5000U);
}

TEST(LambdaRuntime, tells_that_it_could_not_begin) {
  ScriptedServer server({{accepted}});
  ASSERT_TRUE(runtime_of(server).init_error({"Runtime.NoLake", "no lake is named"}).ok());
  std::string request = server.requests().at(0);
  EXPECT_EQ(first_words(request), post("init/error"));
  EXPECT_EQ(header_of(request, "Lambda-Runtime-Function-Error-Type"), "Runtime.NoLake");
  EXPECT_EQ(body_of(request),
            R"({"errorMessage":"no lake is named","errorType":"Runtime.NoLake","stackTrace":[]})");
}

TEST(LambdaRuntime, makes_a_failure_of_an_answer_that_is_too_large_and_goes_on) {
  // The API may hear all of it, or hang up, and may have failed the invocation already.
  for (Then then : {Then::keep, Then::close}) {
    Loop loop(
        {{invocation("1", "{}")},
         {.answer = api_error(413, "RequestEntityTooLarge"), .hears = Hears::head, .then = then},
         {api_error(403, "InvalidStateTransition")},
         {invocation("2", "{}")},
         {accepted}});
    auto ended = loop.run([](const Invocation& each) -> Outcome {
      return Answer{each.request_id == "1" ? std::string(size_t{64} << 20, 'x') : "{}"};
    });
    EXPECT_TRUE(ended.ok()) << ended.error().message;
    EXPECT_EQ(loop.calls(), (std::vector<std::string>{get_next, post("invocation/1/response"),
                                                      post("invocation/1/error"), get_next,
                                                      post("invocation/2/response"), get_next}));
    std::string failure = loop.server().requests().at(2);
    EXPECT_EQ(header_of(failure, "Lambda-Runtime-Function-Error-Type"),
              "Function.ResponseSizeTooLarge");
    EXPECT_NE(body_of(failure).find("the answer has 67108864 bytes"), std::string::npos);
    ASSERT_EQ(loop.troubles.size(), 1U);
    EXPECT_EQ(loop.troubles[0].code, Code::limit);
  }
}

TEST(LambdaRuntime, goes_on_when_an_outcome_is_refused) {
  Loop loop({{invocation("1", "{}")},
             {api_error(400, "InvalidRequestID")},
             {invocation("2", "{}")},
             {api_error(403, "InvalidStateTransition")},
             {invocation("3", "{}")},
             {.answer = "garbage\r\n", .then = Then::close},
             {invocation("4", "{}")},
             {.answer = http_answer(503, "<html>"), .then = Then::close},
             {invocation("5", "{}")},
             {accepted}});
  EXPECT_TRUE(loop.run(echo).ok());
  ASSERT_EQ(loop.troubles.size(), 4U);
  EXPECT_EQ(loop.troubles[0].message,
            "answer to 1: the Lambda API answers 400 InvalidRequestID: \"it says so\"");
  EXPECT_EQ(loop.troubles[0].code, Code::invalid);
  EXPECT_EQ(loop.troubles[1].code, Code::conflict);
  EXPECT_EQ(loop.troubles[2].code, Code::corrupt);
  EXPECT_EQ(loop.troubles[3].message, "answer to 4: the Lambda API answers 503: \"<html>\"");
  EXPECT_EQ(loop.troubles[3].code, Code::busy);
}

TEST(LambdaRuntime, tells_an_outcome_again_when_the_connection_broke_before_an_answer) {
  Loop loop({{invocation("1", "{}")},
             {.answer = "", .then = Then::close},
             {accepted},
             {.answer = invocation("2", "{}"), .then = Then::close},
             {accepted}});
  EXPECT_TRUE(loop.run(echo).ok());
  EXPECT_EQ(loop.calls(), (std::vector<std::string>{get_next, post("invocation/1/response"),
                                                    post("invocation/1/response"), get_next,
                                                    post("invocation/2/response"), get_next}));
  EXPECT_TRUE(loop.troubles.empty());
}

TEST(LambdaRuntime, ends_when_the_api_is_beyond_repair) {
  Loop at_next({{api_error(500, "")}});
  auto ended = at_next.run(echo);
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().code, Code::stopped);
  EXPECT_EQ(ended.error().message, "next invocation: the Lambda API answers 500: \"it says so\"");
  EXPECT_EQ(ended.error().hint, "the sandbox is beyond repair: the program exits");
  Loop at_answer({{invocation("1", "{}")}, {api_error(500, "")}});
  ended = at_answer.run(echo);
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().code, Code::stopped);
}

TEST(LambdaRuntime, ends_after_three_failures_in_a_row) {
  Turn bad{invocation("", "{}")};
  Turn garbage{.answer = "?\r\n", .then = Then::close};
  Turn busy{http_answer(403, "")};
  Loop loop({bad, garbage, {invocation("1", "{}")}, {accepted}, bad, garbage, busy});
  auto ended = loop.run(echo);
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().message, "next invocation: the Lambda API answers 403");
  EXPECT_EQ(loop.calls().size(), 7U);
  EXPECT_EQ(loop.troubles.size(), 4U);
  test::SilentPort port;
  EXPECT_EQ(LambdaRuntime::open(port.address())->run(echo).error().code, Code::busy);
}

TEST(LambdaRuntime, tells_what_it_had_begun_when_it_is_stopped_and_takes_no_more) {
  Loop loop({{invocation("1", "{}")}, {accepted}, {invocation("2", "{}")}});
  auto ended = loop.run([&](const Invocation&) -> Outcome {
    loop.stop().ring();
    return Answer{"{}"};
  });
  EXPECT_TRUE(ended.ok());
  EXPECT_EQ(loop.calls(), (std::vector<std::string>{get_next, post("invocation/1/response")}));
}

TEST(LambdaRuntime, says_which_variable_holds_no_address) {
  auto runtime = LambdaRuntime::open("nowhere");
  ASSERT_FALSE(runtime.ok());
  EXPECT_EQ(runtime.error().code, Code::invalid);
  EXPECT_EQ(runtime.error().message,
            "AWS_LAMBDA_RUNTIME_API: not an address: found \"nowhere\", wanted IP:PORT");
}

}  // namespace
}  // namespace silversmith::wire
