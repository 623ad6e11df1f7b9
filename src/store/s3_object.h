// SPDX-License-Identifier: Apache-2.0
// An object of S3, read as the state it was opened in: ranges asked for ahead in a bounded window,
// consumed in order while they arrive, each asked for again by itself where it broke off. Every
// range carries If-Match: a changed object is a conflict, never a mixture.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/buffer.h"
#include "store/s3_service.h"
#include "store/store.h"

namespace silversmith::store {

class S3Object : public Object {
 public:
  // One request, which brings the first bytes as well. Fails as Store::open does.
  static Result<std::unique_ptr<Object>> open(S3Service& service, std::string key);
  S3Object(S3Service& service, std::string key) : service_(service), key_(std::move(key)) {}

  const Head& head() const override { return head_; }
  Result<bool> unchanged() override;
  bool rewind() override;
  Result<size_t> read(std::span<char> into) override;
  Result<> read_at(uint64_t offset, std::span<char> into) override;

 private:
  // A stretch of the object on its way. What has been read of it is never asked for again.
  struct Range {
    uint64_t offset = 0;  // in the object
    Buffer<char> bytes;
    size_t asked_from = 0;  // in `bytes`: where the exchange under way begins
    size_t taken = 0;       // by the reader
    Tries tries;
    bool whole = false;  // all its bytes are there
    std::optional<wire::Exchange> exchange;
  };

  Result<> begin();
  S3Request request_for(uint64_t offset, size_t bytes) const;
  void ask(Range& range);
  void fill_window();
  Result<size_t> arrived(Range& range, size_t wanted);
  // The end of an exchange: nothing when the range is whole, an error to try again after or not.
  Result<> settle(Result<wire::HttpAnswer> answer, size_t wanted) const;
  Error changed() const;

  S3Service& service_;
  std::string key_;
  Head head_;
  bool pinned_ = false;  // head_ is known
  bool small_ = false;   // opening brought all of it, and it is kept
  uint64_t next_ = 0;    // the first byte not asked for
  std::deque<Range> window_;
  Buffer<char> spare_;  // of a range that was consumed: its pages are there already
};

// The size of the whole object, from the Content-Range of an answer ("bytes 0-99/1234").
std::optional<uint64_t> whole_size(std::string_view content_range);

}  // namespace silversmith::store
