// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>

#include "base/hash.h"
#include "support/aws_chunked.h"
#include "support/fake_s3_control.h"
#include "support/fake_s3_error.h"

namespace silversmith::test {

namespace {

constexpr size_t requests_kept_max = 100'000;
constexpr size_t pattern_bytes_min = 1 << 20;

// What became of one request.
struct Outcome {
  HttpResponse response;
  SeenRequest seen;
};

const Fault* find(const std::vector<Fault>& faults, FaultKind kind) {
  for (const Fault& fault : faults) {
    if (fault.kind == kind) return &fault;
  }
  return nullptr;
}

std::string condition_of(const HttpRequest& request) {
  for (std::string_view name : {"If-Match", "If-None-Match"}) {
    const std::string* value = request.headers.find(name);
    if (value != nullptr) return std::string(name) + ": " + *value;
  }
  return "";
}

HttpResponse dropped() {
  HttpResponse response;
  response.status = 0;
  response.delivery.drop = true;
  return response;
}

// Another value of the same form.
std::string spoiled_checksum(std::string value) {
  if (!value.empty()) value[0] = value[0] == 'A' ? 'B' : 'A';
  return value;
}

void spoil_checksums(HttpResponse& response) {
  Headers headers;
  for (const auto& [name, value] : response.headers.all()) {
    bool checksum = name.starts_with("x-amz-checksum-") && name != "x-amz-checksum-type" &&
                    name != "x-amz-checksum-algorithm";
    headers.add(name, checksum ? spoiled_checksum(value) : value);
  }
  response.headers = std::move(headers);
}

// The faults of a request that has its answer.
void spoil(const std::vector<Fault>& faults, HttpResponse& response) {
  for (const Fault& fault : faults) {
    switch (fault.kind) {
      case FaultKind::drop_after: response.delivery.drop = true; break;
      case FaultKind::truncate: response.delivery.bytes_max = fault.amount; break;
      case FaultKind::slow_body: response.delivery.bytes_per_second = fault.amount; break;
      case FaultKind::flip_byte: response.delivery.flip_at = fault.amount; break;
      case FaultKind::wrong_checksum: spoil_checksums(response); break;
      case FaultKind::error_in_body:
      case FaultKind::blanks:
        if (response.status == 200) {
          response.delivery.blanks = static_cast<uint32_t>(fault.amount);
        }
        break;
      default: break;
    }
  }
}

class Fake : public FakeS3, public HttpHandler {
 public:
  explicit Fake(FakeS3Options options)
      : options_(std::move(options)),
        state_(*options_.clock, options_.limits),
        operations_(state_, access_) {}

  Result<> open() {
    for (const std::string& bucket : options_.buckets) {
      SMITH_TRY(state_.create_bucket(bucket));
      SMITH_TRY(state_.set_versioning(bucket, options_.versioning));
    }
    HttpServerOptions server;
    server.address = options_.address;
    server.port = options_.port;
    server_.emplace(SMITH_TRY(HttpServer::start(*this, server)));
    return {};
  }

  uint16_t port() const override { return server_->port(); }
  FakeS3State& state() override { return state_; }
  Faults& faults() override { return faults_; }
  Access& access() override { return access_; }
  void set_gate(GateHook hook) override {
    std::lock_guard lock(guarded_.mutex);
    guarded_.gate = std::move(hook);
  }
  std::vector<SeenRequest> requests() const override;
  void reset() override;
  Result<ObjectVersion> put(const Place& place, std::string bytes) override;
  Result<ObjectVersion> put_pattern(const Place& place, std::string header, std::string block,
                                    uint64_t repeats) override;

  HttpResponse answer(HttpRequest request, HttpConnection& connection) override;
  HttpResponse refuse(const Error& error) override;

 private:
  void answer_s3(HttpRequest request, HttpConnection& connection, Outcome& outcome);
  Result<HttpResponse> act(Call& call, const std::vector<Fault>& faults,
                           HttpConnection& connection);
  void loosen(Call& call, const std::vector<Fault>& faults, HttpConnection& connection) const;
  bool holds(const Call& call) const;
  std::optional<Error> fault_before(const Call& call, const std::vector<Fault>& faults);
  bool passes(Moment moment, const SeenRequest& seen);
  HttpResponse refused(const Error& error, const std::string& resource, uint64_t number) const;
  uint64_t arrive();
  void note(const SeenRequest& seen);

  struct Guarded {
    mutable std::mutex mutex;
    GateHook gate;
    uint64_t arrived = 0;
    std::deque<SeenRequest> requests;
  };

  FakeS3Options options_;
  FakeS3State state_;
  Faults faults_;
  Access access_;
  Operations operations_;
  Guarded guarded_;
  std::optional<HttpServer> server_;  // last: its threads use all of the above
};

uint64_t Fake::arrive() {
  std::lock_guard lock(guarded_.mutex);
  return ++guarded_.arrived;
}

void Fake::note(const SeenRequest& seen) {
  std::lock_guard lock(guarded_.mutex);
  guarded_.requests.push_back(seen);
  if (guarded_.requests.size() > requests_kept_max) guarded_.requests.pop_front();
}

std::vector<SeenRequest> Fake::requests() const {
  std::lock_guard lock(guarded_.mutex);
  std::vector<SeenRequest> out(guarded_.requests.begin(), guarded_.requests.end());
  std::sort(out.begin(), out.end(),
            [](const SeenRequest& a, const SeenRequest& b) { return a.number < b.number; });
  return out;
}

void Fake::reset() {
  state_.reset();
  faults_.clear();
  access_.clear();
  std::lock_guard lock(guarded_.mutex);
  guarded_.gate = nullptr;
  guarded_.requests.clear();
}

bool Fake::passes(Moment moment, const SeenRequest& seen) {
  GateHook gate;
  {
    std::lock_guard lock(guarded_.mutex);
    gate = guarded_.gate;
  }
  return !gate || gate(moment, seen) == Gate::pass;
}

HttpResponse Fake::refused(const Error& error, const std::string& resource, uint64_t number) const {
  HttpResponse response;
  response.status = status_of(error.type);
  if (response.status == 304) return response;
  response.headers.add("content-type", "application/xml");
  response.text = error_document(error, resource, std::to_string(number));
  return response;
}

HttpResponse Fake::refuse(const Error& error) {
  std::string code = error.code == Code::limit ? "EntityTooLarge" : "InvalidRequest";
  return refused(test::refuse(code, error.message), "/", 0);
}

std::optional<Error> Fake::fault_before(const Call& call, const std::vector<Fault>& faults) {
  if (find(faults, FaultKind::slow_down) != nullptr) {
    return test::refuse("SlowDown", "Please reduce your request rate.");
  }
  if (find(faults, FaultKind::internal_error) != nullptr) {
    return test::refuse("InternalError", "We encountered an internal error. Please try again.");
  }
  bool body = call.op == Op::put_object || call.op == Op::upload_part;
  if (body && find(faults, FaultKind::wrong_checksum) != nullptr) {
    return test::refuse("BadDigest",
                        "The CRC64NVME you specified did not match the calculated checksum.");
  }
  if (find(faults, FaultKind::conflict) == nullptr) return std::nullopt;
  if (call.op == Op::complete_upload) {
    auto spoiled = state_.spoil(call.upload());
    return spoiled ? std::nullopt : std::optional(std::move(spoiled).error());
  }
  return conflicting_operation(call.header("if-match") ? "If-Match" : "If-None-Match",
                               call.place.key);
}

// Whether the condition of a write holds at this moment.
bool Fake::holds(const Call& call) const {
  auto found = state_.find(call.place, std::nullopt);
  bool exists = found.ok() && !found->delete_marker;
  if (call.header("if-none-match")) return !exists;
  auto wanted = call.header("if-match");
  return !wanted || (exists && found->object.etag == bare_etag(*wanted));
}

// The faults of a store that takes conditions less seriously. After signatures, which cover them.
void Fake::loosen(Call& call, const std::vector<Fault>& faults, HttpConnection& connection) const {
  Headers& headers = call.request.headers;
  const Fault* late = find(faults, FaultKind::late_write);
  if (late != nullptr && holds(call)) {
    connection.wait(static_cast<int64_t>(late->amount));
    headers.remove("if-match");
    headers.remove("if-none-match");
  }
  if (find(faults, FaultKind::ignore_if_match) != nullptr) headers.remove("if-match");
  if (find(faults, FaultKind::ignore_if_none_match) != nullptr) headers.remove("if-none-match");
}

Result<HttpResponse> Fake::act(Call& call, const std::vector<Fault>& faults,
                               HttpConnection& connection) {
  if (auto error = fault_before(call, faults)) return *std::move(error);
  if (!options_.signing.credentials.empty()) {
    call.access_key =
        SMITH_TRY(check_sigv4(call.request, options_.signing, options_.clock->wall_micros()));
  }
  loosen(call, faults, connection);
  if (is_aws_chunked(call.request)) SMITH_TRY(undo_aws_chunked(call.request));
  if (call.op == Op::complete_upload && find(faults, FaultKind::error_in_body) != nullptr) {
    HttpResponse response = refused(
        test::refuse("InternalError", "We encountered an internal error. Please try again."),
        call.resource(), 0);
    response.status = 200;
    return response;
  }
  return operations_.run(call);
}

void Fake::answer_s3(HttpRequest request, HttpConnection& connection, Outcome& outcome) {
  SeenRequest& seen = outcome.seen;
  std::string path = request.path;
  auto call = parse_call(std::move(request), options_.limits);
  if (!call) {
    outcome.response = refused(call.error(), path, seen.number);
    return;
  }
  seen.operation = name_of(call->op);
  seen.bucket = call->place.bucket;
  seen.key = call->place.key;
  std::vector<Fault> faults = faults_.next(seen.method, seen.operation, seen.key);
  const Fault* delay = find(faults, FaultKind::delay);
  bool left = delay != nullptr && !connection.wait(static_cast<int64_t>(delay->amount));
  if (left || find(faults, FaultKind::drop_before) != nullptr ||
      !passes(Moment::before_effect, seen)) {
    outcome.response = dropped();
    return;
  }
  auto result = act(*call, faults, connection);
  outcome.response =
      result ? std::move(result).value() : refused(result.error(), call->resource(), seen.number);
  spoil(faults, outcome.response);
}

HttpResponse Fake::answer(HttpRequest request, HttpConnection& connection) {
  if (is_control(request)) return control(*this, request);
  Outcome outcome;
  SeenRequest& seen = outcome.seen;
  seen.number = arrive();
  seen.method = request.method;
  seen.query = request.query;
  seen.range = request.headers.get("range");
  seen.condition = condition_of(request);
  seen.body_bytes = request.body.size();
  answer_s3(std::move(request), connection, outcome);
  HttpResponse& response = outcome.response;
  if (response.status != 0) {
    seen.status = response.status;
    if (!passes(Moment::before_answer, seen)) response.delivery.drop = true;
  }
  if (response.delivery.drop) seen.status = 0;
  response.without_body = seen.method == "HEAD";
  response.headers.add("x-amz-request-id", "fake-" + std::to_string(seen.number));
  response.headers.add("date", http_date(options_.clock->wall_micros()));
  response.headers.add("server", "fake-s3");
  note(seen);
  return std::move(response);
}

Result<ObjectVersion> Fake::put(const Place& place, std::string bytes) {
  Draft draft;
  draft.etag = md5_hex(bytes);
  draft.checksum =
      StoredChecksum{Checksum::crc64nvme, checksum_of(Checksum::crc64nvme, bytes), false};
  draft.content.append(state_.blobs().keep(std::move(bytes)));
  return state_.put(place, std::move(draft), {});
}

Result<ObjectVersion> Fake::put_pattern(const Place& place, std::string header, std::string block,
                                        uint64_t repeats) {
  Draft draft;
  draft.etag = content_hash(header + block + std::to_string(repeats)).hex();
  // Short blocks would go out in as many system calls: they become one of a megabyte, and a rest.
  uint64_t joined = std::max<uint64_t>(1, pattern_bytes_min / block.size());
  std::string large;
  for (uint64_t i = 0; i < std::min(joined, repeats); ++i) large += block;
  std::string rest;
  for (uint64_t i = 0; i < repeats % joined; ++i) rest += block;
  draft.content.append(state_.blobs().keep(std::move(header)));
  if (repeats >= joined)
    draft.content.append(state_.blobs().keep(std::move(large)), repeats / joined);
  draft.content.append(state_.blobs().keep(std::move(rest)));
  return state_.put(place, std::move(draft), {});
}

}  // namespace

Result<std::unique_ptr<FakeS3>> FakeS3::start(FakeS3Options options) {
  auto fake = std::make_unique<Fake>(std::move(options));
  SMITH_TRY(fake->open());
  std::unique_ptr<FakeS3> out = std::move(fake);
  return out;
}

}  // namespace silversmith::test
