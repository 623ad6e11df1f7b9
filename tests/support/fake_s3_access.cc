// SPDX-License-Identifier: Apache-2.0
#include "support/fake_s3_access.h"

#include "base/text.h"
#include "support/fake_s3_error.h"

namespace silversmith::test {

namespace {

// The action that IAM asks for; a conditional write asks for s3:GetObject besides.
std::string_view action_of(const Call& call) {
  bool versioned = call.version_id().has_value();
  switch (call.op) {
    case Op::list_buckets: return "s3:ListAllMyBuckets";
    case Op::create_bucket: return "s3:CreateBucket";
    case Op::delete_bucket: return "s3:DeleteBucket";
    case Op::get_bucket_location: return "s3:GetBucketLocation";
    case Op::get_bucket_versioning: return "s3:GetBucketVersioning";
    case Op::put_bucket_versioning: return "s3:PutBucketVersioning";
    case Op::head_bucket:
    case Op::list_objects: return "s3:ListBucket";
    case Op::list_object_versions: return "s3:ListBucketVersions";
    case Op::list_uploads: return "s3:ListBucketMultipartUploads";
    case Op::get_object:
    case Op::head_object: return versioned ? "s3:GetObjectVersion" : "s3:GetObject";
    case Op::put_object:
    case Op::create_upload:
    case Op::upload_part:
    case Op::complete_upload: return "s3:PutObject";
    case Op::delete_object: return versioned ? "s3:DeleteObjectVersion" : "s3:DeleteObject";
    case Op::abort_upload: return "s3:AbortMultipartUpload";
    case Op::list_parts: return "s3:ListMultipartUploadParts";
  }
  return "";
}

}  // namespace

void Access::deny(DenyRule rule) {
  std::lock_guard lock(guarded_.mutex);
  guarded_.rules.push_back(std::move(rule));
}

void Access::clear() {
  std::lock_guard lock(guarded_.mutex);
  guarded_.rules.clear();
}

bool Access::denied(const Call& call, std::string_view action, std::string_view key) const {
  std::lock_guard lock(guarded_.mutex);
  for (const DenyRule& rule : guarded_.rules) {
    if ((rule.access_key.empty() || rule.access_key == call.access_key) &&
        (rule.action == "*" || rule.action == action) && key.starts_with(rule.prefix)) {
      return true;
    }
  }
  return false;
}

Result<> Access::check(const Call& call) const {
  // A listing has no key; its prefix is what a Deny by prefix would look at.
  bool listing = call.op == Op::list_objects || call.op == Op::list_object_versions;
  std::string key = listing ? call.parameter("prefix") : call.place.key;
  std::string_view action = action_of(call);
  if (denied(call, action, key)) return access_denied(call.access_key, action);
  bool writes =
      call.op == Op::put_object || call.op == Op::complete_upload || call.op == Op::delete_object;
  if (writes && call.header("if-match") && denied(call, "s3:GetObject", key)) {
    return access_denied(call.access_key, "s3:GetObject");
  }
  return {};
}

Error Access::absent(const Call& call, Error missing) const {
  // GET and HEAD carry no prefix, so that only a Deny of the whole bucket counts here.
  if (!denied(call, "s3:ListBucket", "")) return missing;
  return access_denied(call.access_key, "s3:ListBucket");
}

Result<std::vector<DenyRule>> parse_deny(const Json& json) {
  if (json.is_array()) {
    std::vector<DenyRule> rules;
    for (const Json& one : json.as_array()) {
      for (DenyRule& rule : SMITH_TRY(parse_deny(one))) rules.push_back(std::move(rule));
    }
    return rules;
  }
  DenyRule rule{json.text_or("access_key", ""), json.text_or("action", ""),
                json.text_or("prefix", "")};
  if (rule.action != "*" && !rule.action.starts_with("s3:")) {
    return Error{Code::invalid,
                 "a denial: found " + json.dump() +
                     ", wanted an object with \"action\": \"s3:...\" or \"*\"",
                 "", ""};
  }
  return std::vector<DenyRule>{std::move(rule)};
}

}  // namespace silversmith::test
