// SPDX-License-Identifier: Apache-2.0
// Uploads in parts: the half of Operations that creates, fills, completes and lists them.
#include <algorithm>
#include <charconv>

#include "base/clock.h"
#include "base/hash.h"
#include "support/fake_s3_error.h"
#include "support/fake_s3_operations.h"
#include "support/simple_xml.h"

namespace silversmith::test {

namespace {

Error malformed_xml() {
  return refuse("MalformedXML",
                "The XML you provided was not well-formed or did not validate against our "
                "published schema");
}

std::string checksum_type_of(bool composite) { return composite ? "COMPOSITE" : "FULL_OBJECT"; }

// Which checksum the object will have: CRC64NVME is always of the whole, SHA256 always of the
// digests of the parts, and the other two of what the client says, of the parts by default.
Result<UploadStart> parse_start(const Call& call) {
  UploadStart start;
  auto algorithm = call.header("x-amz-checksum-algorithm");
  auto type = call.header("x-amz-checksum-type");
  if (!algorithm) return start;
  start.checksum = checksum_named(*algorithm);
  if (!start.checksum) {
    return refuse("InvalidRequest",
                  "Checksum algorithm provided is unsupported. Please try again "
                  "with any of the valid types: [CRC32, CRC32C, CRC64NVME, "
                  "SHA256]");
  }
  bool whole = start.checksum == Checksum::crc64nvme;
  bool parts = start.checksum == Checksum::sha256;
  start.composite = type ? *type == "COMPOSITE" : !whole;
  if ((whole && start.composite) || (parts && !start.composite)) {
    return refuse("InvalidRequest", "The " + checksum_type_of(start.composite) +
                                        " checksum type cannot be used with the " + *algorithm +
                                        " checksum algorithm.");
  }
  return start;
}

std::string checksum_in(const XmlElement& part) {
  for (Checksum checksum : all_checksums) {
    std::string value = part.text_of("Checksum" + std::string(xml_name_of(checksum)));
    if (!value.empty()) return value;
  }
  return "";
}

Result<Completion> parse_completion(const Call& call) {
  auto document = parse_xml(call.request.body);
  if (!document || document->name != "CompleteMultipartUpload") return malformed_xml();
  Completion completion;
  for (const XmlElement& part : document->children) {
    if (part.name != "Part") return malformed_xml();
    std::string number = part.text_of("PartNumber");
    CompletedPart one;
    auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), one.number);
    if (error != std::errc() || end != number.data() + number.size()) return malformed_xml();
    one.etag = part.text_of("ETag");
    one.checksum = checksum_in(part);
    completion.parts.push_back(std::move(one));
  }
  completion.condition = call.condition();
  for (Checksum checksum : all_checksums) {
    auto value = call.header("x-amz-checksum-" + std::string(name_of(checksum)));
    if (value) completion.checksum = *value;
  }
  if (auto bytes = call.header("x-amz-mp-object-size")) {
    uint64_t count = 0;
    std::from_chars(bytes->data(), bytes->data() + bytes->size(), count);
    completion.bytes = count;
  }
  return completion;
}

std::string place_elements(const Call& call) {
  return element("Bucket", call.place.bucket) + element("Key", call.place.key);
}

}  // namespace

Result<HttpResponse> Operations::start_upload(const Call& call) {
  UploadStart start = SMITH_TRY(parse_start(call));
  start.fields = SMITH_TRY(kept_fields(call.request, state_.limits()));
  auto checksum = start.checksum;
  bool composite = start.composite;
  std::string id = SMITH_TRY(state_.start_upload(call.place, std::move(start)));
  HttpResponse response =
      xml_response("InitiateMultipartUploadResult", place_elements(call) + element("UploadId", id));
  if (checksum) {
    response.headers.add("x-amz-checksum-algorithm", xml_name_of(*checksum));
    response.headers.add("x-amz-checksum-type", checksum_type_of(composite));
  }
  return response;
}

Result<HttpResponse> Operations::put_part(Call& call) {
  if (call.header("if-match") || call.header("if-none-match")) {
    return not_implemented("If-Match,If-None-Match", "UploadPart has no conditions");
  }
  UploadStart start = SMITH_TRY(state_.upload(call.upload()));
  Part part;
  part.checksum = SMITH_TRY(check_digests(call.request));
  if (part.checksum && start.checksum && part.checksum->algorithm != *start.checksum) {
    return refuse("InvalidRequest",
                  "Checksum Type mismatch occurred, expected checksum Type: " +
                      std::string(name_of(*start.checksum)) +
                      ", actual checksum Type: " + std::string(name_of(part.checksum->algorithm)));
  }
  if (call.request.body.size() > state_.limits().part_bytes_max) {
    return refuse("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
  if (start.checksum && !part.checksum) {
    part.checksum =
        StoredChecksum{*start.checksum, checksum_of(*start.checksum, call.request.body), false};
  }
  part.number = static_cast<int>(
      std::min<size_t>(SMITH_TRY(count_parameter(call, "partNumber", 0)), 1'000'000));
  part.md5 = md5(call.request.body);
  part.etag = to_hex(part.md5);
  part.content.append(state_.blobs().keep(std::move(call.request.body)));
  HttpResponse response;
  response.headers.add("etag", quoted(part.etag));
  if (part.checksum) {
    response.headers.add("x-amz-checksum-" + std::string(name_of(part.checksum->algorithm)),
                         part.checksum->value);
  }
  SMITH_TRY(state_.put_part(call.upload(), std::move(part)));
  return response;
}

Result<HttpResponse> Operations::complete(const Call& call) {
  Completion completion = SMITH_TRY(parse_completion(call));
  ObjectVersion made = SMITH_TRY(state_.complete(call.upload(), completion));
  const StoredChecksum& checksum = *made.object.checksum;
  HttpResponse response =
      xml_response("CompleteMultipartUploadResult",
                   element("Location", call.resource()) + place_elements(call) +
                       element("ETag", quoted(made.object.etag)) + checksum_element(checksum) +
                       element("ChecksumType", checksum_type_of(checksum.composite)));
  if (SMITH_TRY(state_.versioning(call.place.bucket)) == Versioning::enabled) {
    response.headers.add("x-amz-version-id", made.id);
  }
  return response;
}

Result<HttpResponse> Operations::list_parts(const Call& call) {
  size_t after = SMITH_TRY(count_parameter(call, "part-number-marker", 0));
  size_t parts_max = SMITH_TRY(count_parameter(call, "max-parts", 1000));
  std::string inside = place_elements(call) + element("UploadId", call.parameter("uploadId"));
  size_t count = 0;
  std::string last = std::to_string(after);
  bool truncated = false;
  for (const Part& part : SMITH_TRY(state_.parts(call.upload()))) {
    if (static_cast<size_t>(part.number) <= after) continue;
    truncated = count == parts_max;
    if (truncated) break;
    ++count;
    last = std::to_string(part.number);
    inside += "<Part>" + element("PartNumber", last) +
              element("LastModified", rfc3339(part.modified_micros)) +
              element("ETag", quoted(part.etag)) +
              element("Size", std::to_string(part.content.size())) +
              (part.checksum ? checksum_element(*part.checksum) : "") + "</Part>";
  }
  inside += element("MaxParts", std::to_string(parts_max)) +
            element("PartNumberMarker", std::to_string(after)) +
            element("NextPartNumberMarker", last) +
            element("IsTruncated", truncated ? "true" : "false");
  return xml_response("ListPartsResult", inside);
}

Result<HttpResponse> Operations::list_uploads(const Call& call) {
  std::string prefix = call.parameter("prefix");
  std::string inside = element("Bucket", call.place.bucket) + element("Prefix", prefix) +
                       element("IsTruncated", "false");
  for (const ListedUpload& upload : SMITH_TRY(state_.uploads(call.place.bucket))) {
    if (!upload.key.starts_with(prefix)) continue;
    inside += "<Upload>" + element("Key", upload.key) + element("UploadId", upload.upload_id) +
              element("Initiated", rfc3339(upload.started_micros)) + "</Upload>";
  }
  return xml_response("ListMultipartUploadsResult", inside);
}

}  // namespace silversmith::test
