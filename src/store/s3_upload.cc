// SPDX-License-Identifier: Apache-2.0
#include "store/s3_upload.h"

#include <algorithm>
#include <utility>

#include "base/buffer.h"
#include "base/check.h"
#include "base/uri.h"
#include "store/s3_errors.h"
#include "wire/checksum.h"
#include "wire/xml.h"

namespace silversmith::store {

namespace {

// S3 takes 10,000 parts. They grow so that an object of 5 TB fits.
constexpr size_t parts_of_one_size = 1000;

size_t part_bytes_of(size_t usual, size_t number) {
  return usual << std::min<size_t>(number / parts_of_one_size, 9);
}

wire::Header checksum_header(uint64_t crc) {
  return {"x-amz-checksum-crc64nvme", wire::checksum_text(crc)};
}

void add_metadata(std::vector<wire::Header>& headers, const Metadata& metadata) {
  for (const auto& [name, value] : metadata) headers.push_back({"x-amz-meta-" + name, value});
}

wire::Header header_of(const Condition& condition) {
  if (!condition.matches.has_value()) return {"If-None-Match", "*"};
  return {"If-Match", quoted(*condition.matches)};
}

// Spools, one after the other, as a request's body.
class SpoolBody : public RandomAccess {
 public:
  void add(Spool& spool) {
    spools_.push_back(&spool);
    size_ += spool.size();
  }
  uint64_t size() const override { return size_; }
  Result<> read_at(uint64_t offset, std::span<char> into) override {
    for (Spool* spool : spools_) {
      if (into.empty()) break;
      if (offset >= spool->size()) {
        offset -= spool->size();
        continue;
      }
      size_t count = std::min<uint64_t>(into.size(), spool->size() - offset);
      SMITH_TRY(spool->read_at(offset, into.first(count)));
      into = into.subspan(count);
      offset = 0;
    }
    return {};
  }

 private:
  std::vector<Spool*> spools_;
  uint64_t size_ = 0;
};

}  // namespace

struct S3Upload::Part {
  std::unique_ptr<Spool> spool;
  uint64_t checksum = 0;
};

S3Upload::S3Upload(S3Service& service, SpoolMaker& spools, Expected expected)
    : service_(service), spools_(spools), expected_(std::move(expected)) {}

S3Upload::~S3Upload() { abort(); }

Result<> S3Upload::write(std::string_view bytes) {
  while (!bytes.empty()) {
    size_t number = sent_.size() + waiting_.size();  // of the last part, from 1
    size_t bytes_max = part_bytes_of(service_.options().part_bytes, number);
    if (waiting_.empty() || waiting_.back().spool->size() >= bytes_max) {
      SMITH_TRY(send_full_parts());
      waiting_.push_back({spools_.make(), 0});
      continue;
    }
    Part& part = waiting_.back();
    size_t count = std::min<uint64_t>(bytes.size(), bytes_max - part.spool->size());
    SMITH_TRY(part.spool->append(bytes.substr(0, count)));
    part.checksum = wire::crc64nvme(bytes.substr(0, count), part.checksum);
    size_ += count;
    bytes.remove_prefix(count);
  }
  return {};
}

// Called when all waiting parts are full. Below the threshold they wait: it may stay one PUT.
Result<> S3Upload::send_full_parts() {
  bool streams = !expected_.key.empty() && size_ >= service_.options().put_bytes_max;
  if (!streams) return {};
  if (upload_id_.empty()) SMITH_TRY(begin_parts(expected_.metadata));
  while (!waiting_.empty()) {
    SMITH_TRY(send(waiting_.front()));
    waiting_.pop_front();
  }
  return {};
}

Result<> S3Upload::begin_parts(const Metadata& metadata) {
  S3Request request{S3Action::write, "POST", expected_.key, "uploads=", {}, nullptr};
  add_metadata(request.headers, metadata);
  request.headers.push_back({"x-amz-checksum-algorithm", "CRC64NVME"});
  request.headers.push_back({"x-amz-checksum-type", "FULL_OBJECT"});
  wire::HttpAnswer answer = SMITH_TRY(service_.call(request));
  Result<wire::XmlElement> root = wire::parse_xml(answer.body);
  if (root.ok()) upload_id_ = root->text_of("UploadId");
  if (!upload_id_.empty()) return {};
  return Error{Code::busy, service_.where(expected_.key) + ": the answer names no upload", "", ""};
}

Result<> S3Upload::send(Part& part) {
  SpoolBody body;
  body.add(*part.spool);
  S3Request request{S3Action::upload_part, "PUT", expected_.key, "", {}, &body};
  request.query =
      "partNumber=" + std::to_string(sent_.size() + 1) + "&uploadId=" + uri_encoded(upload_id_);
  request.headers.push_back(checksum_header(part.checksum));
  wire::HttpAnswer answer = SMITH_TRY(service_.call(request));
  sent_.push_back({std::string(answer.header("ETag")), wire::checksum_text(part.checksum)});
  checksum_ = wire::crc64nvme_of_both(checksum_, part.checksum, part.spool->size());
  return {};
}

Result<Tag> S3Upload::commit(std::string_view key, const Metadata& metadata,
                             const Condition& condition) {
  SMITH_CHECK(!committed_, "an upload commits once");
  committed_ = true;
  SMITH_CHECK(expected_.key.empty() || expected_.key == key, "a commit under another key");
  if (upload_id_.empty() && size_ <= service_.options().put_bytes_max) {
    return put(key, metadata, condition);
  }
  // Longer than one PUT is to be, and the key is known only now.
  expected_.key = key;
  if (upload_id_.empty()) SMITH_TRY(begin_parts(metadata));
  while (!waiting_.empty()) {
    SMITH_TRY(send(waiting_.front()));
    waiting_.pop_front();
  }
  return complete(condition);
}

Result<Tag> S3Upload::put(std::string_view key, const Metadata& metadata,
                          const Condition& condition) {
  SpoolBody body;
  uint64_t checksum = 0;
  for (Part& part : waiting_) {
    checksum = wire::crc64nvme_of_both(checksum, part.checksum, part.spool->size());
    body.add(*part.spool);
  }
  S3Request request{S3Action::write, "PUT", std::string(key), "", {}, &body};
  request.headers.push_back(header_of(condition));
  request.headers.push_back(checksum_header(checksum));
  add_metadata(request.headers, metadata);
  wire::HttpAnswer answer = SMITH_TRY(service_.call(request));
  return head_of(answer, size_).tag;
}

std::string S3Upload::document() const {
  std::string text = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (size_t i = 0; i < sent_.size(); ++i) {
    text += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" +
            wire::xml_escaped(sent_[i].tag) + "</ETag><ChecksumCRC64NVME>" + sent_[i].checksum +
            "</ChecksumCRC64NVME></Part>";
  }
  return text + "</CompleteMultipartUpload>";
}

// The conflict of a multipart upload stays: only a new upload helps, which is the caller's to
// begin. So what fails here is aborted by the destructor.
Result<Tag> S3Upload::complete(const Condition& condition) {
  wire::TextBody body(document());
  S3Request request{S3Action::write, "POST", expected_.key, "", {}, &body};
  request.query = "uploadId=" + uri_encoded(upload_id_);
  request.headers.push_back(header_of(condition));
  request.headers.push_back({"Content-Type", "application/xml"});
  request.headers.push_back(checksum_header(checksum_));
  request.headers.push_back({"x-amz-checksum-type", "FULL_OBJECT"});
  request.headers.push_back({"x-amz-mp-object-size", std::to_string(size_)});
  std::string doing = "POST " + service_.where(expected_.key);
  for (Tries tries;;) {
    wire::HttpAnswer answer = SMITH_TRY(service_.call(request));
    std::optional<Error> error = error_in_body(request.action, doing, answer);
    if (!error.has_value()) {
      upload_id_.clear();
      Result<wire::XmlElement> root = wire::parse_xml(answer.body);
      answer.headers.push_back({"ETag", std::string(root->text_of("ETag"))});
      return head_of(answer, size_).tag;
    }
    if (!service_.again(*error, tries, service_.now_micros())) return *error;
  }
}

void S3Upload::abort() {
  if (upload_id_.empty()) return;
  S3Request request{S3Action::abort_upload, "DELETE", expected_.key, "", {}, nullptr};
  request.query = "uploadId=" + uri_encoded(upload_id_);
  // What can't be aborted now is the bucket's lifecycle rule's to remove; and who lacks the right
  // leaves parts that are paid for after every failure, which nobody sees.
  Result<wire::HttpAnswer> ended = service_.call(request);
  service_.warn_of_denial("the parts of an unfinished upload stay", ended);
  upload_id_.clear();
}

}  // namespace silversmith::store
