// SPDX-License-Identifier: Apache-2.0
// Listings: the part of Operations that pages through keys and versions. A continuation token is
// opaque to clients; here it says whether the page ended with a key or with a common prefix.
#include "base/clock.h"
#include "support/fake_s3_error.h"
#include "support/fake_s3_operations.h"

namespace silversmith::test {

namespace {

constexpr size_t keys_max_bound = 1000;

// How keys stand in the document; encoding-type=url encodes them as a form would.
class KeyText {
 public:
  static Result<KeyText> parse(const Call& call) {
    std::string type = call.parameter("encoding-type");
    if (!type.empty() && type != "url") {
      return refuse("InvalidArgument", "Invalid Encoding Method specified in Request",
                    element("ArgumentName", "encoding-type") + element("ArgumentValue", type));
    }
    return KeyText(!type.empty());
  }

  std::string operator()(std::string_view name, std::string_view key) const {
    if (!encoded_) return element(name, key);
    std::string out;
    for (size_t from = 0; from <= key.size();) {
      size_t blank = std::min(key.find(' ', from), key.size());
      out += percent_encoded(key.substr(from, blank - from), Slash::literal);
      if (blank < key.size()) out += "+";
      from = blank + 1;
    }
    return element(name, out);
  }
  std::string type() const { return encoded_ ? element("EncodingType", "url") : ""; }

 private:
  explicit KeyText(bool encoded) : encoded_(encoded) {}
  bool encoded_;
};

std::string token_of(const Listing& listing) {
  return base64((listing.next_prefix ? "p" : "k") + listing.next);
}

Result<ListQuery> parse_list(const Call& call) {
  ListQuery query;
  query.prefix = call.parameter("prefix");
  query.delimiter = call.parameter("delimiter");
  query.keys_max =
      std::min(SMITH_TRY(count_parameter(call, "max-keys", keys_max_bound)), keys_max_bound);
  query.after = call.parameter("start-after");
  const std::string* token = find(call.query, "continuation-token");
  if (token == nullptr) return query;
  auto decoded = parse_base64(*token);
  if (!decoded || decoded->empty() || ((*decoded)[0] != 'p' && (*decoded)[0] != 'k')) {
    return refuse("InvalidArgument", "The continuation token provided is incorrect",
                  element("ArgumentName", "continuation-token"));
  }
  query.after = decoded->substr(1);
  query.after_prefix = (*decoded)[0] == 'p';
  return query;
}

}  // namespace

Result<HttpResponse> Operations::list(const Call& call) {
  if (call.parameter("list-type") != "2") {
    return refuse("InvalidArgument", "Invalid List Type specified in Request",
                  element("ArgumentName", "list-type"));
  }
  ListQuery query = SMITH_TRY(parse_list(call));
  KeyText key_text = SMITH_TRY(KeyText::parse(call));
  Listing listing = SMITH_TRY(state_.list(call.place.bucket, query));
  std::string inside =
      element("Name", call.place.bucket) + key_text("Prefix", query.prefix) +
      element("MaxKeys", std::to_string(query.keys_max)) + key_text.type() +
      element("KeyCount", std::to_string(listing.objects.size() + listing.prefixes.size())) +
      element("IsTruncated", listing.next.empty() ? "false" : "true");
  if (!query.delimiter.empty()) inside += key_text("Delimiter", query.delimiter);
  if (!call.parameter("start-after").empty()) {
    inside += key_text("StartAfter", call.parameter("start-after"));
  }
  if (find(call.query, "continuation-token") != nullptr) {
    inside += element("ContinuationToken", call.parameter("continuation-token"));
  }
  if (!listing.next.empty()) inside += element("NextContinuationToken", token_of(listing));
  for (const Listed& object : listing.objects) {
    inside += "<Contents>" + key_text("Key", object.key) +
              element("LastModified", rfc3339(object.modified_micros)) +
              element("ETag", quoted(object.etag)) + element("Size", std::to_string(object.bytes)) +
              element("StorageClass", "STANDARD") + "</Contents>";
  }
  for (const std::string& prefix : listing.prefixes) {
    inside += "<CommonPrefixes>" + key_text("Prefix", prefix) + "</CommonPrefixes>";
  }
  return xml_response("ListBucketResult", inside);
}

Result<HttpResponse> Operations::list_versions(const Call& call) {
  ListQuery query;
  query.prefix = call.parameter("prefix");
  query.after = call.parameter("key-marker");
  query.keys_max =
      std::min(SMITH_TRY(count_parameter(call, "max-keys", keys_max_bound)), keys_max_bound);
  KeyText key_text = SMITH_TRY(KeyText::parse(call));
  VersionListing listing = SMITH_TRY(
      state_.list_versions(call.place.bucket, query, call.parameter("version-id-marker")));
  std::string inside = element("Name", call.place.bucket) + key_text("Prefix", query.prefix) +
                       key_text("KeyMarker", query.after) +
                       element("MaxKeys", std::to_string(query.keys_max)) + key_text.type() +
                       element("IsTruncated", listing.truncated ? "true" : "false");
  for (const ListedVersion& one : listing.versions) {
    const ObjectVersion& version = one.version;
    std::string fields = key_text("Key", one.key) + element("VersionId", version.id) +
                         element("IsLatest", one.latest ? "true" : "false") +
                         element("LastModified", rfc3339(version.modified_micros));
    if (version.delete_marker) {
      inside += "<DeleteMarker>" + fields + "</DeleteMarker>";
      continue;
    }
    inside += "<Version>" + fields + element("ETag", quoted(version.object.etag)) +
              element("Size", std::to_string(version.object.content.size())) +
              element("StorageClass", "STANDARD") + "</Version>";
  }
  if (listing.truncated && !listing.versions.empty()) {
    const ListedVersion& last = listing.versions.back();
    inside += key_text("NextKeyMarker", last.key) + element("NextVersionIdMarker", last.version.id);
  }
  return xml_response("ListVersionsResult", inside);
}

}  // namespace silversmith::test
