// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3_call.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "support/fake_s3_error.h"

namespace silversmith::test {

namespace {

enum class On : uint8_t { service, bucket, key };

// The first row that fits method, place and marker is the operation.
struct Row {
  Op op;
  std::string_view name;
  std::string_view method;
  On on;
  std::string_view marker;      // a parameter that must be there; empty: none
  std::string_view parameters;  // that it may have besides, between blanks
};

constexpr std::array rows = {
    Row{Op::list_buckets, "ListBuckets", "GET", On::service, "", ""},
    Row{Op::put_bucket_versioning, "PutBucketVersioning", "PUT", On::bucket, "versioning", ""},
    Row{Op::create_bucket, "CreateBucket", "PUT", On::bucket, "", ""},
    Row{Op::head_bucket, "HeadBucket", "HEAD", On::bucket, "", ""},
    Row{Op::delete_bucket, "DeleteBucket", "DELETE", On::bucket, "", ""},
    Row{Op::get_bucket_location, "GetBucketLocation", "GET", On::bucket, "location", ""},
    Row{Op::get_bucket_versioning, "GetBucketVersioning", "GET", On::bucket, "versioning", ""},
    Row{Op::list_object_versions, "ListObjectVersions", "GET", On::bucket, "versions",
        " prefix key-marker version-id-marker max-keys encoding-type "},
    Row{Op::list_uploads, "ListMultipartUploads", "GET", On::bucket, "uploads",
        " prefix encoding-type "},
    Row{Op::list_objects, "ListObjectsV2", "GET", On::bucket, "list-type",
        " prefix delimiter start-after continuation-token max-keys encoding-type fetch-owner "},
    Row{Op::list_parts, "ListParts", "GET", On::key, "uploadId", " part-number-marker max-parts "},
    Row{Op::get_object, "GetObject", "GET", On::key, "", " versionId "},
    Row{Op::head_object, "HeadObject", "HEAD", On::key, "", " versionId "},
    Row{Op::upload_part, "UploadPart", "PUT", On::key, "uploadId", " partNumber "},
    Row{Op::put_object, "PutObject", "PUT", On::key, "", ""},
    Row{Op::abort_upload, "AbortMultipartUpload", "DELETE", On::key, "uploadId", ""},
    Row{Op::delete_object, "DeleteObject", "DELETE", On::key, "", " versionId "},
    Row{Op::create_upload, "CreateMultipartUpload", "POST", On::key, "uploads", ""},
    Row{Op::complete_upload, "CompleteMultipartUpload", "POST", On::key, "uploadId", ""},
};

// What the name of the service looks like behind a bucket in a host.
constexpr std::array<std::string_view, 4> service_hosts = {".s3.", ".s3-", ".localhost",
                                                           ".fake-s3"};

constexpr std::array<std::string_view, 18> known_headers = {
    "x-amz-checksum-algorithm",
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-mode",
    "x-amz-checksum-sha256",
    "x-amz-checksum-type",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-expected-bucket-owner",
    "x-amz-mp-object-size",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-te",
    "x-amz-trailer",
    "x-amz-user-agent",
    "x-amz-request-payer",
};

bool allows(const Row& row, std::string_view parameter) {
  std::string padded = " ";
  padded.append(parameter).append(" ");
  return parameter == row.marker || parameter == "x-id" ||
         row.parameters.find(padded) != std::string_view::npos;
}

Place place_of(const HttpRequest& request, std::string_view path) {
  std::string host = lower(request.headers.get("host"));
  host.resize(std::min(host.find(':'), host.size()));
  path.remove_prefix(1);
  for (std::string_view service : service_hosts) {
    size_t at = host.find(service);
    if (at != std::string::npos && at > 0) return {host.substr(0, at), std::string(path)};
  }
  size_t slash = std::min(path.find('/'), path.size());
  return {std::string(path.substr(0, slash)),
          std::string(path.substr(std::min(slash + 1, path.size())))};
}

Result<> check_headers(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers.all()) {
    if (!name.starts_with("x-amz-") || name.starts_with("x-amz-meta-")) continue;
    if (std::find(known_headers.begin(), known_headers.end(), name) == known_headers.end()) {
      return not_implemented(name, "This fake does not know that header");
    }
  }
  return {};
}

}  // namespace

std::string_view name_of(Op op) {
  for (const Row& row : rows) {
    if (row.op == op) return row.name;
  }
  return "";
}

std::string Call::parameter(std::string_view name) const {
  const std::string* found = find(query, name);
  return found == nullptr ? std::string() : *found;
}

std::optional<std::string> Call::header(std::string_view name) const {
  const std::string* found = request.headers.find(name);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<std::string> Call::version_id() const {
  const std::string* found = find(query, "versionId");
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::string Call::resource() const {
  return "/" + place.bucket + (place.key.empty() ? "" : "/" + place.key);
}

Result<Call> parse_call(HttpRequest request, const FakeS3Limits& limits) {
  auto path = percent_decoded(request.path);
  auto query = parse_query(request.query);
  if (!path || !query) return refuse("InvalidURI", "Couldn't parse the specified URI.");
  Call call;
  call.place = place_of(request, *path);
  call.query = *std::move(query);
  call.request = std::move(request);
  if (call.place.key.size() > limits.key_bytes_max) {
    return refuse("KeyTooLongError", "Your key is too long",
                  element("Size", std::to_string(call.place.key.size())) +
                      element("MaxSizeAllowed", std::to_string(limits.key_bytes_max)));
  }
  SMITH_TRY(check_headers(call.request));
  On on = call.place.bucket.empty() ? On::service : call.place.key.empty() ? On::bucket : On::key;
  for (const Row& row : rows) {
    if (row.method != call.request.method || row.on != on) continue;
    if (!row.marker.empty() && find(call.query, row.marker) == nullptr) continue;
    for (const auto& [name, value] : call.query) {
      if (!allows(row, name)) {
        return refuse("NotImplemented", "This fake does not know the parameter " + show(name) +
                                            " of " + std::string(row.name));
      }
    }
    call.op = row.op;
    return call;
  }
  return refuse("NotImplemented",
                "This fake has no operation for " + call.request.method + " " + call.resource());
}

}  // namespace silversmith::test
