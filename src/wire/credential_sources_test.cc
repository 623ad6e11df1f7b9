// SPDX-License-Identifier: Apache-2.0
#include "wire/credential_sources.h"

#include <gtest/gtest.h>

#include "support/http_server.h"
#include "support/temp_folder.h"
#include "support/test_network.h"

namespace silversmith::wire {
namespace {

constexpr const char* good_json = R"({"AccessKeyId":"AK","SecretAccessKey":"SK","Token":"T",)"
                                  R"("Expiration":"2030-01-02T03:04:05Z"})";
constexpr const char* good_xml =
    "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
    "<AccessKeyId>AK</AccessKeyId><SecretAccessKey>SK</SecretAccessKey>"
    "<SessionToken>T</SessionToken>"
    "<Expiration>2030-01-02T03:04:05Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
    "</AssumeRoleWithWebIdentityResponse>";

// Answers each path as it is told to, 404 for others, and remembers what came.
class Told : public test::HttpHandler {
 public:
  test::HttpResponse answer(test::HttpRequest request, test::HttpConnection&) override {
    test::HttpResponse response;
    auto found = answers.find(request.method + " " + request.path);
    response.status = found == answers.end() ? 404 : found->second.first;
    response.text = found == answers.end() ? "" : found->second.second;
    seen.push_back(std::move(request));
    return response;
  }
  test::HttpResponse refuse(const Error&) override { return {}; }

  std::map<std::string, std::pair<int, std::string>> answers;
  std::vector<test::HttpRequest> seen;
};

class Sources : public ::testing::Test {
 protected:
  Sources() : server(test::HttpServer::start(told, {}).value()) {
    url = "http://127.0.0.1:" + std::to_string(server.port());
    folder.put("token", "the token\n");
    options.container_url = url + "/role?x=y";
    options.web_identity_token_file = folder.at("token");
    options.role_arn = "arn:aws:iam::1:role/r";
    options.sts_url = url;
    options.instance_url = url;
  }
  SourceSetup setup() { return {test::test_network(), options, nullptr}; }
  Error container_error() { return from_container(setup()).error(); }
  Error identity_error() { return from_web_identity(setup()).error(); }

  static void expect_whole(const FoundCredentials& found) {
    EXPECT_EQ(found.access_key_id, "AK");
    EXPECT_EQ(found.secret_access_key, "SK");
    EXPECT_EQ(found.session_token, "T");
    EXPECT_EQ(found.expires_micros, 1'893'553'445'000'000);
  }

  Told told;
  test::HttpServer server;
  TempFolder folder;
  std::string url;
  CredentialOptions options;
};

TEST_F(Sources, a_container_is_asked_with_its_token) {
  told.answers["GET /role"] = {200, good_json};
  options.container_token = "plain";
  expect_whole(*from_container(setup()));
  EXPECT_EQ(told.seen.at(0).headers.get("authorization"), "plain");
  EXPECT_EQ(told.seen.at(0).query, "x=y");
  options.container_token_file = folder.at("token");
  expect_whole(*from_container(setup()));
  EXPECT_EQ(told.seen.at(1).headers.get("authorization"), "the token");
}

TEST_F(Sources, a_container_that_fails_is_named_with_its_status) {
  for (int status : {500, 503, 429}) {
    told.answers["GET /role"] = {status, "trouble"};
    Error error = container_error();
    EXPECT_EQ(error.code, Code::busy) << status;
    EXPECT_NE(error.message.find("container"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find(url + "/role"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find(std::to_string(status)), std::string::npos) << error.message;
  }
  for (int status : {400, 403, 404}) {
    told.answers["GET /role"] = {status, ""};
    EXPECT_EQ(container_error().code, Code::denied) << status;
  }
  for (const char* text : {"", "no json", "{}", R"({"AccessKeyId":"AK"})", "[]"}) {
    told.answers["GET /role"] = {200, text};
    EXPECT_EQ(container_error().code, Code::denied) << text;
  }
}

TEST_F(Sources, a_container_that_nobody_answers_for_is_passing_trouble) {
  uint16_t port = test::HttpServer::start(told, {})->port();
  options.container_url = "http://127.0.0.1:" + std::to_string(port) + "/gone";
  Error error = container_error();
  EXPECT_EQ(error.code, Code::busy);
  EXPECT_NE(error.message.find("/gone"), std::string::npos) << error.message;
}

TEST_F(Sources, a_token_is_not_told_to_strangers_nor_missed) {
  for (const char* wrong : {"http://192.0.2.1/role", "http://127.example.com/role", "nonsense"}) {
    options.container_url = wrong;
    EXPECT_EQ(container_error().code, Code::denied) << wrong;
  }
  options.container_url = url + "/role";
  for (const char* content : {"", "two\nlines\n"}) {
    folder.put("token", content);
    options.container_token_file = folder.at("token");
    EXPECT_EQ(container_error().code, Code::denied) << content;
  }
  options.container_token_file = folder.at("absent");
  EXPECT_NE(container_error().message.find("absent"), std::string::npos);
  EXPECT_TRUE(told.seen.empty());
}

TEST_F(Sources, sts_is_asked_for_the_web_identity) {
  told.answers["POST /"] = {200, good_xml};
  expect_whole(*from_web_identity(setup()));
  EXPECT_EQ(told.seen.at(0).body,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
            "&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=silversmith"
            "&WebIdentityToken=the%20token");
  EXPECT_EQ(told.seen.at(0).headers.get("authorization"), "") << "nothing could sign it";
}

TEST_F(Sources, sts_passes_or_refuses_as_it_says) {
  auto says = [this](int status, const std::string& code) {
    told.answers["POST /"] = {status, "<ErrorResponse><Error><Code>" + code +
                                          "</Code><Message>m</Message></Error></ErrorResponse>"};
    return identity_error();
  };
  EXPECT_EQ(says(500, "InternalFailure").code, Code::busy);
  EXPECT_EQ(says(400, "Throttling").code, Code::busy);
  EXPECT_EQ(says(400, "IDPCommunicationError").code, Code::busy);
  Error denied = says(403, "AccessDenied");
  EXPECT_EQ(denied.code, Code::denied);
  EXPECT_NE(denied.message.find("403 AccessDenied: m"), std::string::npos) << denied.message;
  EXPECT_NE(denied.message.find(options.role_arn), std::string::npos) << denied.message;
  told.answers["POST /"] = {200, "<a/>"};
  EXPECT_EQ(identity_error().code, Code::denied);
  options.web_identity_token_file = folder.at("absent");
  EXPECT_EQ(identity_error().code, Code::denied);
  options.role_arn = "";
  EXPECT_EQ(identity_error().code, Code::denied);
}

TEST_F(Sources, half_a_pair_of_keys_is_none) {
  for (const char* name : {"AccessKeyId", "SecretAccessKey"}) {
    std::string xml = good_xml;
    std::string element = "<" + std::string(name) + ">";
    xml.erase(xml.find(element) + element.size(), 2);
    told.answers["POST /"] = {200, xml};
    EXPECT_EQ(identity_error().code, Code::denied) << name;
  }
}

// An object is refused for what is invalid, and a setting is not the object's fault.
TEST_F(Sources, a_setting_that_is_no_url_is_the_operators) {
  options.container_url = options.sts_url = options.instance_url = "localhost:1";
  EXPECT_EQ(container_error().code, Code::denied);
  EXPECT_EQ(identity_error().code, Code::denied);
  EXPECT_NE(identity_error().message.find("STS"), std::string::npos);
  EXPECT_EQ(from_instance(setup()).error().code, Code::denied);
}

constexpr const char* roles = "GET /latest/meta-data/iam/security-credentials/";

TEST_F(Sources, an_instance_is_asked_with_a_token) {
  told.answers["PUT /latest/api/token"] = {200, "the token"};
  told.answers[roles] = {200, "a-role\n"};
  told.answers[std::string(roles) + "a-role"] = {200, good_json};
  expect_whole(**from_instance(setup()));
  EXPECT_EQ(told.seen.at(0).headers.get("x-aws-ec2-metadata-token-ttl-seconds"), "21600");
  EXPECT_EQ(told.seen.at(1).headers.get("x-aws-ec2-metadata-token"), "the token");
  EXPECT_EQ(told.seen.at(2).headers.get("x-aws-ec2-metadata-token"), "the token");
}

TEST_F(Sources, an_instance_of_the_first_version_is_asked_without_unless_that_is_off) {
  told.answers[roles] = {200, "a-role"};
  told.answers[std::string(roles) + "a-role"] = {200, good_json};
  expect_whole(**from_instance(setup()));
  EXPECT_EQ(told.seen.at(1).headers.get("x-aws-ec2-metadata-token"), "");
  options.instance_v1 = false;
  EXPECT_EQ(from_instance(setup()).error().code, Code::denied);
}

TEST_F(Sources, an_instance_that_is_there_and_fails_is_named) {
  told.answers["PUT /latest/api/token"] = {500, ""};
  Error error = from_instance(setup()).error();
  EXPECT_EQ(error.code, Code::busy);
  EXPECT_NE(error.message.find("instance metadata at " + url), std::string::npos);
  told.answers["PUT /latest/api/token"] = {200, "t"};
  told.answers[roles] = {503, ""};
  EXPECT_EQ(from_instance(setup()).error().code, Code::busy);
  told.answers[roles] = {200, "a-role"};
  told.answers[std::string(roles) + "a-role"] = {200, R"({"Code":"AssumeRoleUnauthorizedAccess"})"};
  EXPECT_EQ(from_instance(setup()).error().code, Code::denied);
}

TEST_F(Sources, an_instance_without_a_role_or_with_nobody_there_is_no_source) {
  told.answers["PUT /latest/api/token"] = {200, "t"};
  EXPECT_FALSE(from_instance(setup())->has_value());
  uint16_t port = test::HttpServer::start(told, {})->port();
  options.instance_url = "http://127.0.0.1:" + std::to_string(port);
  EXPECT_FALSE(from_instance(setup())->has_value());
  options.instance_named = true;
  EXPECT_EQ(from_instance(setup()).error().code, Code::busy) << "somebody said that it is there";
}

}  // namespace
}  // namespace silversmith::wire
