// SPDX-License-Identifier: Apache-2.0
// Bytes on their way to one object of S3. Up to a size they wait in a spool and go out as one
// conditional PUT, which is the commit; longer ones go out in parts meanwhile, and completing the
// multipart upload is the commit. Nothing is visible before, and what is given up is aborted.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/stream.h"
#include "store/s3_service.h"
#include "store/store.h"

namespace silversmith::store {

class S3Upload : public Upload {
 public:
  // `spools` outlives this. Without an expected key all bytes wait in the spool until commit().
  S3Upload(S3Service& service, SpoolMaker& spools, Expected expected);
  ~S3Upload() override;

  Result<> write(std::string_view bytes) override;
  uint64_t size() const override { return size_; }
  Result<Tag> commit(std::string_view key, const Metadata& metadata,
                     const Condition& condition) override;

 private:
  // A part of the object, in a spool of its own.
  struct Part;
  struct SentPart {
    std::string tag;
    std::string checksum;
  };

  Result<> send_full_parts();
  Result<> begin_parts(const Metadata& metadata);
  Result<> send(Part& part);
  Result<Tag> put(std::string_view key, const Metadata& metadata, const Condition& condition);
  Result<Tag> complete(const Condition& condition);
  std::string document() const;
  void abort();

  S3Service& service_;
  SpoolMaker& spools_;
  Expected expected_;
  std::deque<Part> waiting_;  // in order; only the last may be short
  std::vector<SentPart> sent_;
  std::string upload_id_;  // of the multipart upload, once it has begun
  uint64_t checksum_ = 0;  // of all bytes
  uint64_t size_ = 0;
  bool committed_ = false;
};

}  // namespace silversmith::store
