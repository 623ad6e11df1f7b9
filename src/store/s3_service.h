// SPDX-License-Identifier: Apache-2.0
// One bucket, spoken to: builds requests, repeats those that may be repeated, and turns what S3
// answers into our codes. What it answers to conditions is stated by tests/s3/conditions.py;
// objects, uploads and the store are built on these calls. Safe to use from several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"
#include "wire/http.h"

namespace silversmith::store {

// What the client of a store must have room for in an answer: a listing of 1,000 of S3's longest
// keys, each byte as %XX.
inline constexpr size_t s3_answer_bytes_max = size_t{4} << 20;

// How long a store may fail, from the last byte that moved before: over the tries of one request,
// and over requests that follow one another while none succeeds.
inline constexpr int64_t s3_patience_micros = 60'000'000;

struct S3Options {
  std::string bucket;
  std::string prefix;         // in front of every key: "" or "team-a/"
  bool path_style = false;    // https://host/bucket/key; else the bucket is part of the host
  uint32_t attempts_max = 5;  // of one request
  int64_t pause_micros_min = 50'000;  // before the second try; doubles from there
  int64_t pause_micros_max = 5'000'000;
  int64_t patience_micros = s3_patience_micros;
  // Says what the operator should know and no outcome depends on; may be empty. Called by any
  // thread.
  std::function<void(const Error&)> on_warning = {};
  // What one reader holds: so many ranges of so many bytes.
  size_t range_bytes = size_t{8} << 20;
  uint32_t ranges_max = 4;
  // Objects up to this size are one PUT, longer ones are uploaded in parts.
  uint64_t put_bytes_max = uint64_t{64} << 20;
  size_t part_bytes = size_t{8} << 20;
};

// What a request is for: it names the right that a denial is about.
enum class S3Action : uint8_t {
  look,
  read,
  write,
  remove,
  list,
  list_versions,
  upload_part,
  abort_upload,
};

// A bound on repetitions over all requests of a process, so that a service in trouble is not asked
// ever more: a repetition takes tokens, successes give them back (the "standard" mode of the AWS
// tools works so).
class RetryBudget {
 public:
  bool take();
  void give_back();

 private:
  static constexpr int tokens_max = 500;
  static constexpr int retry_cost = 5;
  std::atomic<int> tokens_ = tokens_max;
};

// The time that trouble may take. It runs from the last byte that moved before a try failed, and
// ends with the next success or refusal. When it has run out, each request has one short try until
// then: a store that came back is found, one that is gone costs little. Trouble that is long past,
// of a function that was frozen meanwhile or a worker without work, says nothing about now.
class Patience {
 public:
  explicit Patience(int64_t micros) : micros_(micros) {}
  // For how long a try that begins now may see no byte move.
  int64_t quiet_micros_max(int64_t now_micros) const;
  bool ended(int64_t now_micros) const;
  // A try failed; `quiet_since` is when its last byte moved.
  void failed(int64_t quiet_since_micros);
  void succeeded() { since_ = none; }

 private:
  static constexpr int64_t none = INT64_MIN;
  int64_t left(int64_t now_micros) const;
  bool is_past(int64_t now_micros) const;
  int64_t micros_;
  std::atomic<int64_t> since_ = none;
  std::atomic<int64_t> last_ = none;  // as since_, of the latest try that failed
};

// Of one request: how often it was sent, and for how long no byte moved before tries of it failed.
struct Tries {
  uint32_t made = 1;
  int64_t quiet_micros = 0;
};

struct S3Request {
  S3Action action = S3Action::look;
  std::string method;
  std::string key;    // within the store; "" is the bucket itself
  std::string query;  // encoded, without "?"
  std::vector<wire::Header> headers;
  RandomAccess* body = nullptr;
};

class S3Service {
 public:
  // `client` and `clock` outlive this.
  S3Service(S3Options options, wire::HttpClient& client, Clock& clock);

  const S3Options& options() const { return options_; }
  std::string where(std::string_view key) const;  // "s3://bucket/prefix/key"

  // Sends once; the answer may say anything.
  wire::Exchange start(const S3Request& request, std::span<char> room = {});
  // Sends, and again after passing trouble. A good answer, or what else it says as an error.
  Result<wire::HttpAnswer> call(const S3Request& request);
  // What is wrong with an answer that is not good.
  Error error_of(const S3Request& request, const wire::HttpAnswer& answer) const;
  // Whether another try of a request is due after `error`; pauses first and counts it.
  // `quiet_since` is when the last byte of the try moved (Exchange), or when it failed.
  bool again(const Error& error, Tries& tries, int64_t quiet_since_micros);
  // Bytes of an answer came, if not all of them.
  void progressed() { patience_.succeeded(); }
  void succeeded() {
    budget_.give_back();
    patience_.succeeded();
  }
  int64_t now_micros() { return clock_.steady_micros(); }  // on the steady clock
  // Tells the operator what became of a request that no outcome depends on, where a right is
  // missing: "context: message". Anything else is nobody's to mend.
  void warn_of_denial(const char* context, const Result<wire::HttpAnswer>& answer) const;

 private:
  wire::Request wire_request(const S3Request& request) const;
  std::string target_of(const S3Request& request) const;

  S3Options options_;
  wire::HttpClient& client_;
  Clock& clock_;
  RetryBudget budget_;
  Patience patience_;
  Jitter jitter_;
};

Tag tag_of(std::string_view etag);  // an ETag without its quotes
// What names a version of an object: its id, or where the bucket keeps none ("" or "null") what
// tells apart the same bytes put again, as far as S3 does.
std::string version_of(std::string_view id, const Tag& tag, uint64_t size, int64_t modified_micros);
// What an answer's headers tell of the object. `size` is of the whole object.
Head head_of(const wire::HttpAnswer& answer, uint64_t size);
std::string quoted(const Tag& tag);  // as If-Match has it

}  // namespace silversmith::store
