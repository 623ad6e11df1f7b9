// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3_control.h"

#include "base/json.h"
#include "base/text.h"

namespace silversmith::test {

namespace {

constexpr std::string_view root = "/_fake/";

Json json_of(const SeenRequest& request) {
  Json out = Json::object();
  out.set("number", request.number).set("method", request.method);
  out.set("operation", request.operation).set("bucket", request.bucket).set("key", request.key);
  out.set("query", request.query).set("range", request.range);
  out.set("condition", request.condition).set("body_bytes", request.body_bytes);
  out.set("status", request.status);
  return out;
}

Result<Json> put_pattern(FakeS3& fake, const Json& body) {
  int64_t repeats = body.int_or("repeats", -1);
  std::string block = body.text_or("block", "");
  if (repeats < 0 || block.empty()) {
    return Error{Code::invalid,
                 "a pattern: found " + show(body.dump()) +
                     ", wanted \"bucket\", \"key\", \"header\", a \"block\" and \"repeats\"",
                 "", ""};
  }
  ObjectVersion made = SMITH_TRY(
      fake.put_pattern({body.text_or("bucket", ""), body.text_or("key", "")},
                       body.text_or("header", ""), block, static_cast<uint64_t>(repeats)));
  Json out = Json::object();
  out.set("etag", made.object.etag).set("bytes", made.object.content.size());
  return out;
}

Result<Json> run(FakeS3& fake, const HttpRequest& request) {
  std::string what = request.method + " " + request.path.substr(root.size());
  if (what == "GET requests") {
    Json out = Json::array();
    for (const SeenRequest& seen : fake.requests()) out.add(json_of(seen));
    return out;
  }
  if (what == "POST reset") {
    fake.reset();
    return Json::object();
  }
  if (what == "DELETE faults") {
    fake.faults().clear();
    return Json::object();
  }
  if (what == "DELETE deny") {
    fake.access().clear();
    return Json::object();
  }
  if (what != "POST faults" && what != "POST deny" && what != "POST pattern") {
    return Error{Code::missing, "there is no " + show(request.method + " " + request.path), "", ""};
  }
  Json body = SMITH_TRY(parse_json(request.body));
  if (what == "POST pattern") return put_pattern(fake, body);
  if (what == "POST deny") {
    for (DenyRule& rule : SMITH_TRY(parse_deny(body))) fake.access().deny(std::move(rule));
  } else {
    for (FaultRule& rule : SMITH_TRY(parse_faults(body))) fake.faults().add(std::move(rule));
  }
  return Json::object();
}

}  // namespace

bool is_control(const HttpRequest& request) { return request.path.starts_with(root); }

HttpResponse control(FakeS3& fake, const HttpRequest& request) {
  auto result = run(fake, request);
  HttpResponse response;
  response.headers.add("content-type", "application/json");
  if (result) {
    response.text = result->dump();
    return response;
  }
  response.status = result.error().code == Code::missing ? 404 : 400;
  Json error = Json::object();
  error.set("error", result.error().message);
  response.text = error.dump();
  return response;
}

}  // namespace silversmith::test
