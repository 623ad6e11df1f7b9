// SPDX-License-Identifier: Apache-2.0
#include "catalog/glue.h"

#include <gtest/gtest.h>

#include "catalog/sync.h"
#include "support/http_server.h"
#include "support/s3_world.h"

namespace silversmith::catalog {
namespace {

// Answers one text to all, and keeps what it was asked.
class Service : public test::HttpHandler {
 public:
  test::HttpResponse answer(test::HttpRequest request, test::HttpConnection&) override {
    target = request.headers.get("x-amz-target");
    type = request.headers.get("content-type");
    asked = parse_json(request.body).value();
    test::HttpResponse response;
    response.status = status;
    response.text = text;
    return response;
  }
  test::HttpResponse refuse(const Error&) override { return {}; }
  void fail(const std::string& name, const std::string& message = "told") {
    status = 400;
    text = R"({"__type":")" + name + R"(","Message":")" + message + R"("})";
  }

  int status = 200;
  std::string text = "{}";
  std::string target, type;
  Json asked;
};

class Glue : public ::testing::Test {
 protected:
  Glue()
      : server(test::HttpServer::start(service, {}).value()),
        client(wire::HttpClient::make(test::test_network(),
                                      {"127.0.0.1", server.port(), false, "us-east-1", "glue"},
                                      test::test_http_options())
                   .value()),
        glue(client, "shop") {}

  Json input() const { return Json::object().set("Name", "orders"); }

  Service service;
  test::HttpServer server;
  wire::HttpClient client;
  GlueCatalog glue;
};

TEST_F(Glue, reads_a_table_with_its_version) {
  service.text = R"({"Table":{"Name":"orders","VersionId":"7","StorageDescriptor":{}}})";
  Held held = glue.table("orders").value().value();
  EXPECT_EQ(held.version, "7");
  EXPECT_EQ(held.table.text_or("Name", ""), "orders");
  EXPECT_EQ(service.target, "AWSGlue.GetTable");
  EXPECT_EQ(service.type, "application/x-amz-json-1.1");
  EXPECT_EQ(service.asked.dump(), R"({"DatabaseName":"shop","Name":"orders"})");
}

TEST_F(Glue, has_no_table_where_there_is_none) {
  service.fail("EntityNotFoundException");
  EXPECT_FALSE(glue.table("orders").value().has_value());
}

TEST_F(Glue, makes_a_table_unless_somebody_was_faster) {
  EXPECT_EQ(glue.create(input()).value(), Written::done);
  EXPECT_EQ(service.target, "AWSGlue.CreateTable");
  EXPECT_EQ(service.asked.dump(), R"({"DatabaseName":"shop","TableInput":{"Name":"orders"}})");
  service.fail("AlreadyExistsException");
  EXPECT_EQ(glue.create(input()).value(), Written::lost_race);
  service.fail("EntityNotFoundException", "Database shop not found.");
  Error error = glue.create(input()).error();
  EXPECT_EQ(error.code, Code::denied);
  EXPECT_EQ(error.hint, "make the database, or name another");
}

TEST_F(Glue, changes_a_table_of_that_version_only_and_archives_none) {
  EXPECT_EQ(glue.update(input(), "7").value(), Written::done);
  EXPECT_EQ(service.target, "AWSGlue.UpdateTable");
  EXPECT_EQ(service.asked.text_or("VersionId", ""), "7");
  EXPECT_TRUE(service.asked.bool_or("SkipArchive", false));
  service.fail("ConcurrentModificationException");
  EXPECT_EQ(glue.update(input(), "7").value(), Written::lost_race);
  service.fail("EntityNotFoundException");
  EXPECT_EQ(glue.update(input(), "7").value(), Written::lost_race);
}

TEST_F(Glue, takes_partitions_that_are_there_for_success) {
  service.text = R"({"Errors":[{"PartitionValues":["a"],"ErrorDetail":)"
                 R"({"ErrorCode":"AlreadyExistsException","ErrorMessage":"there"}}]})";
  EXPECT_EQ(glue.add_partitions("orders", {input(), input(), input()}).value(), 2U);
  EXPECT_EQ(service.target, "AWSGlue.BatchCreatePartition");
  EXPECT_EQ(service.asked.text_or("TableName", ""), "orders");
  EXPECT_EQ(service.asked.find("PartitionInputList")->as_array().size(), 3U);
}

TEST_F(Glue, tells_why_a_partition_was_not_made) {
  service.text = R"({"Errors":[{"PartitionValues":["a","b"],"ErrorDetail":)"
                 R"({"ErrorCode":"InternalServiceException","ErrorMessage":"later"}}]})";
  Error error = glue.add_partitions("orders", {input()}).error();
  EXPECT_EQ(error.code, Code::busy);
  EXPECT_EQ(error.message,
            "BatchCreatePartition shop.orders: the partition a/b: InternalServiceException: later");
  service.text = R"({"Errors":[{"ErrorDetail":{"ErrorCode":"InvalidInputException"}}]})";
  EXPECT_EQ(glue.add_partitions("orders", {input()}).error().code, Code::denied);
}

TEST_F(Glue, names_the_right_that_is_missing_and_only_then) {
  service.fail("AccessDeniedException", "not you");
  EXPECT_EQ(glue.update(input(), "7").error().hint,
            "the role needs glue:UpdateTable on the catalog, the database and its tables");
  service.fail("AccessDeniedException", "Insufficient Lake Formation permission(s)");
  EXPECT_EQ(glue.table("orders").error().hint, "grant the role its rights in Lake Formation");
  service.fail("InvalidInputException", "wrong");
  EXPECT_EQ(glue.create(input()).error().hint, "");
  EXPECT_EQ(glue.create(input()).error().code, Code::denied);
}

TEST_F(Glue, is_busy_where_another_call_may_do) {
  for (const char* name : {"OperationTimeoutException", "ThrottlingException",
                           "ResourceNotReadyException", "InternalServiceException"}) {
    service.fail(name);
    EXPECT_EQ(glue.table("orders").error().code, Code::busy) << name;
    EXPECT_EQ(glue.add_partitions("orders", {input()}).error().code, Code::busy) << name;
  }
  service.status = 200;
  service.text = "{}";
  EXPECT_EQ(glue.table("orders").error().code, Code::busy);
}

}  // namespace
}  // namespace silversmith::catalog
