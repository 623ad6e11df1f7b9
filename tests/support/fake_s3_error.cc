// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3_error.h"

#include <array>

#include "base/check.h"
#include "base/text.h"

namespace silversmith::test {

namespace {

struct KnownCode {
  std::string_view name;
  int status;
};

constexpr std::array known_codes = {
    KnownCode{"AccessDenied", 403},
    KnownCode{"AuthorizationHeaderMalformed", 400},
    KnownCode{"BadDigest", 400},
    KnownCode{"BucketAlreadyOwnedByYou", 409},
    KnownCode{"BucketNotEmpty", 409},
    KnownCode{"ConditionalRequestConflict", 409},
    KnownCode{"EntityTooLarge", 400},
    KnownCode{"EntityTooSmall", 400},
    KnownCode{"IncompleteBody", 400},
    KnownCode{"InternalError", 500},
    KnownCode{"InvalidAccessKeyId", 403},
    KnownCode{"InvalidArgument", 400},
    KnownCode{"InvalidBucketName", 400},
    KnownCode{"InvalidDigest", 400},
    KnownCode{"InvalidPart", 400},
    KnownCode{"InvalidPartOrder", 400},
    KnownCode{"InvalidRange", 416},
    KnownCode{"InvalidRequest", 400},
    KnownCode{"InvalidToken", 400},
    KnownCode{"InvalidURI", 400},
    KnownCode{"KeyTooLongError", 400},
    KnownCode{"MalformedXML", 400},
    KnownCode{"MetadataTooLarge", 400},
    KnownCode{"MethodNotAllowed", 405},
    KnownCode{"MissingSecurityHeader", 400},
    KnownCode{"NoSuchBucket", 404},
    KnownCode{"NoSuchKey", 404},
    KnownCode{"NoSuchUpload", 404},
    KnownCode{"NoSuchVersion", 404},
    KnownCode{"NotImplemented", 501},
    KnownCode{"NotModified", 304},
    KnownCode{"PreconditionFailed", 412},
    KnownCode{"RequestTimeTooSkewed", 403},
    KnownCode{"SignatureDoesNotMatch", 403},
    KnownCode{"SlowDown", 503},
    KnownCode{"XAmzContentSHA256Mismatch", 400},
};

const KnownCode* find_code(std::string_view name) {
  for (const KnownCode& known : known_codes) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

// What happens to the work, for tests that look at the Error itself.
Code code_of(int status) {
  switch (status) {
    case 403: return Code::denied;
    case 404: return Code::missing;
    case 409:
    case 412: return Code::conflict;
    case 500:
    case 503: return Code::busy;
    default: return Code::invalid;
  }
}

}  // namespace

std::string escape_xml(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\r': out += "&#13;"; break;
      default: out.push_back(c);
    }
  }
  return out;
}

std::string element(std::string_view name, std::string_view text) {
  std::string out = "<";
  out.append(name).append(">").append(escape_xml(text)).append("</").append(name).append(">");
  return out;
}

Error refuse(std::string_view code, std::string message, std::string more) {
  const KnownCode* known = find_code(code);
  SMITH_CHECK(known != nullptr, "no such code of S3: " + std::string(code));
  return {code_of(known->status), std::move(message), std::move(more), std::string(code)};
}

int status_of(std::string_view s3_code) {
  const KnownCode* known = find_code(s3_code);
  return known == nullptr ? 500 : known->status;
}

Error no_such_key(std::string_view key) {
  return refuse("NoSuchKey", "The specified key does not exist.", element("Key", key));
}

Error no_such_bucket(std::string_view bucket) {
  return refuse("NoSuchBucket", "The specified bucket does not exist",
                element("BucketName", bucket));
}

Error no_such_upload(std::string_view upload_id) {
  return refuse("NoSuchUpload",
                "The specified upload does not exist. The upload ID may be invalid, or the upload "
                "may have been aborted or completed.",
                element("UploadId", upload_id));
}

Error precondition_failed(std::string_view condition) {
  return refuse("PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold",
                element("Condition", condition));
}

Error conflicting_operation(std::string_view condition, std::string_view key) {
  return refuse("ConditionalRequestConflict",
                "The conditional request cannot succeed due to a conflicting operation against "
                "this resource.",
                element("Condition", condition) + element("Key", key));
}

Error not_implemented(std::string_view header, std::string_view why) {
  return refuse("NotImplemented",
                "A header you provided implies functionality that is not implemented",
                element("Header", header) + element("additionalMessage", why));
}

Error access_denied(std::string_view access_key, std::string_view action) {
  return refuse("AccessDenied", "User: " + std::string(access_key) +
                                    " is not authorized to perform: " + std::string(action) +
                                    " because of an explicit deny in this fake");
}

std::string error_document(const Error& error, std::string_view resource,
                           std::string_view request_id) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>" + element("Code", error.type) +
         element("Message", error.message) + error.hint + element("Resource", resource) +
         element("RequestId", request_id) + element("HostId", "fake") + "</Error>";
}

}  // namespace silversmith::test
