// SPDX-License-Identifier: Apache-2.0
#include "store/s3_object.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace silversmith::store {

namespace {

// What opening asks for: enough for most objects of a lake of small files, little enough to throw
// away when the object turns out to be known.
constexpr size_t first_bytes_max = size_t{1} << 20;

std::string range_text(uint64_t offset, size_t bytes) {
  return "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + bytes - 1);
}

}  // namespace

std::optional<uint64_t> whole_size(std::string_view content_range) {
  size_t slash = content_range.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return parse_number(content_range.substr(slash + 1));
}

Result<std::unique_ptr<Object>> S3Object::open(S3Service& service, std::string key) {
  auto object = std::make_unique<S3Object>(service, std::move(key));
  SMITH_TRY(object->begin());
  std::unique_ptr<Object> opened = std::move(object);
  return opened;
}

Error S3Object::changed() const {
  return {Code::conflict, service_.where(key_) + " changed while it was read", "", ""};
}

S3Request S3Object::request_for(uint64_t offset, size_t bytes) const {
  S3Request request{S3Action::read, "GET", key_, "", {}, nullptr};
  request.headers.push_back({"Range", range_text(offset, bytes)});
  if (pinned_) request.headers.push_back({"If-Match", quoted(head_.tag)});
  return request;
}

Result<> S3Object::begin() {
  Range first;
  first.bytes.resize(std::min(first_bytes_max, service_.options().range_bytes));
  S3Request request = request_for(0, first.bytes.size());
  for (Tries tries;;) {
    first.exchange.reset();  // an earlier one must write there no more
    first.exchange.emplace(service_.start(request, first.bytes.span()));
    Result<wire::HttpAnswer> answer = first.exchange->begin();
    std::optional<uint64_t> size;
    if (answer.ok() && answer->status == 206) size = whole_size(answer->header("Content-Range"));
    if (size.has_value()) {
      head_ = head_of(*answer, *size);
      first.bytes.resize(std::min<uint64_t>(first.bytes.size(), *size));
      break;
    }
    // An empty object has no first byte to ask for. One that is not empty by now was written since:
    // then the next try finds its bytes.
    bool empty = answer.ok() && answer->status == 416;
    if (empty) {
      wire::HttpAnswer look =
          SMITH_TRY(service_.call({S3Action::look, "HEAD", key_, "", {}, nullptr}));
      if (look.header("Content-Length") == "0") {
        head_ = head_of(look, 0);
        first.bytes.resize(0);
        break;
      }
    }
    Error error = !answer.ok() ? std::move(answer).error().in(service_.where(key_))
                  : empty ? Error{Code::busy, service_.where(key_) + " is being rewritten", "", ""}
                  : answer->good()
                      ? Error{Code::denied, service_.where(key_) + ": the store ignores ranges",
                              "use a store that answers to Range", ""}
                      : service_.error_of(request, *answer);
    if (!service_.again(error, tries, first.exchange->quiet_since_micros())) return error;
  }
  service_.succeeded();
  pinned_ = true;
  next_ = first.bytes.size();
  small_ = first.bytes.size() == head_.size;
  if (!first.bytes.empty()) window_.push_back(std::move(first));
  return {};
}

void S3Object::ask(Range& range) {
  range.asked_from = range.taken;
  std::span<char> room = range.bytes.span().subspan(range.taken);
  range.exchange.reset();  // an earlier one must write there no more
  range.exchange.emplace(
      service_.start(request_for(range.offset + range.taken, room.size()), room));
}

void S3Object::fill_window() {
  while (window_.size() < service_.options().ranges_max && next_ < head_.size) {
    Range& range = window_.emplace_back();
    range.offset = next_;
    range.bytes.swap(spare_);
    range.bytes.clear();
    range.bytes.resize(std::min<uint64_t>(service_.options().range_bytes, head_.size - next_));
    next_ += range.bytes.size();
    ask(range);
  }
}

Result<> S3Object::settle(Result<wire::HttpAnswer> answer, size_t wanted) const {
  if (!answer.ok()) return std::move(answer).error().in(service_.where(key_));
  if (!answer->good()) {
    Error error = service_.error_of({S3Action::read, "GET", key_, "", {}, nullptr}, *answer);
    // What was here a moment ago and is not, or is not the same, has changed.
    if (error.code == Code::missing || error.code == Code::conflict) return changed();
    return error;
  }
  bool same = whole_size(answer->header("Content-Range")) == head_.size;
  if (!same || answer->status != 206) return changed();
  if (answer->filled == wanted) return {};
  return Error{Code::busy, service_.where(key_) + ": an answer broke off", "", ""};
}

// Waits until `wanted` bytes of the range are there that have not been taken, or its end; 0 only
// when all were taken.
Result<size_t> S3Object::arrived(Range& range, size_t wanted) {
  if (range.whole) return range.bytes.size() - range.taken;
  while (range.taken < range.bytes.size()) {
    size_t rest = std::min(wanted, range.bytes.size() - range.taken);
    Result<size_t> filled = range.exchange->wait_for(range.taken - range.asked_from + rest);
    size_t ready = filled.ok() ? range.asked_from + *filled - range.taken : 0;
    if (ready > 0) return ready;
    Result<> settled = settle(range.exchange->finish(), range.bytes.size() - range.asked_from);
    if (settled.ok()) continue;
    if (range.taken > range.asked_from) {
      service_.progressed();
      range.tries.quiet_micros = 0;
    }
    int64_t quiet_since = range.exchange->quiet_since_micros();
    if (!service_.again(settled.error(), range.tries, quiet_since)) {
      return std::move(settled).error();
    }
    ask(range);
  }
  return size_t{0};
}

Result<size_t> S3Object::read(std::span<char> into) {
  while (!into.empty()) {
    fill_window();
    if (window_.empty()) return size_t{0};
    Range& range = window_.front();
    size_t ready = SMITH_TRY(arrived(range, into.size()));
    if (ready == 0 && small_) {
      range.whole = true;
      return size_t{0};
    }
    if (ready == 0) {
      spare_.swap(range.bytes);
      window_.pop_front();
      service_.succeeded();
      continue;
    }
    size_t count = std::min(ready, into.size());
    std::memcpy(into.data(), range.bytes.data() + range.taken, count);
    range.taken += count;
    return count;
  }
  return size_t{0};
}

Result<> S3Object::read_at(uint64_t offset, std::span<char> into) {
  if (offset > head_.size || into.size() > head_.size - offset) {
    return Error{Code::corrupt, service_.where(key_) + ": a read passes the end", "", ""};
  }
  if (into.empty()) return {};
  // The bytes that opening brought, where they are the ones.
  if (!window_.empty() && window_.front().offset == 0 &&
      offset + into.size() <= window_.front().bytes.size()) {
    Range& first = window_.front();
    Result<size_t> filled = first.exchange->wait_for(offset + into.size());
    if (first.asked_from == 0 && filled.ok() && *filled >= offset + into.size()) {
      std::memcpy(into.data(), first.bytes.data() + offset, into.size());
      return {};
    }
  }
  S3Request request = request_for(offset, into.size());
  for (Tries tries;;) {
    wire::Exchange exchange = service_.start(request, into);
    Result<> settled = settle(exchange.finish(), into.size());
    if (settled.ok()) return settled;
    if (!service_.again(settled.error(), tries, exchange.quiet_since_micros())) return settled;
  }
}

bool S3Object::rewind() {
  if (!small_ || (!window_.empty() && !window_.front().whole)) return false;
  if (!window_.empty()) window_.front().taken = 0;
  return true;
}

Result<bool> S3Object::unchanged() {
  wire::HttpAnswer answer =
      SMITH_TRY(service_.call({S3Action::look, "HEAD", key_, "", {}, nullptr}));
  Head now = head_of(answer, head_.size);
  return now.tag == head_.tag && now.version == head_.version &&
         answer.header("Content-Length") == std::to_string(head_.size);
}

}  // namespace silversmith::store
