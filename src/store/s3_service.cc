// SPDX-License-Identifier: Apache-2.0
#include "store/s3_service.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/uri.h"
#include "store/s3_errors.h"
#include "wire/date.h"

namespace silversmith::store {

namespace {

constexpr std::string_view metadata_prefix = "x-amz-meta-";
// What a request has once patience has ended.
constexpr int64_t last_try_micros = 5'000'000;

}  // namespace

Tag tag_of(std::string_view etag) {
  bool quoted = etag.size() >= 2 && etag.front() == '"' && etag.back() == '"';
  return Tag{std::string(quoted ? etag.substr(1, etag.size() - 2) : etag)};
}

std::string version_of(std::string_view id, const Tag& tag, uint64_t size,
                       int64_t modified_micros) {
  if (!id.empty() && id != "null") return std::string(id);
  return tag.text + "-" + std::to_string(size) + "-" + std::to_string(modified_micros / 1'000'000);
}

std::string quoted(const Tag& tag) { return "\"" + tag.text + "\""; }

Head head_of(const wire::HttpAnswer& answer, uint64_t size) {
  Head head;
  head.size = size;
  head.tag = tag_of(answer.header("ETag"));
  std::string_view modified = answer.header("Last-Modified");
  head.modified_micros = wire::date_micros(modified);
  head.looked_micros = wire::date_micros(answer.header("Date"));
  head.version =
      version_of(answer.header("x-amz-version-id"), head.tag, size, head.modified_micros);
  for (const wire::Header& header : answer.headers) {
    std::string name = lowered(header.name);
    if (name.starts_with(metadata_prefix))
      head.metadata[name.substr(metadata_prefix.size())] = header.value;
  }
  return head;
}

bool RetryBudget::take() {
  int before = tokens_.fetch_sub(retry_cost);
  if (before >= retry_cost) return true;
  tokens_ += retry_cost;
  return false;
}

void RetryBudget::give_back() {
  if (tokens_ < tokens_max) tokens_++;
}

// A try lasts at most as long as the patience: nothing was asked since then.
bool Patience::is_past(int64_t now_micros) const {
  int64_t last = last_;
  return last != none && now_micros - last > 2 * micros_;
}

int64_t Patience::left(int64_t now_micros) const {
  int64_t since = since_;
  bool fresh = since == none || is_past(now_micros);
  return fresh ? micros_ : micros_ - (now_micros - since);
}

int64_t Patience::quiet_micros_max(int64_t now_micros) const {
  return std::max(left(now_micros), std::min(micros_, last_try_micros));
}

bool Patience::ended(int64_t now_micros) const { return left(now_micros) <= 0; }

void Patience::failed(int64_t quiet_since_micros) {
  int64_t expected = is_past(quiet_since_micros) ? since_.load() : none;
  since_.compare_exchange_strong(expected, quiet_since_micros);
  last_ = quiet_since_micros;
}

S3Service::S3Service(S3Options options, wire::HttpClient& client, Clock& clock)
    : options_(std::move(options)),
      client_(client),
      clock_(clock),
      patience_(options_.patience_micros),
      jitter_(static_cast<uint64_t>(clock.wall_micros())) {}

std::string S3Service::where(std::string_view key) const {
  return "s3://" + options_.bucket + "/" + options_.prefix + std::string(key);
}

std::string S3Service::target_of(const S3Request& request) const {
  std::string path = "/";
  if (options_.path_style) path += uri_encoded(options_.bucket) + (request.key.empty() ? "" : "/");
  if (!request.key.empty()) path += uri_encoded_path(options_.prefix + request.key);
  return request.query.empty() ? path : path + "?" + request.query;
}

wire::Request S3Service::wire_request(const S3Request& request) const {
  return {request.method, target_of(request), request.headers, request.body, 0};
}

wire::Exchange S3Service::start(const S3Request& request, std::span<char> room) {
  wire::Request sent = wire_request(request);
  sent.quiet_micros_max = patience_.quiet_micros_max(clock_.steady_micros());
  return client_.start(std::move(sent), room);
}

Error S3Service::error_of(const S3Request& request, const wire::HttpAnswer& answer) const {
  std::string place = request.key.empty() ? "s3://" + options_.bucket : where(request.key);
  return s3_error(request.action, request.method + " " + place, answer);
}

Result<wire::HttpAnswer> S3Service::call(const S3Request& request) {
  for (Tries tries;;) {
    wire::Exchange exchange = start(request);
    Result<wire::HttpAnswer> answer = exchange.finish();
    if (answer.ok() && answer->good()) {
      succeeded();
      return answer;
    }
    Error error =
        answer.ok() ? error_of(request, *answer) : std::move(answer).error().in(where(request.key));
    if (!again(error, tries, exchange.quiet_since_micros())) return error;
  }
}

void S3Service::warn_of_denial(const char* context, const Result<wire::HttpAnswer>& answer) const {
  if (answer.ok() || answer.error().code != Code::denied || !options_.on_warning) return;
  Error told = answer.error();
  options_.on_warning(std::move(told).in(context));
}

bool S3Service::again(const Error& error, Tries& tries, int64_t quiet_since_micros) {
  if (error.code != Code::busy) {
    if (error.code != Code::stopped) patience_.succeeded();  // it was answered
    return false;
  }
  patience_.failed(quiet_since_micros);
  int64_t now = clock_.steady_micros();
  tries.quiet_micros += now - quiet_since_micros;
  // Others may be answered all the while: that ends the store's trouble, but not this request's.
  bool ended = patience_.ended(now) || tries.quiet_micros >= options_.patience_micros;
  if (tries.made >= options_.attempts_max || ended) return false;
  if (client_.stopping() || !budget_.take()) return false;
  Backoff backoff{options_.pause_micros_min, options_.pause_micros_max};
  clock_.sleep_micros(backoff.pause_micros(tries.made, jitter_));
  tries.made++;
  return !client_.stopping();
}

}  // namespace silversmith::store
