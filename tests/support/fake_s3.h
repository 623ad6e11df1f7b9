// SPDX-License-Identifier: Apache-2.0
// An S3 of our own for tests, over HTTP on 127.0.0.1: the conditional writes of AWS exactly (also
// the answers that no other emulator gives), versions, uploads in parts, checksums, listings, SigV4
// verified, denials, and faults on command. It must not ship: nothing in src links it.
//
//   1. auto fake = FakeS3::start({.buckets = {"lake"}}).value();
//   2. point the client at fake->endpoint(); path style and bucket.localhost both work
//   3. fake->faults().add({.kind = FaultKind::slow_down, .operation = "PutObject"});
//   4. fake->requests() says what the client sent
// Programs in other languages do 3 and 4 over HTTP, see fake_s3_control.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "support/fake_s3_access.h"
#include "support/fake_s3_faults.h"
#include "support/fake_s3_operations.h"
#include "support/fake_s3_state.h"
#include "support/http_server.h"
#include "support/sigv4_check.h"

namespace silversmith::test {

struct SeenRequest {
  uint64_t number = 0;  // from 1, in the order of arrival
  std::string method;
  std::string operation;  // S3's name; empty: none that we know
  std::string bucket;
  std::string key;
  std::string query;
  std::string range;        // the header
  std::string condition;    // "If-Match: ..." or "If-None-Match: ...", or empty
  uint64_t body_bytes = 0;  // of the request
  int status = 0;           // 0: not answered, the connection was closed
};

enum class Moment : uint8_t { before_effect, before_answer };
enum class Gate : uint8_t { pass, drop };  // drop: the connection closes here
// Called on the connection's own thread, without locks; may block. `status` is known before_answer.
using GateHook = std::function<Gate(Moment, const SeenRequest&)>;

struct FakeS3Options {
  std::string address = "127.0.0.1";  // where it listens
  uint16_t port = 0;                  // 0: one that is free
  std::vector<std::string> buckets = {};
  Versioning versioning = Versioning::off;  // of these
  SigV4Options signing = {};                // no credentials: nobody checks, all is allowed
  FakeS3Limits limits = {};
  Clock* clock = &system_clock();
};

class FakeS3 {
 public:
  // Fails as HttpServer::start does.
  static Result<std::unique_ptr<FakeS3>> start(FakeS3Options options);
  virtual ~FakeS3() = default;

  virtual uint16_t port() const = 0;
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port()); }

  virtual FakeS3State& state() = 0;
  virtual Faults& faults() = 0;
  virtual Access& access() = 0;
  // Replaces the hook; requests that are inside the old one stay there.
  virtual void set_gate(GateHook hook) = 0;
  // Those that were answered or dropped, in the order of arrival; the last 100,000.
  virtual std::vector<SeenRequest> requests() const = 0;
  // Objects, uploads, faults, denials, gate and requests go; buckets stay.
  virtual void reset() = 0;
  // An object without conditions, for setting the scene. Returns its version.
  virtual Result<ObjectVersion> put(const Place& place, std::string bytes) = 0;
  // An object of header.size() + repeats * block.size() bytes that takes the memory of the block;
  // its ETag is opaque.
  virtual Result<ObjectVersion> put_pattern(const Place& place, std::string header,
                                            std::string block, uint64_t repeats) = 0;
};

}  // namespace silversmith::test
