// SPDX-License-Identifier: Apache-2.0
// A lake in our fake S3, in this process, reached by the product's own client over HTTP. The fake
// calls the gate for each request; its thread then acts for the worker that waits for the answer.
#include <map>

#include "sim/s3_seam.h"
#include "store/s3.h"
#include "store/spool.h"
#include "support/fake_s3.h"
#include "support/test_network.h"
#include "wire/http.h"

namespace silversmith::sim {

namespace {

// Whoever waits for the baton waits for others' whole runs: no wait of the client's own may end.
constexpr wire::HttpOptions patient = {.connections_max = 4,
                                       .connect_ms_max = 600'000,
                                       .first_byte_ms_max = 600'000,
                                       .stall_seconds_max = 600};

store::S3Options options_for(const Habits& habits) {
  store::S3Options options;
  options.bucket = sim_bucket;
  options.path_style = true;
  options.attempts_max = 3;
  options.range_bytes = habits.range_bytes;
  options.ranges_max = 1;  // one request at a time, or the schedule would not be the seed's
  if (habits.in_parts) {
    options.put_bytes_max = 100;
    options.part_bytes = 400;
  }
  return options;
}

// One worker's own connections.
struct Reach {
  Reach(uint16_t port, const HttpLakeSetup& setup)
      : client(wire::HttpClient::make(test::test_network(),
                                      {"127.0.0.1", port, false, "us-east-1", "s3"}, patient)
                   .value()),
        store(options_for(setup.habits), client, spools, setup.clock) {}
  wire::HttpClient client;
  store::BudgetSpools spools{uint64_t{1} << 20, "/tmp"};
  store::S3Store store;
};

class HttpLake : public Lake {
 public:
  explicit HttpLake(const HttpLakeSetup& setup) {
    test::test_network();
    test::FakeS3Options options;
    options.buckets = {sim_bucket};
    options.versioning = setup.semantics == Semantics::s3_versioned ? test::Versioning::enabled
                                                                    : test::Versioning::off;
    options.limits.part_bytes_min = 1;
    options.clock = &setup.clock;
    fake_ = test::FakeS3::start(std::move(options)).value();
    fake_->set_gate([this, &gate = setup.gate](test::Moment moment, const test::SeenRequest& seen) {
      Passing passing = moment == test::Moment::before_effect
                            ? gate.before_effect(seen.method + " " + seen.key + "?" + seen.query)
                            : gate.before_answer(written_by(seen));
      return passing == Passing::pass ? test::Gate::pass : test::Gate::drop;
    });
    for (size_t i = 0; i < setup.actors; i++) {
      reaches_.push_back(std::make_unique<Reach>(fake_->port(), setup));
    }
  }
  ~HttpLake() override { reaches_.clear(); }  // hangs up before the fake goes

  store::Store& store(size_t actor) override { return reaches_[actor]->store; }
  bool gated() const override { return true; }
  void put(const std::string& key, const std::string& bytes) override {
    SMITH_CHECK(fake_->put({sim_bucket, key}, bytes).ok(), "nothing refuses a put");
  }
  void erase(const std::string& key) override { erase_by_hand(fake_->state(), key); }
  std::optional<std::string> peek(const std::string& key) override {
    std::optional<test::ObjectVersion> found = find_by_hand(fake_->state(), key);
    if (!found.has_value()) return std::nullopt;
    return found->object.content.copy(0, found->object.content.size());
  }
  std::vector<std::string> keys(const std::string& prefix) override {
    return keys_by_hand(fake_->state(), prefix);
  }
  std::string version(const std::string& key) override {
    return version_text(*find_by_hand(fake_->state(), key));
  }
  void hide_absence(bool hides) override {
    if (hides) fake_->access().deny({"", "s3:ListBucket", ""});
    if (!hides) fake_->access().clear();
  }
  // Of the next request that such trouble is for.
  void trouble(uint64_t pick) override {
    using test::FaultKind;
    static const test::FaultRule rules[] = {
        {.kind = FaultKind::slow_down},
        {.kind = FaultKind::internal_error, .times = 2},
        // Not a byte of the body: of a few, the client may have begun to read or not when it sees
        // the end, and a seed would name two schedules.
        {.kind = FaultKind::truncate, .method = "GET", .amount = 0},
        {.kind = FaultKind::wrong_checksum, .method = "PUT"},
        {.kind = FaultKind::conflict, .operation = "PutObject", .key = "silver/*"},
        {.kind = FaultKind::conflict, .operation = "CompleteMultipartUpload"},
        {.kind = FaultKind::error_in_body, .operation = "CompleteMultipartUpload", .amount = 3},
        {.kind = FaultKind::blanks, .operation = "CompleteMultipartUpload", .amount = 3},
    };
    fake_->faults().add(rules[pick % std::size(rules)]);
  }

 private:
  // An answer that says 200 need not have written.
  std::string written_by(const test::SeenRequest& seen) {
    bool writes = seen.operation == "PutObject" || seen.operation == "CompleteMultipartUpload";
    std::optional<test::ObjectVersion> now;
    if (writes && seen.status == 200) now = find_by_hand(fake_->state(), seen.key);
    if (!now.has_value() || writes_[seen.key] == now->write) return "";
    writes_[seen.key] = now->write;
    return seen.key;
  }

  std::unique_ptr<test::FakeS3> fake_;
  std::vector<std::unique_ptr<Reach>> reaches_;
  std::map<std::string, uint64_t> writes_;  // the last one that was seen, by key
};

}  // namespace

std::unique_ptr<Lake> make_http_lake(const HttpLakeSetup& setup) {
  return std::make_unique<HttpLake>(setup);
}

}  // namespace silversmith::sim
