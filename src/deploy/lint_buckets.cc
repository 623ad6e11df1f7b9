// SPDX-License-Identifier: Apache-2.0
// Buckets: closed to the public and to plain HTTP, guarded against other writers, heard.
#include <algorithm>

#include "base/text.h"
#include "deploy/lint_parts.h"

namespace silversmith::deploy {

namespace {

constexpr std::string_view public_rule =
    "bucket-public set all four of PublicAccessBlockConfiguration to true";
constexpr std::string_view tls_rule =
    "bucket-tls add a bucket policy that denies s3:* where aws:SecureTransport is false";
constexpr std::string_view writers_rule =
    "bucket-writers add a bucket policy that denies s3:PutObject* and s3:DeleteObject* on silver "
    "to "
    "all but the function's role (aws:PrincipalArn)";
constexpr std::string_view events_rule =
    "bucket-events set NotificationConfiguration: {EventBridgeConfiguration: {EventBridgeEnabled: "
    "true}}";

bool is_closed(const TemplateView& view, const Resource& bucket) {
  constexpr std::string_view switches[] = {"BlockPublicAcls", "BlockPublicPolicy",
                                           "IgnorePublicAcls", "RestrictPublicBuckets"};
  return std::all_of(std::begin(switches), std::end(switches), [&](std::string_view name) {
    Nodes values = view.values(bucket, {"PublicAccessBlockConfiguration", name});
    return !values.empty() && std::all_of(values.begin(), values.end(),
                                          [](const Node* value) { return value->text == "true"; });
  });
}

// The statements of the bucket's policies.
Statements statements_about(const TemplateView& view, const Resource& bucket) {
  Statements out;
  for (const Resource* policy : view.of_type("AWS::S3::BucketPolicy")) {
    bool ours = false;
    for (const Node* name : view.values(*policy, {"Bucket"})) {
      ours = ours || view.points_at(name, bucket.id);
      for (const Node* own : view.values(bucket, {"BucketName"})) {
        ours = ours || (!view.text(*own).empty() && view.text(*own) == view.text(*name));
      }
    }
    if (!ours) continue;
    for (const Node* document : view.values(*policy, {"PolicyDocument"})) {
      for (Statement& one : statements_of(view, document)) out.push_back(std::move(one));
    }
  }
  return out;
}

// Whether a condition asks for a key, whatever the test.
bool asks_for(const Node& statement, std::string_view key) {
  const Node* condition = find(statement, "Condition");
  if (condition == nullptr) return false;
  return std::any_of(
      condition->members.begin(), condition->members.end(),
      [&](const contract::YamlMember& test) { return find(test.value, key) != nullptr; });
}

// Whether a denial holds of every request over plain HTTP, which has no version of TLS.
bool is_of_plain_http(const TemplateView& view, const Node& statement) {
  const Node* condition = find(statement, "Condition");
  if (condition == nullptr) return false;
  return std::any_of(condition->members.begin(), condition->members.end(), [&](const auto& test) {
    if (test.key.text == "NumericLessThanIfExists") {
      return find(test.value, "s3:TlsVersion") != nullptr;
    }
    if (test.key.text != "Bool" && test.key.text != "BoolIfExists") return false;
    Nodes values = view.items(find(test.value, "aws:SecureTransport"));
    return std::any_of(values.begin(), values.end(),
                       [](const Node* value) { return equal_ignoring_case(value->text, "false"); });
  });
}

// On where it is there, unless it says otherwise.
bool tells_eventbridge(const TemplateView& view, const Resource& bucket) {
  Nodes all = view.values(bucket, {"NotificationConfiguration", "EventBridgeConfiguration"});
  return std::any_of(all.begin(), all.end(), [](const Node* one) {
    const Node* enabled = find(*one, "EventBridgeEnabled");
    return enabled == nullptr || !equal_ignoring_case(enabled->text, "false");
  });
}

void lint_bucket(Linter& linter, const Resource& bucket, bool heard_by_rules) {
  const TemplateView& view = linter.view();
  if (!is_closed(view, bucket)) {
    linter.warning(*bucket.node, public_rule, "public access to the bucket is not blocked");
  }
  Statements statements = statements_about(view, bucket);
  auto denies = [&](std::string_view action, std::string_view key) {
    return std::any_of(statements.begin(), statements.end(), [&](const Statement& one) {
      return !one.allows && names_action(one, action) && asks_for(*one.node, key);
    });
  };
  bool tls_only = std::any_of(statements.begin(), statements.end(), [&](const Statement& one) {
    return !one.allows && names_action(one, "s3:GetObject") && is_of_plain_http(view, *one.node);
  });
  if (!tls_only) {
    linter.warning(*bucket.node, tls_rule, "the bucket answers plain HTTP");
  }
  if (!denies("s3:PutObject", "aws:PrincipalArn")) {
    linter.advice(*bucket.node, writers_rule,
                  "whoever has s3:PutObject in the account may write silver");
  }
  if (heard_by_rules && !tells_eventbridge(view, bucket)) {
    linter.error(*bucket.node, events_rule,
                 "rules wait for aws.s3, but the bucket sends nothing to EventBridge");
  }
}

bool waits_for_s3(const TemplateView& view) {
  for (const Resource* rule : view.of_type("AWS::Events::Rule")) {
    for (const Node* sources : view.values(*rule, {"EventPattern", "source"})) {
      for (const Node* one : view.items(sources)) {
        if (one->text == "aws.s3") return true;
      }
    }
  }
  return false;
}

}  // namespace

void lint_buckets(Linter& linter) {
  const TemplateView& view = linter.view();
  bool heard_by_rules = waits_for_s3(view);
  for (const Resource* bucket : view.of_type("AWS::S3::Bucket")) {
    linter.about(bucket->id);
    lint_bucket(linter, *bucket, heard_by_rules);
  }
}

}  // namespace silversmith::deploy
