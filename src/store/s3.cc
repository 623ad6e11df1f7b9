// SPDX-License-Identifier: Apache-2.0
#include "store/s3.h"

#include <utility>

#include "base/text.h"
#include "base/uri.h"
#include "store/s3_object.h"
#include "store/s3_upload.h"
#include "wire/date.h"
#include "wire/xml.h"

namespace silversmith::store {

S3Store::S3Store(S3Options options, wire::HttpClient& client, SpoolMaker& spools, Clock& clock)
    : service_(std::move(options), client, clock), spools_(spools) {}

Result<Head> S3Store::head(std::string_view key) {
  wire::HttpAnswer answer =
      SMITH_TRY(service_.call({S3Action::look, "HEAD", std::string(key), "", {}, nullptr}));
  return head_of(answer, parse_number(answer.header("Content-Length")).value_or(0));
}

Result<std::unique_ptr<Object>> S3Store::open(std::string_view key) {
  return S3Object::open(service_, std::string(key));
}

Result<std::unique_ptr<Upload>> S3Store::upload(const Expected& expected) {
  std::unique_ptr<Upload> upload = std::make_unique<S3Upload>(service_, spools_, expected);
  return upload;
}

Result<> S3Store::remove(std::string_view key, const Tag& tag) {
  S3Request request{S3Action::remove, "DELETE", std::string(key), "", {}, nullptr};
  request.headers.push_back({"If-Match", quoted(tag)});
  SMITH_TRY(service_.call(request));
  return {};
}

Result<ListPage> S3Store::list(std::string_view prefix, std::string_view after) {
  const std::string& root = service_.options().prefix;
  // In the order in which a signature has them.
  std::string query =
      "encoding-type=url&list-type=2&prefix=" + uri_encoded(root + std::string(prefix));
  if (!after.empty()) query += "&start-after=" + uri_encoded(root + std::string(after));
  S3Request request{S3Action::list, "GET", "", query, {}, nullptr};
  wire::HttpAnswer answer = SMITH_TRY(service_.call(request));
  Result<wire::XmlElement> parsed = wire::parse_xml(answer.body);
  if (!parsed.ok() || parsed->name != "ListBucketResult") {
    return Error{Code::busy, service_.where(prefix) + ": the answer is no listing", "", ""};
  }
  ListPage page;
  for (const wire::XmlElement& entry : parsed->children) {
    if (entry.name != "Contents") continue;
    std::string key = form_decoded(entry.text_of("Key"));
    if (!key.starts_with(root)) continue;
    page.objects.push_back({key.substr(root.size()),
                            parse_number(entry.text_of("Size")).value_or(0),
                            wire::date_micros(entry.text_of("LastModified"))});
  }
  if (parsed->text_of("IsTruncated") == "true" && !page.objects.empty()) {
    page.next = page.objects.back().key;
  }
  return page;
}

}  // namespace silversmith::store
