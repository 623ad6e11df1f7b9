// SPDX-License-Identifier: Apache-2.0
#include "store/s3_scratch.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "base/uri.h"
#include "store/probe.h"
#include "wire/checksum.h"
#include "wire/xml.h"

namespace silversmith::store {

namespace {

wire::Header checksum_of(std::string_view bytes) {
  return {"x-amz-checksum-crc64nvme", wire::checksum_text(wire::crc64nvme(bytes, 0))};
}

int status_of(std::string_view name, int otherwise) {
  if (name == "PreconditionFailed") return 412;
  if (name == "NoSuchKey") return 404;
  if (name == "ConditionalRequestConflict") return 409;
  return otherwise;
}

std::string document_of(const S3Scratch::Part& part) {
  return "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part>"
         "<PartNumber>1</PartNumber><ETag>" +
         wire::xml_escaped(part.tag) + "</ETag><ChecksumCRC64NVME>" +
         checksum_of(part.bytes).value + "</ChecksumCRC64NVME></Part></CompleteMultipartUpload>";
}

S3Request put_request(const std::string& key, const std::string& bytes, RandomAccess& body) {
  S3Request request{S3Action::write, "PUT", key, "", {}, &body};
  request.headers.push_back(checksum_of(bytes));
  return request;
}

S3Request complete_request(const S3Scratch::Part& part, RandomAccess& body) {
  S3Request request{S3Action::write, "POST", part.key, "", {}, &body};
  request.query = "uploadId=" + uri_encoded(part.upload_id);
  request.headers.push_back({"Content-Type", "application/xml"});
  request.headers.push_back(checksum_of(part.bytes));
  request.headers.push_back({"x-amz-checksum-type", "FULL_OBJECT"});
  request.headers.push_back({"x-amz-mp-object-size", std::to_string(part.bytes.size())});
  return request;
}

S3Request removal(const std::string& key, const std::string& version) {
  S3Request request{S3Action::remove, "DELETE", key, "", {}, nullptr};
  if (!version.empty()) request.query = "versionId=" + uri_encoded(version);
  return request;
}

void add(S3Request& request, const S3Scratch::Headers& headers) {
  request.headers.insert(request.headers.end(), headers.begin(), headers.end());
}

}  // namespace

std::string Said::text() const {
  std::string text = std::to_string(status);
  return name.empty() ? text : text + " " + name;
}

Said S3Scratch::said_by(const S3Request& request, const wire::HttpAnswer& answer) {
  Said said;
  said.status = answer.status;
  said.tag = tag_of(answer.header("ETag")).text;
  said.version = answer.header("x-amz-version-id");
  Result<wire::XmlElement> root = wire::parse_xml(answer.body);
  if (root.ok() && root->name == "Error") {
    said.name = root->text_of("Code");
    // CompleteMultipartUpload may say 200 first, and no afterwards.
    if (answer.good()) said.status = status_of(said.name, 500);
  } else if (root.ok()) {
    said.upload_id = root->text_of("UploadId");
    if (said.tag.empty()) said.tag = tag_of(root->text_of("ETag")).text;
  }
  bool writes = request.method == "PUT" || request.method == "POST";
  bool whole = request.query.empty() || request.query.starts_with("uploadId=");
  bool removes = request.method == "DELETE" && request.query.empty();
  if (said.good() && ((writes && whole) || removes)) {
    made_.push_back({request.key, said.version});
  }
  return said;
}

Result<Said> S3Scratch::ask(const S3Request& request) {
  for (Tries tries;;) {
    wire::Exchange exchange = service_.start(request);
    Result<wire::HttpAnswer> answer = exchange.finish();
    Error error;
    if (answer.ok()) {
      Said said = said_by(request, *answer);
      said.repeated = tries.made > 1;
      bool passes = said.status >= 500 && said.status != 501;
      if (!passes) return said;
      error = service_.error_of(request, *answer);
      error.code = Code::busy;
    } else {
      error = std::move(answer).error().in(service_.where(request.key));
    }
    if (!service_.again(error, tries, exchange.quiet_since_micros())) return error;
  }
}

Result<Said> S3Scratch::put(const std::string& key, const std::string& bytes,
                            const Headers& headers) {
  wire::TextBody body(bytes);
  S3Request request = put_request(key, bytes, body);
  add(request, headers);
  return ask(request);
}

Result<Said> S3Scratch::head(const std::string& key, const Headers& headers) {
  return ask({S3Action::look, "HEAD", key, "", headers, nullptr});
}

Result<Said> S3Scratch::read(const std::string& key, const Headers& headers) {
  return ask({S3Action::read, "GET", key, "", headers, nullptr});
}

Result<Said> S3Scratch::remove(const std::string& key, const Headers& headers) {
  return ask({S3Action::remove, "DELETE", key, "", headers, nullptr});
}

Result<Said> S3Scratch::remove_version(const std::string& key, const std::string& version) {
  return ask(removal(key, version));
}

Result<Said> S3Scratch::begin(const std::string& key) {
  S3Request request{S3Action::write, "POST", key, "uploads=", {}, nullptr};
  request.headers.push_back({"x-amz-checksum-algorithm", "CRC64NVME"});
  request.headers.push_back({"x-amz-checksum-type", "FULL_OBJECT"});
  Said said = SMITH_TRY(ask(request));
  if (!said.upload_id.empty()) open_.push_back({key, said.upload_id, "", ""});
  return said;
}

Result<S3Scratch::Part> S3Scratch::begin_with_part(const std::string& key,
                                                   const std::string& bytes) {
  Said begun = SMITH_TRY(begin(key));
  Part part{key, begun.upload_id, "", bytes};
  if (part.upload_id.empty()) {
    return Error{Code::denied, "CreateMultipartUpload " + service_.where(key) + ": " + begun.text(),
                 "the role needs s3:PutObject on it", ""};
  }
  wire::TextBody body(bytes);
  S3Request request = put_request(key, bytes, body);
  request.query = "partNumber=1&uploadId=" + uri_encoded(part.upload_id);
  request.action = S3Action::upload_part;
  Said said = SMITH_TRY(ask(request));
  if (!said.good()) {
    return Error{Code::denied, "UploadPart " + service_.where(key) + ": " + said.text(), "", ""};
  }
  part.tag = said.tag;
  return part;
}

Result<Said> S3Scratch::complete(const Part& part, const Headers& headers) {
  wire::TextBody body(document_of(part));
  S3Request request = complete_request(part, body);
  add(request, headers);
  Said said = SMITH_TRY(ask(request));
  if (said.good()) {
    std::erase_if(open_, [&](const Part& one) { return one.upload_id == part.upload_id; });
  }
  return said;
}

Result<Said> S3Scratch::abort(const std::string& key, const std::string& upload_id) {
  S3Request request{S3Action::abort_upload, "DELETE", key, "", {}, nullptr};
  request.query = "uploadId=" + uri_encoded(upload_id);
  Said said = SMITH_TRY(ask(request));
  if (said.good()) {
    std::erase_if(open_, [&](const Part& one) { return one.upload_id == upload_id; });
  }
  return said;
}

// What came of those that were answered.
std::vector<Said> S3Scratch::ask_at_once(const std::deque<S3Request>& requests) {
  std::deque<wire::Exchange> exchanges;
  for (const S3Request& request : requests) exchanges.push_back(service_.start(request));
  std::vector<Said> all;
  for (size_t i = 0; i < exchanges.size(); ++i) {
    Result<wire::HttpAnswer> answer = exchanges[i].finish();
    if (answer.ok()) all.push_back(said_by(requests[i], *answer));
  }
  return all;
}

std::vector<Said> S3Scratch::put_at_once(const std::string& key,
                                         const std::vector<std::string>& bytes,
                                         const wire::Header& condition) {
  std::deque<wire::TextBody> bodies;
  std::deque<S3Request> requests;
  for (const std::string& one : bytes) {
    wire::TextBody& body = bodies.emplace_back(one);
    S3Request& request = requests.emplace_back(put_request(key, one, body));
    request.headers.push_back(condition);
  }
  return ask_at_once(requests);
}

std::vector<Said> S3Scratch::complete_at_once(const std::vector<Part>& parts,
                                              const wire::Header& condition) {
  std::deque<wire::TextBody> bodies;
  std::deque<S3Request> requests;
  for (const Part& part : parts) {
    wire::TextBody& body = bodies.emplace_back(document_of(part));
    S3Request& request = requests.emplace_back(complete_request(part, body));
    request.headers.push_back(condition);
  }
  return ask_at_once(requests);
}

// In a bucket that keeps versions each is removed by its id, the markers of deletes among them, so
// that nothing stays.
std::vector<std::string> S3Scratch::clear() {
  std::set<std::string> left;
  std::vector<Part> open = open_;
  for (const Part& part : open) {
    Result<Said> gone = abort(part.key, part.upload_id);
    bool done = gone.ok() && (gone->good() || gone->status == 404);
    if (!done) left.insert(service_.where(part.key) + std::string(upload_left));
  }
  std::vector<Made> made = std::exchange(made_, {});
  std::set<std::pair<std::string, std::string>> asked;
  for (const Made& one : made) {
    if (!asked.insert({one.key, one.version}).second) continue;
    Result<Said> gone = remove_version(one.key, one.version);
    bool done = gone.ok() && (gone->good() || gone->status == 404);
    std::string name = service_.where(one.key);
    if (!one.version.empty()) name += " (version " + one.version + ")";
    if (!done) left.insert(std::move(name));
  }
  made_.clear();
  return {left.begin(), left.end()};
}

}  // namespace silversmith::store
