// SPDX-License-Identifier: Apache-2.0
// IAM: what a role lacks that the pipeline can't do without, and what it may that it need not.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "deploy/lint_parts.h"

namespace silversmith::deploy {

namespace {

constexpr std::string_view read_rule =
    "role-no-read-where-written allow s3:GetObject there: a write on the condition that nothing "
    "changed needs it";
constexpr std::string_view list_rule =
    "role-no-list allow s3:ListBucket on the bucket, without a condition on s3:prefix";
constexpr std::string_view prefix_rule =
    "role-list-prefix allow s3:ListBucket without a condition on s3:prefix";
constexpr std::string_view star_rule = "role-star-resource name the resources";
constexpr std::string_view action_rule = "role-star-action name the actions";
constexpr std::string_view group_rule =
    "role-makes-log-groups declare the log group, and leave logs:CreateLogGroup out";
constexpr std::string_view bronze_rule =
    "role-writes-bronze allow writing below silver/, quarantine/ and receipts/ alone";
constexpr std::string_view letter_rule =
    "role-no-dead-letter allow sqs:SendMessage (of a topic sns:Publish) on it: Lambda sends with "
    "the function's role";
constexpr std::string_view network_rule =
    "role-no-network allow ec2:CreateNetworkInterface, DescribeNetworkInterfaces, DescribeSubnets, "
    "DeleteNetworkInterface, AssignPrivateIpAddresses and UnassignPrivateIpAddresses";
constexpr std::string_view key_rule =
    "role-no-key allow kms:Decrypt, to write also kms:GenerateDataKey, on the bucket's key";
constexpr std::string_view trust_rule = "role-trust trust lambda.amazonaws.com alone";

// Actions that know no resources, or only "*".
constexpr std::array<std::string_view, 14> without_resources = {"ec2:describe*",
                                                                "ec2:createnetworkinterface",
                                                                "ec2:deletenetworkinterface",
                                                                "ec2:assignprivateipaddresses",
                                                                "ec2:unassignprivateipaddresses",
                                                                "xray:puttracesegments",
                                                                "xray:puttelemetryrecords",
                                                                "xray:getsampling*",
                                                                "cloudwatch:putmetricdata",
                                                                "logs:describeloggroups",
                                                                "s3:listallmybuckets",
                                                                "sts:getcalleridentity",
                                                                "tag:getresources",
                                                                "ecr:getauthorizationtoken"};

bool needs_star(std::string_view action) {
  return std::any_of(without_resources.begin(), without_resources.end(),
                     [&](std::string_view known) { return iam_covers(known, action); });
}

bool covers_any(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return iam_covers(pattern, text); });
}

bool allows(const Statements& statements, std::string_view action, std::string_view resource) {
  return std::any_of(statements.begin(), statements.end(), [&](const Statement& one) {
    return one.allows && names_action(one, action) && covers_any(one.resources, resource);
  });
}

// The part of an S3 ARN behind the bucket: "${LakePrefix}bronze/*", or "" of a bucket alone.
std::string_view key_part(std::string_view resource) {
  size_t slash = resource.find('/');
  return slash == std::string_view::npos ? std::string_view() : resource.substr(slash + 1);
}

bool covers_bronze(const std::string& resource) {
  if (resource == "*") return true;
  std::string_view key = key_part(resource);
  if (key.starts_with("${") && key.find('}') != std::string_view::npos) {
    key.remove_prefix(key.find('}') + 1);
  }
  return !key.empty() && (iam_covers(key, "bronze/orders/a.csv") || key.starts_with("bronze/"));
}

void lint_stars(Linter& linter, const Statement& statement) {
  for (const std::string& action : statement.actions) {
    size_t colon = action.find(':');
    bool all = action == "*" || (colon != std::string::npos && action.substr(colon + 1) == "*");
    if (all) {
      linter.warning(*statement.node, action_rule, "the role may do everything: " + show(action));
    }
  }
  bool star = std::find(statement.resources.begin(), statement.resources.end(), "*") !=
              statement.resources.end();
  if (!star) return;
  for (const std::string& action : statement.actions) {
    if (needs_star(action)) continue;
    linter.warning(*statement.node, star_rule, action + " is allowed on every resource there is");
    return;
  }
}

// The right to list is a bucket's: of its objects' ARNs it gives nothing.
bool may_be_bucket(std::string_view resource) {
  std::string_view name = resource.substr(resource.rfind(':') + 1);
  if (name.starts_with("accesspoint/")) name.remove_prefix(name.find('/') + 1);
  return name.find('/') == std::string_view::npos;
}

bool allows_listing(const Statements& statements) {
  return std::any_of(statements.begin(), statements.end(), [](const Statement& one) {
    const auto& on = one.resources;
    bool of_bucket = on.empty() || std::any_of(on.begin(), on.end(), may_be_bucket);
    return one.allows && names_action(one, "s3:ListBucket") && of_bucket;
  });
}

void lint_list(Linter& linter, const Statements& statements) {
  bool writes = allows_action(statements, "s3:PutObject");
  if (writes && !allows_listing(statements)) {
    linter.warning(
        *statements.front().node, list_rule,
        "without s3:ListBucket S3 says 403 of what is not there: what is absent can't be "
        "told from what is denied");
  }
  for (const Statement& one : statements) {
    if (!one.allows || !names_action(one, "s3:ListBucket")) continue;
    const Node* condition = find(*one.node, "Condition");
    if (condition == nullptr) continue;
    for (const contract::YamlMember& test : condition->members) {
      for (const contract::YamlMember& key : test.value.members) {
        if (!equal_ignoring_case(key.key.text, "s3:prefix")) continue;
        linter.warning(key.key, prefix_rule,
                       "GET and HEAD carry no prefix: under this condition what is absent looks "
                       "denied");
      }
    }
  }
}

void lint_objects(Linter& linter, const Statements& statements) {
  for (const Statement& one : statements) {
    if (!one.allows) continue;
    bool puts = names_action(one, "s3:PutObject");
    bool deletes = names_action(one, "s3:DeleteObject");
    for (const std::string& resource : one.resources) {
      if (puts && !allows(statements, "s3:GetObject", resource)) {
        linter.error(*one.node, read_rule,
                     "s3:PutObject without s3:GetObject on " + resource +
                         ": If-Match is denied, and a HEAD says 403 whether or not the object is "
                         "there");
      }
      if ((puts || deletes) && covers_bronze(resource)) {
        linter.warning(*one.node, bronze_rule,
                       std::string(puts ? "s3:PutObject" : "s3:DeleteObject") + " is allowed on " +
                           resource + ", bronze among it");
      }
    }
  }
}

void lint_statements(Linter& linter, const Statements& statements) {
  if (statements.empty()) return;
  for (const Statement& one : statements) {
    if (!one.allows) continue;
    lint_stars(linter, one);
    if (names_action(one, "logs:CreateLogGroup")) {
      linter.warning(*one.node, group_rule,
                     "the role may make log groups, which keep everything for ever");
    }
  }
  lint_objects(linter, statements);
  lint_list(linter, statements);
}

void lint_managed(Linter& linter, const RoleRights& rights) {
  for (const std::string& name : rights.managed) {
    if (name == "AWSLambdaBasicExecutionRole" || name == "AWSLambdaVPCAccessExecutionRole") {
      linter.warning(*rights.role->node, group_rule,
                     name + " lets the role make log groups, which keep everything for ever");
    }
    if (name.ends_with("FullAccess") || name == "AdministratorAccess") {
      linter.warning(*rights.role->node, action_rule, "the role has " + name);
    }
  }
}

void lint_trust(Linter& linter, const Resource& role) {
  const TemplateView& view = linter.view();
  for (const Node* document : view.values(role, {"AssumeRolePolicyDocument"})) {
    for (const Node* statement : view.items(find(*document, "Statement"))) {
      const Node* principal = find(*statement, "Principal");
      if (principal == nullptr) continue;
      const Node* accounts = find(*principal, "AWS");
      Nodes named = view.items(accounts);
      bool open = principal->text == "*" || std::any_of(named.begin(), named.end(),
                                                        [](auto* one) { return one->text == "*"; });
      if (open) linter.error(*principal, trust_rule, "anybody may take the role");
    }
  }
}

bool has_key(const TemplateView& view) {
  for (const Resource* bucket : view.of_type("AWS::S3::Bucket")) {
    bool key = view.has(*bucket, {"BucketEncryption", "ServerSideEncryptionConfiguration",
                                  "ServerSideEncryptionByDefault", "KMSMasterKeyID"});
    if (key) return true;
  }
  return false;
}

void lint_key(Linter& linter, const RoleRights& rights) {
  if (!has_key(linter.view())) return;
  bool reads = allows_action(rights.statements, "s3:GetObject");
  bool writes = allows_action(rights.statements, "s3:PutObject");
  bool lacks = (reads && !allows_action(rights.statements, "kms:Decrypt")) ||
               (writes && !allows_action(rights.statements, "kms:GenerateDataKey"));
  if (!lacks) return;
  linter.error(*rights.role->node, key_rule,
               "a bucket is encrypted with a KMS key that the role may not use");
}

// Queue or topic that failed events of the function go to.
void lint_letter(Linter& linter, const RoleRights& rights, const Node* target) {
  const TemplateView& view = linter.view();
  for (const std::string& id : view.targets(target)) {
    const Resource* resource = view.resource(id);
    if (resource == nullptr) continue;
    bool queue = resource->type == "AWS::SQS::Queue";
    if (!queue && resource->type != "AWS::SNS::Topic") continue;
    std::string_view action = queue ? "sqs:SendMessage" : "sns:Publish";
    std::string text = queue ? "${" + id + ".Arn}" : "${" + id + "}";
    bool sends =
        std::any_of(rights.statements.begin(), rights.statements.end(), [&](const Statement& one) {
          // An ARN that is put together from names can't be compared: it is taken to be right.
          auto fits = [&](const std::string& found) {
            return iam_covers(found, text) || !found.starts_with("${");
          };
          return one.allows && names_action(one, action) &&
                 std::any_of(one.resources.begin(), one.resources.end(), fits);
        });
    if (sends) continue;
    linter.error(*rights.role->node, letter_rule,
                 "the role has no " + std::string(action) + " on " + id +
                     ", where failed events go: it can't be attached");
  }
}

void lint_function_role(Linter& linter, const Resource& function) {
  const TemplateView& view = linter.view();
  RoleRights rights = rights_of_function(view, function);
  if (!rights.known) return;
  linter.about(rights.role->id);
  for (const Node* target : view.values(function, {"DeadLetterConfig", "TargetArn"})) {
    lint_letter(linter, rights, target);
  }
  for (const Resource* config : view.of_type("AWS::Lambda::EventInvokeConfig")) {
    bool ours = false;
    for (const Node* name : view.values(*config, {"FunctionName"})) {
      ours = ours || view.points_at(name, function.id);
    }
    if (!ours) continue;
    for (const Node* target :
         view.values(*config, {"DestinationConfig", "OnFailure", "Destination"})) {
      lint_letter(linter, rights, target);
    }
  }
  bool managed = std::find(rights.managed.begin(), rights.managed.end(),
                           "AWSLambdaVPCAccessExecutionRole") != rights.managed.end();
  bool attached = is_in_vpc(view, function);
  if (attached && !managed && !allows_action(rights.statements, "ec2:CreateNetworkInterface")) {
    linter.error(*rights.role->node, network_rule,
                 "the function is in a VPC, and its role may not make the network interfaces");
  }
}

}  // namespace

void lint_policy(Linter& linter, const Node& policy) {
  Statements statements = statements_of(linter.view(), &policy);
  // Of a bucket's or a role's trust policy the rest makes no sense.
  for (const Statement& one : statements) {
    if (find(*one.node, "Principal") != nullptr) return;
  }
  lint_statements(linter, statements);
}

void lint_roles(Linter& linter) {
  const TemplateView& view = linter.view();
  for (const Resource* role : view.of_type("AWS::IAM::Role")) {
    linter.about(role->id);
    RoleRights rights = rights_of(view, *role);
    lint_trust(linter, *role);
    lint_managed(linter, rights);
    lint_statements(linter, rights.statements);
    lint_key(linter, rights);
  }
  for (const Resource* function : functions_of(view)) {
    lint_function_role(linter, *function);
    if (function->type != "AWS::Serverless::Function") continue;
    linter.about(function->id);
    Statements statements;
    for (const Node* policies : view.values(*function, {"Policies"})) {
      for (const Node* policy : view.items(policies)) {
        for (Statement& one : statements_of(view, policy)) statements.push_back(std::move(one));
      }
    }
    lint_statements(linter, statements);
  }
}

}  // namespace silversmith::deploy
