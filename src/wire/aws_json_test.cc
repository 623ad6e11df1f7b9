// SPDX-License-Identifier: Apache-2.0
#include "wire/aws_json.h"

#include <gtest/gtest.h>

#include "support/http_server.h"
#include "support/s3_world.h"

namespace silversmith::wire {
namespace {

constexpr AwsJsonService glue = {
    .target = "AWSGlue", .version = "1.1", .rights = {"glue", "the table"}};

class Service : public test::HttpHandler {
 public:
  test::HttpResponse answer(test::HttpRequest request, test::HttpConnection&) override {
    seen = std::move(request);
    test::HttpResponse response;
    response.status = status;
    response.text = text;
    for (const auto& [name, value] : headers) response.headers.add(name, value);
    return response;
  }
  test::HttpResponse refuse(const Error&) override { return {}; }

  int status = 200;
  std::string text = "{}";
  std::vector<std::pair<std::string, std::string>> headers;
  test::HttpRequest seen;
};

class AwsJson : public ::testing::Test {
 protected:
  AwsJson()
      : server(test::HttpServer::start(service, {}).value()),
        client(HttpClient::make(test::test_network(),
                                {"127.0.0.1", server.port(), false, "us-east-1", "glue"},
                                test::test_http_options())
                   .value()) {}

  AwsJsonAnswer call() {
    Json fields = Json::object();
    fields.set("Name", "orders");
    return call_aws(client, glue, {"GetTable", "lake.orders"}, fields).value();
  }
  AwsFault fault_of(int status, const std::string& text) {
    service.status = status;
    service.text = text;
    return call().fault.value();
  }

  Service service;
  test::HttpServer server;
  HttpClient client;
};

TEST_F(AwsJson, posts_the_fields_signed_under_the_operations_name) {
  service.text = R"({"Table":{"Name":"orders"}})";
  AwsJsonAnswer answer = call();
  EXPECT_FALSE(answer.fault.has_value());
  EXPECT_EQ(answer.body.find("Table")->text_or("Name", ""), "orders");
  EXPECT_EQ(service.seen.method, "POST");
  EXPECT_EQ(service.seen.path, "/");
  EXPECT_EQ(service.seen.body, R"({"Name":"orders"})");
  EXPECT_EQ(service.seen.headers.get("x-amz-target"), "AWSGlue.GetTable");
  EXPECT_EQ(service.seen.headers.get("content-type"), "application/x-amz-json-1.1");
  std::string signature(service.seen.headers.get("authorization"));
  EXPECT_NE(signature.find("/us-east-1/glue/aws4_request"), std::string::npos) << signature;
}

TEST_F(AwsJson, takes_an_empty_answer_for_an_empty_object) {
  service.text = "";
  EXPECT_EQ(call().body, Json::object());
}

TEST_F(AwsJson, takes_a_success_without_json_for_passing_trouble) {
  service.text = "<html>";
  auto answer = call_aws(client, glue, {"GetTable", "lake.orders"}, Json::object());
  EXPECT_EQ(answer.error().code, Code::busy);
  EXPECT_EQ(answer.error().message, "GetTable lake.orders: the answer is no JSON");
}

TEST_F(AwsJson, reads_a_faults_name_without_its_namespace) {
  AwsFault fault =
      fault_of(400, R"({"__type":"com.amazonaws.glue#EntityNotFoundException","Message":"none"})");
  EXPECT_EQ(fault.status, 400);
  EXPECT_EQ(fault.name, "EntityNotFoundException");
  EXPECT_EQ(fault.message, "none");
  EXPECT_EQ(fault_of(400, R"({"__type":"EntityNotFoundException"})").name,
            "EntityNotFoundException");
}

TEST_F(AwsJson, prefers_the_header_that_tells_the_query_protocols_name) {
  service.headers = {{"x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender"}};
  EXPECT_EQ(fault_of(400, R"({"__type":"a#Other"})").name,
            "AWS.SimpleQueueService.NonExistentQueue");
}

TEST_F(AwsJson, a_fault_that_is_no_json_keeps_its_status) {
  AwsFault fault = fault_of(502, "<html>");
  EXPECT_EQ(fault.name, "");
  Error error = error_of(glue.rights, {"GetTable", "lake.orders"}, fault);
  EXPECT_EQ(error.code, Code::busy);
  EXPECT_EQ(error.message, "GetTable lake.orders: 502");
}

TEST_F(AwsJson, tells_trouble_that_passes_from_trouble_that_stays) {
  EXPECT_TRUE(fault_of(400, R"({"__type":"ThrottlingException"})").passes());
  EXPECT_TRUE(fault_of(403, R"({"__type":"a#OverLimit"})").passes());
  EXPECT_TRUE(fault_of(403, R"({"__type":"a#RequestThrottled"})").passes());
  EXPECT_TRUE(fault_of(429, "{}").passes());
  EXPECT_TRUE(fault_of(500, "{}").passes());
  EXPECT_FALSE(fault_of(403, R"({"__type":"AccessDeniedException"})").passes());
  EXPECT_FALSE(fault_of(400, R"({"__type":"InvalidInputException"})").passes());
}

TEST_F(AwsJson, names_the_right_that_is_missing) {
  AwsFault fault = fault_of(400, R"({"__type":"AccessDeniedException","Message":"not you"})");
  Error error = error_of(glue.rights, {"GetTable", "lake.orders"}, fault);
  EXPECT_EQ(error.code, Code::denied);
  EXPECT_EQ(error.message, "GetTable lake.orders: 400 AccessDeniedException: not you");
  EXPECT_EQ(error.hint, "the role needs glue:GetTable on the table");
}

}  // namespace
}  // namespace silversmith::wire
