// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3_operations.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "support/fake_s3_error.h"
#include "support/fake_s3_range.h"
#include "support/simple_xml.h"

namespace silversmith::test {

namespace {

constexpr std::array<std::string_view, 6> kept_names = {"cache-control",    "content-disposition",
                                                        "content-encoding", "content-language",
                                                        "content-type",     "expires"};

Result<> check_md5(const HttpRequest& request) {
  const std::string* header = request.headers.find("content-md5");
  if (header == nullptr) return {};
  auto wanted = parse_base64(*header);
  if (!wanted || wanted->size() != 16) {
    return refuse("InvalidDigest", "The Content-MD5 you specified was invalid.",
                  element("Content-MD5", *header));
  }
  std::string found = md5(request.body);
  if (*wanted == found) return {};
  return refuse("BadDigest", "The Content-MD5 you specified did not match what we received.",
                element("ExpectedDigest", *header) + element("CalculatedDigest", base64(found)));
}

size_t digest_bytes(Checksum checksum) {
  switch (checksum) {
    case Checksum::crc32:
    case Checksum::crc32c: return 4;
    case Checksum::crc64nvme: return 8;
    case Checksum::sha256: return 32;
  }
  return 0;
}

// The marks that stand in front of GET's and HEAD's refusal of a delete marker.
Headers marker_headers(const ObjectVersion& version) {
  Headers headers;
  headers.add("x-amz-delete-marker", "true");
  headers.add("x-amz-version-id", version.id);
  return headers;
}

HttpResponse marker_response(const Call& call, const ObjectVersion& version) {
  Error error =
      call.version_id()
          ? refuse("MethodNotAllowed", "The specified method is not allowed against this resource.")
          : no_such_key(call.place.key);
  HttpResponse response;
  response.status = status_of(error.type);
  response.headers = marker_headers(version);
  if (call.version_id()) response.headers.add("allow", "DELETE");
  response.headers.add("content-type", "application/xml");
  response.text = error_document(error, call.resource(), "fake");
  return response;
}

}  // namespace

std::string quoted(std::string_view etag) { return "\"" + std::string(etag) + "\""; }

HttpResponse xml_response(std::string_view root, std::string_view inside) {
  HttpResponse response;
  response.headers.add("content-type", "application/xml");
  response.text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<";
  response.text.append(root).append(" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
  response.text.append(inside).append("</").append(root).append(">");
  return response;
}

Result<size_t> count_parameter(const Call& call, std::string_view name, size_t otherwise) {
  const std::string* found = find(call.query, name);
  if (found == nullptr) return otherwise;
  size_t count = 0;
  auto [end, error] = std::from_chars(found->data(), found->data() + found->size(), count);
  if (error == std::errc() && end == found->data() + found->size()) return count;
  return refuse("InvalidArgument", "Provided " + std::string(name) + " not an integer",
                element("ArgumentName", name) + element("ArgumentValue", *found));
}

std::string checksum_element(const StoredChecksum& checksum) {
  return element("Checksum" + std::string(xml_name_of(checksum.algorithm)), checksum.value);
}

void add_checksum_headers(Headers& headers, const StoredChecksum& checksum) {
  headers.add("x-amz-checksum-" + std::string(name_of(checksum.algorithm)), checksum.value);
  headers.add("x-amz-checksum-type", checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
}

Result<std::optional<StoredChecksum>> check_digests(const HttpRequest& request) {
  SMITH_TRY(check_md5(request));
  std::optional<StoredChecksum> sent;
  for (Checksum checksum : all_checksums) {
    std::string name = "x-amz-checksum-" + std::string(name_of(checksum));
    const std::string* value = request.headers.find(name);
    if (value == nullptr) continue;
    if (sent) {
      return refuse("InvalidRequest",
                    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not "
                    "allowed.");
    }
    auto digest = parse_base64(*value);
    if (!digest || digest->size() != digest_bytes(checksum)) {
      return refuse("InvalidRequest", "Value for " + name + " header is invalid.");
    }
    if (checksum_of(checksum, request.body) != *value) {
      return refuse("BadDigest", "The " + std::string(xml_name_of(checksum)) +
                                     " you specified did not match the calculated checksum.");
    }
    sent = StoredChecksum{checksum, *value, false};
  }
  return sent;
}

Result<Headers> kept_fields(const HttpRequest& request, const FakeS3Limits& limits) {
  Headers kept;
  size_t metadata_bytes = 0;
  for (const auto& [name, value] : request.headers.all()) {
    bool metadata = name.starts_with("x-amz-meta-");
    if (metadata) {
      metadata_bytes += name.size() - std::string_view("x-amz-meta-").size() + value.size();
      kept.add(name, value);
    }
    if (std::find(kept_names.begin(), kept_names.end(), name) == kept_names.end()) continue;
    if (name == "content-encoding" && value == "aws-chunked") continue;
    kept.add(name, value);
  }
  if (metadata_bytes > limits.metadata_bytes_max) {
    return refuse("MetadataTooLarge",
                  "Your metadata headers exceed the maximum allowed metadata size",
                  element("Size", std::to_string(metadata_bytes)) +
                      element("MaxSizeAllowed", std::to_string(limits.metadata_bytes_max)));
  }
  return kept;
}

Result<HttpResponse> Operations::run(Call& call) {
  SMITH_TRY(access_.check(call));
  switch (call.op) {
    case Op::get_object:
    case Op::head_object: return get(call);
    case Op::put_object: return put(call);
    case Op::delete_object: return remove(call);
    case Op::create_upload: return start_upload(call);
    case Op::upload_part: return put_part(call);
    case Op::complete_upload: return complete(call);
    case Op::list_parts: return list_parts(call);
    case Op::abort_upload:
      SMITH_TRY(state_.abort(call.upload()));
      return HttpResponse{204, {}, {}, {}, 0, 0, false, {}};
    default: return run_bucket(call);
  }
}

Result<HttpResponse> Operations::run_bucket(Call& call) {
  switch (call.op) {
    case Op::list_buckets: return list_buckets();
    case Op::list_objects: return list(call);
    case Op::list_object_versions: return list_versions(call);
    case Op::list_uploads: return list_uploads(call);
    case Op::put_bucket_versioning: return set_versioning(call);
    case Op::get_bucket_versioning: return get_versioning(call);
    case Op::create_bucket: SMITH_TRY(state_.create_bucket(call.place.bucket)); break;
    case Op::delete_bucket: SMITH_TRY(state_.remove_bucket(call.place.bucket)); break;
    default: SMITH_TRY(state_.versioning(call.place.bucket)); break;  // Is it there?
  }
  if (call.op == Op::get_bucket_location) return xml_response("LocationConstraint", "");
  HttpResponse response;
  if (call.op == Op::create_bucket) response.headers.add("location", "/" + call.place.bucket);
  if (call.op == Op::delete_bucket) response.status = 204;
  return response;
}

Result<HttpResponse> Operations::list_buckets() {
  std::string inside;
  for (const std::string& name : state_.buckets()) {
    inside += "<Bucket>" + element("Name", name) + "</Bucket>";
  }
  return xml_response("ListAllMyBucketsResult", "<Buckets>" + inside + "</Buckets>");
}

Result<HttpResponse> Operations::set_versioning(const Call& call) {
  auto document = parse_xml(call.request.body);
  std::string status = document ? document->text_of("Status") : "";
  if (status != "Enabled" && status != "Suspended") {
    return refuse("MalformedXML",
                  "The XML you provided was not well-formed or did not validate against our "
                  "published schema");
  }
  SMITH_TRY(state_.set_versioning(
      call.place.bucket, status == "Enabled" ? Versioning::enabled : Versioning::suspended));
  return HttpResponse();
}

Result<HttpResponse> Operations::get_versioning(const Call& call) {
  std::string status;
  switch (SMITH_TRY(state_.versioning(call.place.bucket))) {
    case Versioning::off: break;
    case Versioning::enabled: status = element("Status", "Enabled"); break;
    case Versioning::suspended: status = element("Status", "Suspended"); break;
  }
  return xml_response("VersioningConfiguration", status);
}

Result<HttpResponse> Operations::put(Call& call) {
  SMITH_TRY(check_shape(call.condition()));
  Draft draft;
  draft.checksum = SMITH_TRY(check_digests(call.request));
  draft.fields = SMITH_TRY(kept_fields(call.request, state_.limits()));
  draft.etag = md5_hex(call.request.body);
  if (!draft.checksum) {  // What S3 does where the client sends none.
    draft.checksum = StoredChecksum{Checksum::crc64nvme,
                                    checksum_of(Checksum::crc64nvme, call.request.body), false};
  }
  draft.content.append(state_.blobs().keep(std::move(call.request.body)));
  ObjectVersion made = SMITH_TRY(state_.put(call.place, std::move(draft), call.condition()));
  HttpResponse response;
  response.headers.add("etag", quoted(made.object.etag));
  add_checksum_headers(response.headers, *made.object.checksum);
  if (SMITH_TRY(state_.versioning(call.place.bucket)) == Versioning::enabled) {
    response.headers.add("x-amz-version-id", made.id);
  }
  return response;
}

Result<HttpResponse> Operations::get(const Call& call) {
  auto found = state_.find(call.place, call.version_id());
  if (!found) {
    if (found.error().type != "NoSuchKey") return std::move(found).error();
    return access_.absent(call, std::move(found).error());
  }
  const ObjectVersion& version = *found;
  if (version.delete_marker) {
    Error error = access_.absent(call, no_such_key(call.place.key));
    if (error.type == "AccessDenied") return error;
    return marker_response(call, version);
  }
  const Draft& object = version.object;
  SMITH_TRY(check_read(call.request.headers, object.etag, version.modified_micros));
  Range range = SMITH_TRY(parse_range(call.header("range"), object.content.size()));
  HttpResponse response;
  response.headers.add("accept-ranges", "bytes");
  response.headers.add("etag", quoted(object.etag));
  response.headers.add("last-modified", http_date(version.modified_micros));
  if (!object.fields.has("content-type")) {
    response.headers.add("content-type", "binary/octet-stream");
  }
  for (const auto& [name, value] : object.fields.all()) response.headers.add(name, value);
  if (SMITH_TRY(state_.versioning(call.place.bucket)) != Versioning::off) {
    response.headers.add("x-amz-version-id", version.id);
  }
  if (range.partial) {
    response.status = 206;
    response.headers.add("content-range", range.header(object.content.size()));
  } else if (object.checksum &&
             lower(call.header("x-amz-checksum-mode").value_or("")) == "enabled") {
    add_checksum_headers(response.headers, *object.checksum);
  }
  response.content = object.content;
  response.content_offset = range.offset;
  response.content_bytes = range.bytes;
  return response;
}

Result<HttpResponse> Operations::remove(const Call& call) {
  for (std::string_view name : {"x-amz-if-match-size", "x-amz-if-match-last-modified-time"}) {
    if (call.header(name)) return not_implemented(name, "Only directory buckets have it");
  }
  Removal removal =
      SMITH_TRY(state_.remove(call.place, call.version_id(), call.header("if-match")));
  HttpResponse response;
  response.status = 204;
  if (!removal.version_id.empty()) response.headers.add("x-amz-version-id", removal.version_id);
  if (removal.delete_marker) response.headers.add("x-amz-delete-marker", "true");
  return response;
}

}  // namespace silversmith::test
