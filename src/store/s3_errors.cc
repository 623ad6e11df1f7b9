// SPDX-License-Identifier: Apache-2.0
#include "store/s3_errors.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "wire/xml.h"

namespace silversmith::store {

namespace {

struct Known {
  std::string_view name;  // S3's error code
  Code code;
  const char* hint;
};
// Names say more than a status where both are there.
constexpr Known known_names[] = {
    {"NoSuchKey", Code::missing, ""},
    {"NoSuchVersion", Code::missing, ""},
    {"NoSuchUpload", Code::conflict, ""},
    {"NoSuchBucket", Code::denied, "see the name of the bucket, its region and the endpoint"},
    {"PreconditionFailed", Code::conflict, ""},
    {"ConditionalRequestConflict", Code::conflict, ""},
    {"OperationAborted", Code::busy, ""},
    {"InvalidAccessKeyId", Code::denied, "see AWS_ACCESS_KEY_ID: this service does not know it"},
    {"SignatureDoesNotMatch", Code::denied, "see AWS_SECRET_ACCESS_KEY and the region"},
    {"ExpiredToken", Code::denied, "get new credentials: these have expired"},
    {"InvalidToken", Code::denied, "see AWS_SESSION_TOKEN"},
    {"RequestTimeTooSkewed", Code::denied, "set this machine's clock"},
    {"AuthorizationHeaderMalformed", Code::denied, "see the region: --region or AWS_REGION"},
    {"InvalidObjectState", Code::denied, "it is archived: restore the object first"},
    {"TemporaryRedirect", Code::busy, "the bucket is new: its name is not known everywhere yet"},
    {"PermanentRedirect", Code::denied, "see the region: --region or AWS_REGION"},
    {"NotImplemented", Code::denied, "use a store that writes on If-Match and If-None-Match"},
    {"KMS.DisabledException", Code::denied, "enable the key that the bucket encrypts with"},
    {"BadDigest", Code::busy, ""},
    {"InvalidDigest", Code::busy, ""},
    {"XAmzContentSHA256Mismatch", Code::busy, ""},
    {"XAmzContentChecksumMismatch", Code::busy, ""},
    {"RequestTimeout", Code::busy, ""},
    {"IncompleteBody", Code::busy, ""},
    {"InternalError", Code::busy, ""},
    {"SlowDown", Code::busy, ""},
    {"ServiceUnavailable", Code::busy, ""},
};

Code code_of_status(int status) {
  switch (status) {
    case 404: return Code::missing;
    case 409:
    case 412: return Code::conflict;
    case 408:
    case 429: return Code::busy;
    default: return status >= 500 && status != 501 ? Code::busy : Code::denied;
  }
}

// What a denial is about. HEAD has no body to say so itself.
const char* rights_for(S3Action action) {
  switch (action) {
    case S3Action::look:
    case S3Action::read:
      return "the role needs s3:GetObject on it, and s3:ListBucket on the bucket: without that an "
             "object that is not there looks denied";
    case S3Action::write:
      return "the role needs s3:PutObject on it, and s3:GetObject to replace it on a condition";
    case S3Action::remove: return "the role needs s3:DeleteObject and s3:GetObject on it";
    case S3Action::list: return "the role needs s3:ListBucket on the bucket";
    case S3Action::list_versions: return "the role needs s3:ListBucketVersions on the bucket";
    case S3Action::upload_part: return "the role needs s3:PutObject on it";
    case S3Action::abort_upload: return "the role needs s3:AbortMultipartUpload on it";
  }
  return "";
}

struct Said {
  std::string name;
  std::string message;
};

Said said_by(const wire::HttpAnswer& answer) {
  Result<wire::XmlElement> root = wire::parse_xml(answer.body);
  if (!root.ok() || root->name != "Error") return {};
  return {std::string(root->text_of("Code")), std::string(root->text_of("Message"))};
}

Error error_for(S3Action action, const std::string& doing, const wire::HttpAnswer& answer) {
  Said said = said_by(answer);
  Error error;
  error.code = code_of_status(answer.status);
  error.message = doing + ": " + std::to_string(answer.status);
  if (!said.name.empty()) error.message += " " + said.name;
  if (!said.message.empty()) error.message += ": " + said.message;
  bool named = false;
  for (const Known& known : known_names) {
    if (known.name != said.name) continue;
    named = true;
    error.code = known.code;
    error.hint = known.hint;
  }
  if (!named && answer.status == 403) error.hint = rights_for(action);
  if (!named && answer.status == 403 && said.message.find("kms:") != std::string::npos) {
    error.hint = "the role, and the key's own policy, need what the message names";
  }
  std::string_view region = answer.header("x-amz-bucket-region");
  if (error.code == Code::denied && !region.empty() && answer.status != 403) {
    error.hint = "the bucket is in " + std::string(region) + ": --region or AWS_REGION";
  }
  if (std::string_view id = answer.header("x-amz-request-id"); !id.empty()) {
    error.message += " (request " + std::string(id) + ")";
  }
  return error;
}

std::string_view without_space(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

// Whether the text begins as a document with that root does, as far as it goes.
bool begins_with_root(std::string_view text, std::string_view root) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  text = without_space(text);
  if (text.starts_with("<?")) {
    size_t end = text.find("?>");
    if (end == text.npos) return true;
    text = without_space(text.substr(end + 2));
  }
  std::string tag = "<" + std::string(root);
  return text.substr(0, tag.size()) == std::string_view(tag).substr(0, text.size());
}

}  // namespace

Error no_s3(const std::string& place, const wire::HttpAnswer& answer) {
  auto told = [&](const char* name) {
    std::string_view value = answer.header(name);
    return value.empty() ? std::string("not said") : show(value);
  };
  return {Code::denied,
          place + ": what answers there is no S3: found status " + std::to_string(answer.status) +
              ", server " + told("Server") + ", content type " + told("Content-Type") +
              ", wanted a listing in XML",
          "see --endpoint-url, its port too: it must be where S3's API is served, not a console, "
          "a web site or a proxy's own page",
          ""};
}

Error no_listing(const std::string& place, const wire::HttpAnswer& answer, std::string_view kind) {
  bool passes = begins_with_root(answer.body, kind) || begins_with_root(answer.body, "Error");
  if (passes) return {Code::busy, place + ": the answer is no listing", "", ""};
  return no_s3(place, answer);
}

Error s3_error(S3Action action, const std::string& doing, const wire::HttpAnswer& answer) {
  return error_for(action, doing, answer);
}

std::optional<Error> error_in_body(S3Action action, const std::string& doing,
                                   const wire::HttpAnswer& answer) {
  Result<wire::XmlElement> root = wire::parse_xml(answer.body);
  if (root.ok() && root->name != "Error") return std::nullopt;
  Error error = error_for(action, doing, answer);
  // The answer's status says nothing of it, and a name that we don't know may pass.
  bool known = false;
  for (const Known& entry : known_names)
    known = known || (root.ok() && root->text_of("Code") == entry.name);
  if (!known) error.code = Code::busy;
  return error;
}

}  // namespace silversmith::store
