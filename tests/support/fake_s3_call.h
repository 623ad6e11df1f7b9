// SPDX-License-Identifier: Apache-2.0
// One request as S3 understands it: which operation, on which bucket and key, addressed by path or
// by host. What this fake doesn't do it refuses by name with 501, so that a test never passes
// because a parameter or header was ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "support/fake_s3_state.h"
#include "support/http_message.h"

namespace silversmith::test {

enum class Op : uint8_t {
  list_buckets,
  create_bucket,
  head_bucket,
  delete_bucket,
  get_bucket_location,
  get_bucket_versioning,
  put_bucket_versioning,
  list_objects,
  list_object_versions,
  list_uploads,
  get_object,
  head_object,
  put_object,
  delete_object,
  create_upload,
  upload_part,
  complete_upload,
  abort_upload,
  list_parts,
};
std::string_view name_of(Op op);  // S3's own, for example "ListObjectsV2"

struct Call {
  Op op = Op::list_buckets;
  Place place;
  Query query;
  HttpRequest request;
  std::string access_key;  // empty: nobody checked

  std::string parameter(std::string_view name) const;  // "" when absent
  std::optional<std::string> header(std::string_view name) const;
  std::optional<std::string> version_id() const;
  UploadPlace upload() const { return {place, parameter("uploadId")}; }
  WriteCondition condition() const { return {header("if-match"), header("if-none-match")}; }
  std::string resource() const;  // "/bucket/key"
};

// Fails with InvalidURI, NotImplemented, MethodNotAllowed, KeyTooLongError.
Result<Call> parse_call(HttpRequest request, const FakeS3Limits& limits);

}  // namespace silversmith::test
