// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/json.h"
#include "base/thread.h"
#include "support/http_client.h"

namespace silversmith::test {
namespace {

using Fields = std::vector<Headers::Field>;

FakeS3Options lake_options() {
  FakeS3Options options;
  options.buckets = {"lake"};
  options.limits.part_bytes_min = 1;
  return options;
}

class FakeS3Test : public testing::Test {
 protected:
  HttpAnswer ask(std::string_view method, std::string_view target, const Fields& fields = {},
                 std::string_view body = "") {
    Headers headers;
    for (const auto& [name, value] : fields) headers.add(name, value);
    HttpClient client(fake_->port());
    return client.ask(method, target, headers, body);
  }
  int status(std::string_view method, std::string_view target, const Fields& fields = {},
             std::string_view body = "") {
    return ask(method, target, fields, body).status;
  }
  void fault(FaultKind kind, uint64_t amount = 0) {
    FaultRule rule;
    rule.kind = kind;
    rule.amount = amount;
    fake_->faults().add(rule);
  }
  // Starts an upload with one part; "/lake/KEY?uploadId=ID" and the body of its Complete.
  std::pair<std::string, std::string> upload(const std::string& key) {
    std::string started = ask("POST", "/lake/" + key + "?uploads").body;
    size_t from = started.find("<UploadId>") + 10;
    std::string target =
        "/lake/" + key + "?uploadId=" + started.substr(from, started.find("</Upl", from) - from);
    EXPECT_EQ(status("PUT", target + "&partNumber=1", {}, "part"), 200);
    return {target, "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"" +
                        md5_hex("part") + "\"</ETag></Part></CompleteMultipartUpload>"};
  }

  std::unique_ptr<FakeS3> fake_ = FakeS3::start(lake_options()).value();
};

TEST_F(FakeS3Test, errors_are_documents_and_those_of_head_have_none) {
  auto get = ask("GET", "/lake/a%26b");
  EXPECT_EQ(get.status, 404);
  EXPECT_EQ(get.headers.get("content-type"), "application/xml");
  for (std::string_view part : {"<Code>NoSuchKey</Code>", "<Message>", "<Key>a&amp;b</Key>",
                                "<Resource>/lake/a&amp;b</Resource>", "<RequestId>1</RequestId>"}) {
    EXPECT_NE(get.body.find(part), std::string::npos) << part;
  }
  auto head = ask("HEAD", "/lake/a%26b");
  EXPECT_EQ(head.status, 404);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.headers.get("x-amz-request-id"), "fake-2");
}

TEST_F(FakeS3Test, says_which_condition_failed) {
  fake_->put({"lake", "k"}, "a").value();
  auto answer = ask("PUT", "/lake/k", {{"If-None-Match", "*"}}, "b");
  EXPECT_EQ(answer.status, 412);
  EXPECT_NE(answer.body.find("<Condition>If-None-Match</Condition>"), std::string::npos);
}

TEST_F(FakeS3Test, answers_hosts_and_paths_alike) {
  EXPECT_EQ(status("PUT", "/dir/k", {{"Host", "lake.s3.localhost"}}, "body"), 200);
  EXPECT_EQ(ask("GET", "/lake/dir/k").body, "body");
  EXPECT_EQ(ask("GET", "/dir/k", {{"Host", "lake.localhost:1"}}).body, "body");
}

TEST_F(FakeS3Test, undoes_aws_chunked_and_verifies_its_trailer) {
  Fields fields = {{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
                   {"content-encoding", "aws-chunked"},
                   {"x-amz-decoded-content-length", "4"},
                   {"x-amz-trailer", "x-amz-checksum-crc32c"}};
  auto chunked = [](std::string_view summed) {
    return "4\r\nbody\r\n0\r\nx-amz-checksum-crc32c:" + checksum_of(Checksum::crc32c, summed) +
           "\r\n\r\n";
  };
  EXPECT_EQ(status("PUT", "/lake/k", fields, chunked("BODY")), 400);
  EXPECT_EQ(status("GET", "/lake/k"), 404);
  EXPECT_EQ(status("PUT", "/lake/k", fields, chunked("body")), 200);
  auto answer = ask("GET", "/lake/k", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(answer.body, "body");
  EXPECT_EQ(answer.headers.get("x-amz-checksum-crc32c"), checksum_of(Checksum::crc32c, "body"));
  EXPECT_EQ(answer.headers.get("content-encoding"), "");
}

TEST_F(FakeS3Test, verifies_signatures_when_it_knows_credentials) {
  FakeS3Options options = lake_options();
  options.signing.credentials = {{"key", "secret", "token"}};
  fake_ = FakeS3::start(options).value();
  EXPECT_EQ(status("PUT", "/lake/k", {}, "body"), 403);
  HttpRequest request{"PUT", "/lake/k", "", {}, "body"};
  request.headers.add("host", "fake");
  Fields fields = {{"Host", "fake"}};
  Headers signature = sign_sigv4(request, options.signing, system_clock().wall_micros());
  for (const auto& field : signature.all()) {
    fields.push_back(field);
  }
  EXPECT_EQ(status("PUT", "/lake/other", fields, "body"), 403);
  EXPECT_EQ(status("PUT", "/lake/k", fields, "BODY"), 400);
  EXPECT_EQ(status("PUT", "/lake/k", fields, "body"), 200);
  EXPECT_EQ(fake_->state().find({"lake", "k"}, {})->object.content.copy(0, 4), "body");
}

TEST_F(FakeS3Test, an_absent_key_is_403_without_the_right_to_list) {
  EXPECT_EQ(status("HEAD", "/lake/k"), 404);
  fake_->access().deny({"", "s3:ListBucket", ""});
  EXPECT_EQ(status("HEAD", "/lake/k"), 403);
  EXPECT_EQ(status("GET", "/lake/k"), 403);
  EXPECT_EQ(status("GET", "/lake?list-type=2"), 403);
  fake_->put({"lake", "k"}, "a").value();
  EXPECT_EQ(status("GET", "/lake/k"), 200);
}

TEST_F(FakeS3Test, denies_actions_by_prefix) {
  std::string etag = fake_->put({"lake", "silver/k"}, "a")->object.etag;
  fake_->access().deny({"", "s3:GetObject", "silver/"});
  EXPECT_EQ(status("GET", "/lake/silver/k"), 403);
  EXPECT_EQ(status("GET", "/lake/bronze/k"), 404);
  // A comparison reads: it wants the right to read.
  EXPECT_EQ(status("PUT", "/lake/silver/k", {{"If-Match", etag}}, "b"), 403);
  EXPECT_EQ(status("DELETE", "/lake/silver/k", {{"If-Match", etag}}), 403);
  EXPECT_EQ(status("PUT", "/lake/silver/k", {{"If-None-Match", "*"}}, "b"), 412);
  fake_->access().deny({"", "s3:AbortMultipartUpload", ""});
  auto [target, complete] = upload("k");
  EXPECT_EQ(status("DELETE", target), 403);
  fake_->access().clear();
  EXPECT_EQ(status("DELETE", target), 204);
  fake_->access().deny({"somebody", "*", ""});
  EXPECT_EQ(status("GET", "/lake/silver/k"), 200);
}

TEST_F(FakeS3Test, faults_before_the_effect_leave_nothing) {
  for (auto [kind, wanted] :
       std::initializer_list<std::pair<FaultKind, int>>{{FaultKind::internal_error, 500},
                                                        {FaultKind::slow_down, 503},
                                                        {FaultKind::drop_before, 0},
                                                        {FaultKind::conflict, 409},
                                                        {FaultKind::wrong_checksum, 400}}) {
    fault(kind);
    EXPECT_EQ(status("PUT", "/lake/k", {{"If-None-Match", "*"}}, "a"), wanted);
    EXPECT_EQ(status("HEAD", "/lake/k"), 404) << wanted;
  }
}

TEST_F(FakeS3Test, an_answer_can_be_lost_behind_its_effect) {
  fault(FaultKind::drop_after);
  EXPECT_EQ(status("PUT", "/lake/k", {{"If-None-Match", "*"}}, "a"), 0);
  EXPECT_EQ(ask("GET", "/lake/k").body, "a");
}

TEST_F(FakeS3Test, a_body_can_be_cut_flipped_and_summed_wrongly) {
  fake_->put({"lake", "k"}, "0123456789").value();
  fault(FaultKind::truncate, 4);
  auto cut = ask("GET", "/lake/k");
  EXPECT_EQ(cut.headers.get("content-length"), "10");
  EXPECT_EQ(cut.body, "0123");
  EXPECT_FALSE(cut.whole);
  fault(FaultKind::flip_byte, 1);
  auto flipped = ask("GET", "/lake/k", {{"Range", "bytes=5-7"}});
  EXPECT_EQ(flipped.body, std::string("5") + static_cast<char>(~'6') + "7");
  Fields with_checksum = {{"x-amz-checksum-mode", "ENABLED"}};
  std::string right = checksum_of(Checksum::crc64nvme, "0123456789");
  fault(FaultKind::wrong_checksum);
  auto wrong = ask("GET", "/lake/k", with_checksum);
  EXPECT_NE(wrong.headers.get("x-amz-checksum-crc64nvme"), right);
  EXPECT_EQ(wrong.headers.get("x-amz-checksum-crc64nvme").size(), right.size());
  EXPECT_EQ(ask("GET", "/lake/k", with_checksum).headers.get("x-amz-checksum-crc64nvme"), right);
}

TEST_F(FakeS3Test, a_delay_and_a_slow_body_go_well_in_the_end) {
  fake_->put({"lake", "k"}, std::string(3'000, 'x')).value();
  fault(FaultKind::delay, 20'000);
  fault(FaultKind::slow_body, 100'000);
  int64_t before = system_clock().steady_micros();
  EXPECT_EQ(ask("GET", "/lake/k").body.size(), 3'000u);
  EXPECT_GE(system_clock().steady_micros() - before, 40'000);
}

TEST_F(FakeS3Test, a_complete_can_fail_inside_of_a_200) {
  auto [target, complete] = upload("k");
  fault(FaultKind::error_in_body, 3);
  auto answer = ask("POST", target, {}, complete);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body.starts_with("   <?xml")) << answer.body;
  EXPECT_NE(answer.body.find("<Code>InternalError</Code>"), std::string::npos);
  EXPECT_EQ(status("HEAD", "/lake/k"), 404);
  fault(FaultKind::blanks, 2);
  answer = ask("POST", target, {}, complete);
  EXPECT_TRUE(answer.body.starts_with("  <?xml")) << answer.body;
  EXPECT_NE(answer.body.find("<CompleteMultipartUploadResult"), std::string::npos);
  EXPECT_EQ(ask("GET", "/lake/k").body, "part");
}

TEST_F(FakeS3Test, a_conflict_of_a_complete_stays) {
  auto [target, complete] = upload("k");
  fault(FaultKind::conflict);
  Fields create = {{"If-None-Match", "*"}};
  EXPECT_EQ(status("POST", target, create, complete), 409);
  EXPECT_EQ(status("POST", target, create, complete), 409);
  auto [again, complete_again] = upload("k");
  EXPECT_EQ(status("POST", again, create, complete_again), 200);
}

TEST_F(FakeS3Test, a_gate_sees_each_request_twice_and_may_drop_it) {
  std::vector<std::string> seen;
  Moment dropped_at = Moment::before_effect;
  fake_->set_gate([&](Moment moment, const SeenRequest& request) {
    std::string when = moment == Moment::before_effect ? "before " : "after ";
    seen.push_back(when + request.operation + " " + request.key + " " +
                   std::to_string(request.status));
    return request.operation == "PutObject" && moment == dropped_at ? Gate::drop : Gate::pass;
  });
  EXPECT_EQ(status("PUT", "/lake/k", {}, "a"), 0);
  EXPECT_EQ(status("HEAD", "/lake/k"), 404);
  dropped_at = Moment::before_answer;
  EXPECT_EQ(status("PUT", "/lake/k", {}, "a"), 0);
  EXPECT_EQ(status("HEAD", "/lake/k"), 200);
  EXPECT_EQ(seen, (std::vector<std::string>{"before PutObject k 0", "before HeadObject k 0",
                                            "after HeadObject k 404", "before PutObject k 0",
                                            "after PutObject k 200", "before HeadObject k 0",
                                            "after HeadObject k 200"}));
}

TEST_F(FakeS3Test, remembers_what_was_asked_and_forgets_on_reset) {
  fake_->put({"lake", "k"}, "0123").value();
  ask("GET", "/lake/k", {{"Range", "bytes=1-2"}, {"If-Match", "\"x\""}});
  fault(FaultKind::drop_before);
  ask("DELETE", "/lake/k");
  auto requests = fake_->requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].operation, "GetObject");
  EXPECT_EQ(requests[0].range, "bytes=1-2");
  EXPECT_EQ(requests[0].condition, "If-Match: \"x\"");
  EXPECT_EQ(requests[0].status, 412);
  EXPECT_EQ(requests[1].operation, "DeleteObject");
  EXPECT_EQ(requests[1].status, 0);
  fake_->reset();
  EXPECT_TRUE(fake_->requests().empty());
  EXPECT_EQ(status("HEAD", "/lake/k"), 404);
  EXPECT_EQ(status("HEAD", "/lake"), 200);
}

TEST_F(FakeS3Test, is_programmed_over_http_too) {
  EXPECT_EQ(status("POST", "/_fake/faults", {}, R"({"fault": "slow_down", "times": 2})"), 200);
  EXPECT_EQ(status("GET", "/lake/k"), 503);
  EXPECT_EQ(status("GET", "/lake/k"), 503);
  EXPECT_EQ(status("GET", "/lake/k"), 404);
  EXPECT_EQ(status("POST", "/_fake/deny", {}, R"([{"action": "s3:ListBucket"}])"), 200);
  EXPECT_EQ(status("GET", "/lake/k"), 403);
  auto bad = ask("POST", "/_fake/faults", {}, R"({"fault": "explode"})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_NE(bad.body.find("wanted one of delay"), std::string::npos);
  EXPECT_EQ(status("POST", "/_fake/deny", {}, R"({"action": "GetObject"})"), 400);
  EXPECT_EQ(status("GET", "/_fake/nothing"), 404);
  auto requests = parse_json(ask("GET", "/_fake/requests").body);
  ASSERT_TRUE(requests);
  ASSERT_EQ(requests->as_array().size(), 4u);
  EXPECT_EQ(requests->as_array()[3].int_or("status", 0), 403);
  EXPECT_EQ(requests->as_array()[3].text_or("key", ""), "k");
  EXPECT_EQ(status("POST", "/_fake/reset"), 200);
  EXPECT_EQ(ask("GET", "/_fake/requests").body, "[]");
}

TEST_F(FakeS3Test, a_pattern_is_an_object_of_any_size) {
  auto made = ask("POST", "/_fake/pattern", {},
                  R"({"bucket": "lake", "key": "k", "header": "h\n", "block": "1,2\n",
                      "repeats": 1250000001})");
  EXPECT_EQ(parse_json(made.body)->int_or("bytes", 0), 5'000'000'006);
  EXPECT_EQ(ask("GET", "/lake/k", {{"Range", "bytes=0-9"}}).body, "h\n1,2\n1,2\n");
  EXPECT_EQ(ask("GET", "/lake/k", {{"Range", "bytes=-6"}}).body, "2\n1,2\n");
  EXPECT_EQ(ask("HEAD", "/lake/k").headers.get("content-length"), "5000000006");
  EXPECT_EQ(status("POST", "/_fake/pattern", {}, R"({"bucket": "lake", "key": "k"})"), 400);
}

TEST_F(FakeS3Test, of_many_creators_over_http_one_wins) {
  for (int round = 0; round < 10; ++round) {
    std::atomic<int> winners = 0;
    {
      std::vector<Thread> threads;
      for (int i = 0; i < 16; ++i) {
        auto thread = Thread::start([this, round, &winners] {
          std::string target = "/lake/" + std::to_string(round);
          winners += status("PUT", target, {{"If-None-Match", "*"}}, "x") == 200;
        });
        threads.push_back(std::move(thread).value());
      }
    }
    ASSERT_EQ(winners, 1);
  }
}

TEST_F(FakeS3Test, a_stop_does_not_wait_for_a_delay) {
  fault(FaultKind::delay, 60'000'000);
  int64_t before = system_clock().steady_micros();
  HttpClient client(fake_->port());
  client.send("GET /lake/k HTTP/1.1\r\nHost: x\r\n\r\n");
  fake_.reset();
  EXPECT_EQ(client.receive("GET").status, 0);
  EXPECT_LT(system_clock().steady_micros() - before, 30'000'000);
}

}  // namespace
}  // namespace silversmith::test
