// SPDX-License-Identifier: Apache-2.0
#include "store/s3.h"

#include <utility>

#include "base/text.h"
#include "base/uri.h"
#include "store/s3_errors.h"
#include "store/s3_object.h"
#include "store/s3_upload.h"
#include "wire/date.h"
#include "wire/xml.h"

namespace silversmith::store {

namespace {

// S3's own bound of a page. Lists cost as much as writes, so few and full ones; even of the longest
// keys, each byte as %XX, a page stays below s3_answer_bytes_max.
constexpr size_t versions_max = 1000;

uint64_t number_in(const wire::XmlElement& entry, std::string_view name) {
  return parse_number(entry.text_of(name)).value_or(0);
}

// Keys are asked for in an encoding, as XML can't hold every byte; who passes that over says so by
// not naming it.
std::string key_in(const wire::XmlElement& listing, const wire::XmlElement& entry) {
  std::string key(entry.text_of("Key"));
  return listing.text_of("EncodingType") == "url" ? form_decoded(key) : key;
}

int64_t time_in(const wire::XmlElement& entry) {
  return wire::date_micros(entry.text_of("LastModified"));
}

}  // namespace

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

Result<wire::XmlElement> S3Store::listing(S3Action action, const std::string& query,
                                          std::string_view kind) {
  S3Request request{action, "GET", "", query, {}, nullptr};
  wire::HttpAnswer answer = SMITH_TRY(service_.call(request));
  Result<wire::XmlElement> parsed = wire::parse_xml(answer.body);
  if (parsed.ok() && parsed->name == kind) return parsed;
  return no_listing(service_.where(""), answer, kind);
}

// Parameters stand in the order in which a signature has them.
Result<ListPage> S3Store::list(std::string_view prefix, std::string_view after) {
  const std::string& root = service_.options().prefix;
  std::string query =
      "encoding-type=url&list-type=2&prefix=" + uri_encoded(root + std::string(prefix));
  if (!after.empty()) query += "&start-after=" + uri_encoded(root + std::string(after));
  wire::XmlElement found = SMITH_TRY(listing(S3Action::list, query, "ListBucketResult"));
  ListPage page;
  for (const wire::XmlElement& entry : found.children) {
    if (entry.name != "Contents") continue;
    std::string key = key_in(found, entry);
    if (!key.starts_with(root)) continue;
    page.objects.push_back({key.substr(root.size()), number_in(entry, "Size"), time_in(entry), ""});
  }
  if (found.text_of("IsTruncated") == "true" && !page.objects.empty()) {
    page.next = page.objects.back().key;
  }
  return page;
}

// Of each key the newest version comes first, and a marker that is a key alone passes over the
// others. A bucket that never kept versions answers too: each object's version is "null".
Result<ListPage> S3Store::list_versions(std::string_view prefix, std::string_view after) {
  const std::string& root = service_.options().prefix;
  std::string query = "encoding-type=url";
  if (!after.empty()) query += "&key-marker=" + uri_encoded(root + std::string(after));
  query += "&max-keys=" + std::to_string(versions_max) +
           "&prefix=" + uri_encoded(root + std::string(prefix)) + "&versions=";
  wire::XmlElement found = SMITH_TRY(listing(S3Action::list_versions, query, "ListVersionsResult"));
  ListPage page;
  std::string last;
  for (const wire::XmlElement& entry : found.children) {
    if (entry.name != "Version" && entry.name != "DeleteMarker") continue;
    std::string key = key_in(found, entry);
    if (!key.starts_with(root)) continue;
    last = key.substr(root.size());
    if (entry.name != "Version" || entry.text_of("IsLatest") != "true" || last <= after) continue;
    uint64_t size = number_in(entry, "Size");
    int64_t modified = time_in(entry);
    std::string version =
        version_of(entry.text_of("VersionId"), tag_of(entry.text_of("ETag")), size, modified);
    page.objects.push_back({last, size, modified, std::move(version)});
  }
  if (found.text_of("IsTruncated") != "true") return page;
  if (last <= after) {
    return Error{Code::busy, service_.where(prefix) + ": the listing does not get on", "", ""};
  }
  page.next = last;
  return page;
}

}  // namespace silversmith::store
