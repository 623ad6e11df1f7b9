// SPDX-License-Identifier: Apache-2.0
#include "deploy/policy.h"

#include <algorithm>
#include <set>
#include <span>

namespace silversmith::deploy {

namespace {

constexpr std::string_view bronze_prefix = "bronze/";
constexpr std::string_view written_prefixes[] = {"silver/", "quarantine/", "receipts/"};
constexpr std::string_view uploaded_prefixes[] = {"silver/", "quarantine/"};

Json texts(const std::vector<std::string>& values) {
  if (values.size() == 1) return Json(values.front());
  Json list = Json::array();
  for (const std::string& value : values) list.add(value);
  return list;
}

Json document(Json::Array statements) {
  return Json::object().set("Version", "2012-10-17").set("Statement", std::move(statements));
}

Json statement(std::string_view sid, const std::vector<std::string>& actions,
               const std::vector<std::string>& resources) {
  return Json::object()
      .set("Sid", sid)
      .set("Effect", "Allow")
      .set("Action", texts(actions))
      .set("Resource", texts(resources));
}

Json denial(std::string_view sid, const std::vector<std::string>& actions,
            const std::vector<std::string>& resources) {
  return Json::object()
      .set("Sid", sid)
      .set("Effect", "Deny")
      .set("Principal", "*")
      .set("Action", texts(actions))
      .set("Resource", texts(resources));
}

Json condition(std::string_view test, std::string_view key, Json value) {
  return Json::object().set(test, Json::object().set(key, std::move(value)));
}

// In a policy "${" begins a variable, and * and ? match others; each stands for itself as "${$}".
std::string literal(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool special = c == '$' || c == '*' || c == '?';
    out += special ? std::string("${") + c + "}" : std::string(1, c);
  }
  return out;
}

class Writer {
 public:
  explicit Writer(const PolicyLake& lake) : lake_(lake) {}

  std::string partition() const {
    if (lake_.region.starts_with("cn-")) return "aws-cn";
    return lake_.region.starts_with("us-gov-") ? "aws-us-gov" : "aws";
  }
  std::string bucket(const std::string& name) const {
    return "arn:" + partition() + ":s3:::" + name;
  }
  std::string below(const BucketPlace& place, std::string_view name) const {
    return bucket(place.bucket) + "/" + literal(place.prefix) + std::string(name);
  }
  std::vector<std::string> below(const BucketPlace& place,
                                 std::span<const std::string_view> prefixes) const {
    std::vector<std::string> out;
    for (std::string_view prefix : prefixes) out.push_back(below(place, std::string(prefix) + "*"));
    return out;
  }
  // "arn:aws:SERVICE:REGION:ACCOUNT:NAME".
  std::string named(std::string_view service, std::string_view name) const {
    std::string region = lake_.region.empty() ? "REGION" : lake_.region;
    std::string account = lake_.account.empty() ? "ACCOUNT-ID" : lake_.account;
    return "arn:" + partition() + ":" + std::string(service) + ":" + region + ":" + account + ":" +
           std::string(name);
  }
  std::string function(FunctionKind kind) const {
    if (kind == FunctionKind::convert) return lake_.function;
    return lake_.function + "-" + std::string(name_of(kind));
  }
  std::string queue(std::string_view suffix) const {
    return named("sqs", lake_.function + "-" + std::string(suffix));
  }
  // Of those that write silver.
  Json writers() const {
    Json out = Json::array();
    auto add = [&](const std::vector<std::string>& roles, std::string_view unknown) {
      if (roles.empty()) out.add(unknown);
      for (const std::string& role : roles) out.add(role);
    };
    add(lake_.convert_roles, "CONVERT-ROLE-ARN");
    add(lake_.sweep_roles, "SWEEP-ROLE-ARN");
    return out;
  }
  // All buckets, each once.
  std::vector<std::string> buckets() const {
    std::vector<std::string> out = {lake_.bronze.bucket};
    for (const BucketPlace* place : {&lake_.silver, &lake_.contracts}) {
      if (std::find(out.begin(), out.end(), place->bucket) == out.end()) {
        out.push_back(place->bucket);
      }
    }
    return out;
  }

  void key(Json::Array& to, const std::vector<std::string>& actions) const {
    if (lake_.kms_key_arn.empty()) return;
    std::string region = lake_.region.empty() ? "REGION" : lake_.region;
    std::string host = "s3." + region + ".amazonaws.com" + (partition() == "aws-cn" ? ".cn" : "");
    to.push_back(statement("Key", actions, {lake_.kms_key_arn})
                     .set("Condition", condition("StringEquals", "kms:ViaService", host)));
  }

  void logs(Json::Array& to, FunctionKind kind) const {
    to.push_back(statement("Logs", {"logs:CreateLogStream", "logs:PutLogEvents"},
                           {named("logs", "log-group:/aws/lambda/" + function(kind) + ":*")}));
    to.push_back(statement("Traces", {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, {"*"}));
  }

  Json::Array convert(FunctionKind kind) const {
    Json::Array out;
    std::vector<std::string> read;
    for (const std::string& name : bronze_resources(lake_.match)) {
      read.push_back(below(lake_.bronze, name));
    }
    read.push_back(below(lake_.contracts, "*"));
    out.push_back(statement("Read", {"s3:GetObject"}, read));
    out.push_back(statement("Write", {"s3:GetObject", "s3:PutObject"},
                            below(lake_.silver, written_prefixes)));
    out.push_back(statement("AbortUploads", {"s3:AbortMultipartUpload"},
                            below(lake_.silver, uploaded_prefixes)));
    std::vector<std::string> listed;
    for (const std::string& name : buckets()) listed.push_back(bucket(name));
    out.push_back(statement("List", {"s3:ListBucket"}, listed));
    bool sweeps = kind == FunctionKind::sweep;
    if (sweeps) {
      out.push_back(
          statement("Versions", {"s3:ListBucketVersions"}, {bucket(lake_.bronze.bucket)}));
    }
    key(out, {"kms:Decrypt", "kms:GenerateDataKey"});
    if (!sweeps) {
      out.push_back(statement("Work",
                              {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
                              {queue("work")}));
    }
    out.push_back(
        statement("DeadLetters", {"sqs:SendMessage"}, {queue(sweeps ? "dlq-steps" : "dlq")}));
    return out;
  }

  Json::Array catalog() const {
    Json::Array out;
    out.push_back(statement("Read", {"s3:GetObject"},
                            {below(lake_.silver, "receipts/*"), below(lake_.contracts, "*")}));
    out.push_back(statement("List", {"s3:ListBucket"}, {bucket(lake_.contracts.bucket)}));
    std::string database = lake_.glue_database.empty() ? "DATABASE" : lake_.glue_database;
    out.push_back(statement(
        "Tables",
        {"glue:GetTable", "glue:CreateTable", "glue:UpdateTable", "glue:BatchCreatePartition"},
        {named("glue", "catalog"), named("glue", "database/" + database),
         named("glue", "table/" + database + "/*")}));
    key(out, {"kms:Decrypt"});
    out.push_back(statement("DeadLetters", {"sqs:SendMessage"}, {queue("dlq-steps")}));
    return out;
  }

  Json::Array notify() const {
    Json::Array out;
    out.push_back(statement("Reports", {"s3:GetObject"},
                            {below(lake_.silver, "quarantine/*/rejected.json")}));
    out.push_back(statement("Topic", {"sns:Publish"}, {named("sns", lake_.function + "-notices")}));
    key(out, {"kms:Decrypt"});
    out.push_back(statement("DeadLetters", {"sqs:SendMessage"}, {queue("dlq-steps")}));
    return out;
  }

  Json tls_only(const std::string& name) const {
    return denial("TlsOnly", {"s3:*"}, {bucket(name), bucket(name) + "/*"})
        .set("Condition", condition("Bool", "aws:SecureTransport", "false"));
  }

  // Whoever else writes what we promise, and any write that would not see what is there.
  void guard_silver(Json::Array& to) const {
    std::vector<std::string> written = below(lake_.silver, written_prefixes);
    const std::vector<std::string> writes = {"s3:PutObject*", "s3:DeleteObject*",
                                             "s3:ReplicateObject", "s3:ReplicateDelete"};
    to.push_back(denial("OnlyOursWrite", writes, written)
                     .set("Condition", condition("ArnNotEquals", "aws:PrincipalArn", writers())));
    // Creating an upload and uploading its parts can't carry a condition and make no object.
    Json unconditional = condition("Null", "s3:if-none-match", "true")
                             .set("Bool", Json::object().set("s3:ObjectCreationOperation", "true"));
    unconditional.as_object()[0].second.set("s3:if-match", "true");
    to.push_back(denial("OnlyConditionalWrites", {"s3:PutObject"}, written)
                     .set("Condition", std::move(unconditional)));
  }

 private:
  const PolicyLake& lake_;
};

// What a glob begins with before anything in it varies.
std::string fixed_part(std::string_view glob) {
  return std::string(glob.substr(0, glob.find_first_of("*?{")));
}

}  // namespace

std::string_view name_of(FunctionKind kind) {
  switch (kind) {
    case FunctionKind::convert: return "convert";
    case FunctionKind::sweep: return "sweep";
    case FunctionKind::catalog: return "catalog";
    case FunctionKind::notify: return "notify";
  }
  return "unknown";
}

std::optional<FunctionKind> function_kind_of(std::string_view name) {
  for (FunctionKind kind : function_kinds) {
    if (name_of(kind) == name) return kind;
  }
  return std::nullopt;
}

std::vector<std::string> bronze_resources(const std::vector<std::string>& match) {
  if (match.empty()) return {std::string(bronze_prefix) + "*"};
  std::set<std::string> found;
  for (const std::string& glob : match) {
    std::string fixed = fixed_part(glob);
    bool whole = fixed.size() == glob.size();
    if (bronze_prefix.starts_with(fixed)) {
      found.insert(std::string(bronze_prefix) + "*");
    } else if (fixed.starts_with(bronze_prefix)) {
      found.insert(literal(fixed) + (whole ? "" : "*"));
    }
  }
  std::vector<std::string> out;
  for (const std::string& one : found) {
    bool covered = std::any_of(found.begin(), found.end(), [&](const std::string& other) {
      return other != one && other.ends_with('*') &&
             one.starts_with(std::string_view(other).substr(0, other.size() - 1));
    });
    if (!covered) out.push_back(one);
  }
  return out;
}

Json identity_policy(const PolicyLake& lake, FunctionKind kind) {
  Writer writer(lake);
  Json::Array statements;
  switch (kind) {
    case FunctionKind::convert:
    case FunctionKind::sweep: statements = writer.convert(kind); break;
    case FunctionKind::catalog: statements = writer.catalog(); break;
    case FunctionKind::notify: statements = writer.notify(); break;
  }
  writer.logs(statements, kind);
  return document(std::move(statements));
}

Json trust_policy() {
  return document({Json::object()
                       .set("Effect", "Allow")
                       .set("Principal", Json::object().set("Service", "lambda.amazonaws.com"))
                       .set("Action", "sts:AssumeRole")});
}

std::vector<std::pair<std::string, Json>> bucket_policies(const PolicyLake& lake) {
  Writer writer(lake);
  std::vector<std::pair<std::string, Json>> out;
  for (const std::string& name : writer.buckets()) {
    Json::Array statements = {writer.tls_only(name)};
    if (name == lake.silver.bucket) writer.guard_silver(statements);
    out.emplace_back(name, document(std::move(statements)));
  }
  return out;
}

Json endpoint_policy(const PolicyLake& lake) {
  Writer writer(lake);
  std::vector<std::string> resources;
  for (const std::string& name : writer.buckets()) {
    resources.push_back(writer.bucket(name));
    resources.push_back(writer.bucket(name) + "/*");
  }
  Json allowed = statement("LakeOnly",
                           {"s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload",
                            "s3:ListBucket", "s3:ListBucketVersions"},
                           resources);
  allowed.set("Principal", "*")
      .set("Condition", condition("ArnEquals", "aws:PrincipalArn", writer.writers()));
  return document({std::move(allowed)});
}

Json all_policies(const PolicyLake& lake) {
  Json functions = Json::object();
  for (FunctionKind kind : function_kinds) {
    functions.set(name_of(kind), identity_policy(lake, kind));
  }
  Json buckets = Json::object();
  for (auto& [name, policy] : bucket_policies(lake)) buckets.set(name, std::move(policy));
  return Json::object()
      .set("functions", std::move(functions))
      .set("trust", trust_policy())
      .set("buckets", std::move(buckets))
      .set("endpoint", endpoint_policy(lake));
}

}  // namespace silversmith::deploy
