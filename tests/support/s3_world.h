// SPDX-License-Identifier: Apache-2.0
// Our fake S3 and our client of it, wired together as the program does it, for tests of what speaks
// S3.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "store/s3.h"
#include "store/spool.h"
#include "support/fake_s3.h"
#include "support/test_network.h"
#include "wire/http.h"

namespace silversmith::test {

// Short timeouts: nothing here is far away.
inline wire::HttpOptions test_http_options() {
  return {.connections_max = 16,
          .connect_ms_max = 2000,
          .first_byte_ms_max = 5000,
          .stall_seconds_max = 5};
}

class S3World {
 public:
  static constexpr const char* bucket = "lake";

  explicit S3World(Versioning versioning = Versioning::off) {
    test_network();
    FakeS3Options options;
    options.buckets = {bucket};
    options.versioning = versioning;
    options.signing.credentials = {{test_access_key, test_secret_key, ""}};
    options.limits.part_bytes_min = 1;
    fake_ = std::move(FakeS3::start(std::move(options))).value();
    make({});  // here, since threads of a test may ask for it at once
  }

  FakeS3& fake() { return *fake_; }
  store::Store& store() { return *store_; }
  // A store with these options; bucket and style of addresses are given.
  store::Store& make(store::S3Options options) {
    options.bucket = bucket;
    options.path_style = true;
    options.pause_micros_min = 1000;
    options.pause_micros_max = 10'000;
    store_ = std::make_unique<store::S3Store>(options, client(), spools_, system_clock());
    return *store_;
  }
  wire::HttpClient& client() {
    wire::Endpoint endpoint{"127.0.0.1", fake_->port(), false, "us-east-1", "s3"};
    wire::HttpOptions http = test_http_options();
    http.body_bytes_max = store::s3_answer_bytes_max;
    clients_.push_back(wire::HttpClient::make(test_network(), endpoint, http).value());
    return clients_.back();
  }
  SpoolMaker& spools() { return spools_; }

  void put(const std::string& key, const std::string& bytes) {
    EXPECT_TRUE(fake_->put({bucket, key}, bytes).ok());
  }
  // How many requests of that operation the fake has answered.
  size_t count(std::string_view operation) const {
    size_t count = 0;
    for (const SeenRequest& seen : fake_->requests()) count += seen.operation == operation ? 1 : 0;
    return count;
  }
  size_t requests() const { return fake_->requests().size(); }

 private:
  std::unique_ptr<FakeS3> fake_;
  std::deque<wire::HttpClient> clients_;
  store::BudgetSpools spools_{uint64_t{1} << 20, "/tmp"};
  std::unique_ptr<store::S3Store> store_;
};

// What write and read do in the tests of the store.
inline Result<store::Tag> write(store::Store& store, const std::string& key, std::string_view bytes,
                                const store::Condition& condition) {
  auto upload = store.upload({key, {}});
  if (!upload.ok()) return std::move(upload).error();
  Result<> written = (*upload)->write(bytes);
  if (!written.ok()) return std::move(written).error();
  return (*upload)->commit(key, {}, condition);
}

// The whole object, read in pieces of `piece` bytes, or "(code)".
inline std::string read_all(store::Store& store, const std::string& key, size_t piece) {
  auto object = store.open(key);
  if (!object.ok()) return "(" + std::string(name_of(object.error().code)) + ")";
  std::string bytes;
  std::string room(piece, '?');
  while (true) {
    Result<size_t> count = (*object)->read(room);
    if (!count.ok()) return "(" + std::string(name_of(count.error().code)) + ")";
    if (*count == 0) return bytes;
    bytes.append(room, 0, *count);
  }
}

}  // namespace silversmith::test
