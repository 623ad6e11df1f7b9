// SPDX-License-Identifier: Apache-2.0
// A bucket, or a prefix of one, as a Store: S3 and what speaks like it. Conditional writes are
// S3's own (If-Match, If-None-Match), the tag is the ETag, metadata is kept, and a version is the
// version id or, in a bucket without versions, ETag, size and time together.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/stream.h"
#include "store/s3_service.h"
#include "store/store.h"
#include "wire/xml.h"

namespace silversmith::store {

class S3Store : public Store {
 public:
  // `client`, `spools` and `clock` outlive the store.
  S3Store(S3Options options, wire::HttpClient& client, SpoolMaker& spools, Clock& clock);

  Result<Head> head(std::string_view key) override;
  Result<std::unique_ptr<Object>> open(std::string_view key) override;
  Result<std::unique_ptr<Upload>> upload(const Expected& expected) override;
  Result<> remove(std::string_view key, const Tag& tag) override;
  Result<ListPage> list(std::string_view prefix, std::string_view after) override;
  Result<ListPage> list_versions(std::string_view prefix, std::string_view after) override;
  std::string where(std::string_view key) const override { return service_.where(key); }
  std::string name() const override { return service_.options().bucket; }

 private:
  Result<wire::XmlElement> listing(S3Action action, const std::string& query,
                                   std::string_view kind);

  S3Service service_;
  SpoolMaker& spools_;
};

}  // namespace silversmith::store
