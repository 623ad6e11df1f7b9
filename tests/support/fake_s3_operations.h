// SPDX-License-Identifier: Apache-2.0
// The operations of the fake S3: from a Call to its effect on FakeS3State and the answer in HTTP
// and XML. Objects stand in fake_s3_operations.cc, uploads in parts and listings in files of their
// own. Faults, signatures and connections are not known here.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
#pragma once

#include "base/result.h"
#include "support/fake_s3_access.h"
#include "support/fake_s3_call.h"
#include "support/fake_s3_state.h"
#include "support/http_message.h"

namespace silversmith::test {

class Operations {
 public:
  Operations(FakeS3State& state, const Access& access) : state_(state), access_(access) {}

  // Fails with errors as refuse() makes them. Moves the body out of the call.
  Result<HttpResponse> run(Call& call);

 private:
  Result<HttpResponse> run_bucket(Call& call);
  Result<HttpResponse> get(const Call& call);
  Result<HttpResponse> put(Call& call);
  Result<HttpResponse> remove(const Call& call);
  Result<HttpResponse> set_versioning(const Call& call);
  Result<HttpResponse> get_versioning(const Call& call);
  Result<HttpResponse> list_buckets();

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> list_versions(const Call& call);

  Result<HttpResponse> start_upload(const Call& call);
  Result<HttpResponse> put_part(Call& call);
  Result<HttpResponse> complete(const Call& call);
  Result<HttpResponse> list_parts(const Call& call);
  Result<HttpResponse> list_uploads(const Call& call);

  FakeS3State& state_;
  const Access& access_;
};

// Shared by the files of this class.

// Content-MD5 and x-amz-checksum-* against the body; the checksum that was sent, if any.
Result<std::optional<StoredChecksum>> check_digests(const HttpRequest& request);
// The headers that an object keeps: content-type and its like, x-amz-meta-*. Fails with
// MetadataTooLarge.
Result<Headers> kept_fields(const HttpRequest& request, const FakeS3Limits& limits);
HttpResponse xml_response(std::string_view root, std::string_view inside);
std::string quoted(std::string_view etag);
// A count in a parameter, `otherwise` when it is absent. Fails with InvalidArgument.
Result<size_t> count_parameter(const Call& call, std::string_view name, size_t otherwise);
std::string checksum_element(const StoredChecksum& checksum);  // "<ChecksumCRC32>...</...>"
void add_checksum_headers(Headers& headers, const StoredChecksum& checksum);

}  // namespace silversmith::test
