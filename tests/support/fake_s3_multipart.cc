// SPDX-License-Identifier: Apache-2.0
// The part of FakeS3State that holds uploads in parts. One of them ends in three ways: completed,
// aborted, or spoiled for conditions by what happened to its key in between:
//
//   Create ──── parts ──── Complete If-None-Match: *    exists now           412
//                                                       was deleted since    409, for good
//                          Complete If-Match: "etag"    absent now           404
//                                                       another etag         412
//                                                       written since        409, for good
#include <algorithm>
#include <tuple>

#include "base/hash.h"
#include "support/fake_s3_error.h"
#include "support/fake_s3_state.h"

namespace silversmith::test {

namespace {

std::string upload_id_of(uint64_t write, std::string_view key) {
  return content_hash("upload " + std::to_string(write) + " " + std::string(key)).hex();
}

Error invalid_part(const CompletedPart& part) {
  return refuse("InvalidPart",
                "One or more of the specified parts could not be found.  The part may not have "
                "been uploaded, or the specified entity tag may not match the part's entity tag.",
                element("PartNumber", std::to_string(part.number)) + element("ETag", part.etag));
}

// The checksum of the joined content, as the upload was started with.
StoredChecksum joined_checksum(Checksum algorithm, bool composite, const Content& content,
                               const std::vector<const Part*>& parts) {
  if (composite) {
    std::string digests;
    for (const Part* part : parts) {
      if (part->checksum) digests += parse_base64(part->checksum->value).value_or("");
    }
    return {algorithm, checksum_of(algorithm, digests) + "-" + std::to_string(parts.size()), true};
  }
  uint64_t value = 0;
  size_t digest_bytes = algorithm == Checksum::crc64nvme ? 8 : 4;
  for (uint64_t at = 0; at < content.size();) {
    std::string_view bytes = content.from(at, content.size() - at);
    if (algorithm == Checksum::crc64nvme) value = crc64nvme(bytes, value);
    if (algorithm == Checksum::crc32c) value = crc32c(bytes, static_cast<uint32_t>(value));
    if (algorithm == Checksum::crc32) value = crc32(bytes, static_cast<uint32_t>(value));
    at += bytes.size();
  }
  return {algorithm, base64(big_endian(value, digest_bytes)), false};
}

}  // namespace

Result<FakeS3State::Upload*> FakeS3State::find_upload(const UploadPlace& upload) {
  Bucket* bucket = SMITH_TRY(bucket_named(upload.place.bucket));
  auto found = bucket->uploads.find(upload.upload_id);
  if (found == bucket->uploads.end() || found->second.key != upload.place.key) {
    return no_such_upload(upload.upload_id);
  }
  return &found->second;
}

Result<std::string> FakeS3State::start_upload(const Place& place, UploadStart start) {
  std::lock_guard lock(guarded_.mutex);
  Bucket* bucket = SMITH_TRY(bucket_named(place.bucket));
  Upload upload;
  upload.key = place.key;
  upload.begun = ++guarded_.writes;
  upload.started_micros = clock_.wall_micros();
  upload.start = std::move(start);
  std::string id = upload_id_of(upload.begun, place.key);
  bucket->uploads.emplace(id, std::move(upload));
  return id;
}

Result<UploadStart> FakeS3State::upload(const UploadPlace& upload) {
  std::lock_guard lock(guarded_.mutex);
  Upload* found = SMITH_TRY(find_upload(upload));
  return found->start;
}

Result<> FakeS3State::put_part(const UploadPlace& upload, Part part) {
  if (part.number < 1 || part.number > static_cast<int>(limits_.parts_max)) {
    return refuse("InvalidArgument",
                  "Part number must be an integer between 1 and " +
                      std::to_string(limits_.parts_max) + ", inclusive",
                  element("ArgumentName", "partNumber") +
                      element("ArgumentValue", std::to_string(part.number)));
  }
  std::lock_guard lock(guarded_.mutex);
  Upload* found = SMITH_TRY(find_upload(upload));
  part.modified_micros = clock_.wall_micros();
  found->parts.insert_or_assign(part.number, std::move(part));
  return {};
}

Result<> FakeS3State::abort(const UploadPlace& upload) {
  std::lock_guard lock(guarded_.mutex);
  SMITH_TRY(find_upload(upload));
  SMITH_TRY(bucket_named(upload.place.bucket))->uploads.erase(upload.upload_id);
  return {};
}

Result<> FakeS3State::spoil(const UploadPlace& upload) {
  std::lock_guard lock(guarded_.mutex);
  SMITH_TRY(find_upload(upload))->spoiled = true;
  return {};
}

Result<std::vector<Part>> FakeS3State::parts(const UploadPlace& upload) {
  std::lock_guard lock(guarded_.mutex);
  Upload* found = SMITH_TRY(find_upload(upload));
  std::vector<Part> out;
  for (const auto& [number, part] : found->parts) out.push_back(part);
  return out;
}

Result<std::vector<ListedUpload>> FakeS3State::uploads(const std::string& bucket) const {
  std::lock_guard lock(guarded_.mutex);
  std::vector<ListedUpload> out;
  for (const auto& [id, upload] : SMITH_TRY(bucket_named(bucket))->uploads) {
    out.push_back({upload.key, id, upload.started_micros});
  }
  std::sort(out.begin(), out.end(), [](const ListedUpload& a, const ListedUpload& b) {
    return std::tie(a.key, a.started_micros, a.upload_id) <
           std::tie(b.key, b.started_micros, b.upload_id);
  });
  return out;
}

Result<> FakeS3State::check_upload(const Bucket& bucket, const Upload& upload,
                                   const WriteCondition& condition) {
  if (upload.spoiled) {
    return conflicting_operation(condition.if_match ? "If-Match" : "If-None-Match", upload.key);
  }
  SMITH_TRY(check(bucket, upload.key, condition));
  if (condition.if_none_match && upload.deleted_since) {
    return conflicting_operation("If-None-Match", upload.key);
  }
  if (condition.if_match && current(bucket, upload.key)->write > upload.begun) {
    return conflicting_operation("If-Match", upload.key);
  }
  return {};
}

Result<std::vector<const Part*>> FakeS3State::named_parts(const Upload& upload,
                                                          const Completion& completion) {
  std::vector<const Part*> parts;
  int before = 0;
  for (const CompletedPart& wanted : completion.parts) {
    if (wanted.number <= before) {
      return refuse("InvalidPartOrder",
                    "The list of parts was not in ascending order. Parts must be ordered by part "
                    "number.");
    }
    before = wanted.number;
    auto found = upload.parts.find(wanted.number);
    if (found == upload.parts.end() || found->second.etag != bare_etag(wanted.etag)) {
      return invalid_part(wanted);
    }
    const Part& part = found->second;
    if (!wanted.checksum.empty() && part.checksum && part.checksum->value != wanted.checksum) {
      return invalid_part(wanted);
    }
    parts.push_back(&part);
  }
  return parts;
}

Result<Draft> FakeS3State::join(const Upload& upload, const Completion& completion) const {
  std::vector<const Part*> parts = SMITH_TRY(named_parts(upload, completion));
  std::string digests;
  Draft draft;
  for (const Part* part : parts) {
    if (part != parts.back() && part->content.size() < limits_.part_bytes_min) {
      return refuse(
          "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
          element("ProposedSize", std::to_string(part->content.size())) +
              element("MinSizeAllowed", std::to_string(limits_.part_bytes_min)) +
              element("PartNumber", std::to_string(part->number)) + element("ETag", part->etag));
    }
    draft.content.append(part->content);
    digests += part->md5;
  }
  draft.etag = md5_hex(digests) + "-" + std::to_string(parts.size());
  draft.fields = upload.start.fields;
  draft.checksum = joined_checksum(upload.start.checksum.value_or(Checksum::crc64nvme),
                                   upload.start.composite, draft.content, parts);
  return draft;
}

Result<ObjectVersion> FakeS3State::complete(const UploadPlace& upload,
                                            const Completion& completion) {
  SMITH_TRY(check_shape(completion.condition));
  if (completion.parts.empty()) {
    return refuse("MalformedXML",
                  "The XML you provided was not well-formed or did not validate against our "
                  "published schema");
  }
  std::lock_guard lock(guarded_.mutex);
  Upload* found = SMITH_TRY(find_upload(upload));
  Bucket* bucket = SMITH_TRY(bucket_named(upload.place.bucket));
  SMITH_TRY(check_upload(*bucket, *found, completion.condition));
  ObjectVersion version;
  version.object = SMITH_TRY(join(*found, completion));
  if (completion.bytes && *completion.bytes != version.object.content.size()) {
    return refuse(
        "InvalidRequest",
        "The provided 'x-amz-mp-object-size' header value " + std::to_string(*completion.bytes) +
            " does not match what was computed: " + std::to_string(version.object.content.size()));
  }
  const StoredChecksum& checksum = *version.object.checksum;
  if (!completion.checksum.empty() && completion.checksum != checksum.value) {
    return refuse("BadDigest", "The " + std::string(name_of(checksum.algorithm)) +
                                   " you specified did not match the calculated checksum.");
  }
  bucket->uploads.erase(upload.upload_id);
  return append(*bucket, upload.place.key, std::move(version));
}

}  // namespace silversmith::test
