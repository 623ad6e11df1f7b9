// SPDX-License-Identifier: Apache-2.0
// The least that AWS must allow for a lake: a policy for each function's role, for the buckets and
// for the network's endpoint. The same statements as deploy/cloudformation/silversmith.yaml, for
// those who don't deploy it. The one thing to know: s3:ListBucket has no condition on s3:prefix,
// since a HEAD carries no prefix, and what is absent would look like what is denied.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace silversmith::deploy {

enum class FunctionKind : uint8_t { convert, sweep, catalog, notify };
inline constexpr FunctionKind function_kinds[] = {FunctionKind::convert, FunctionKind::sweep,
                                                  FunctionKind::catalog, FunctionKind::notify};
std::string_view name_of(FunctionKind kind);
std::optional<FunctionKind> function_kind_of(std::string_view name);

// A place in a bucket; the prefix is empty or ends with a slash.
struct BucketPlace {
  std::string bucket;
  std::string prefix;
  bool operator==(const BucketPlace&) const = default;
};

struct PolicyLake {
  BucketPlace bronze;     // bronze/ is below it
  BucketPlace silver;     // silver/, quarantine/ and receipts/ are below it
  BucketPlace contracts;  // contracts are directly in it
  // Globs of contracts, anchored at the lake's root: only what they match is read of bronze. Empty:
  // all of it.
  std::vector<std::string> match = {};
  std::string kms_key_arn = {};  // "": the buckets' own keys, which need no right
  std::string account = {};      // 12 digits; "" is written as ACCOUNT-ID, to be replaced
  std::string region = {};       // "" is written as REGION
  std::string glue_database = {};
  // ARNs of the roles that write silver, as CloudFormation or whoever made them named them. Empty
  // is written as CONVERT-ROLE-ARN and SWEEP-ROLE-ARN.
  std::vector<std::string> convert_roles = {};
  std::vector<std::string> sweep_roles = {};
  std::string function = "csv-validator";  // the others' names begin with it
};

// The resources below bronze that the globs can match, without repeats, sorted: "bronze/orders/*".
// A glob that matches nothing in bronze adds nothing.
std::vector<std::string> bronze_resources(const std::vector<std::string>& match);

Json identity_policy(const PolicyLake& lake, FunctionKind kind);
Json trust_policy();
// By bucket: one, or two where silver has its own.
std::vector<std::pair<std::string, Json>> bucket_policies(const PolicyLake& lake);
Json endpoint_policy(const PolicyLake& lake);
// All of it: {"functions": {...}, "trust": {...}, "buckets": {...}, "endpoint": {...}}.
Json all_policies(const PolicyLake& lake);

}  // namespace silversmith::deploy
