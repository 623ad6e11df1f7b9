// SPDX-License-Identifier: Apache-2.0
// Lambda functions: their size, logs and failures, and who may invoke them.
#include <algorithm>

#include "deploy/lint_parts.h"

namespace silversmith::deploy {

namespace {

constexpr std::string_view timeout_rule =
    "function-timeout set Timeout to what the largest file needs; 300 is a good start";
constexpr std::string_view memory_rule = "function-memory set MemorySize; 1769 is one whole core";
constexpr std::string_view tracing_rule = "function-tracing set TracingConfig: {Mode: Active}";
constexpr std::string_view group_rule =
    "function-log-group add an AWS::Logs::LogGroup for the function, with RetentionInDays";
constexpr std::string_view retention_rule = "log-retention set RetentionInDays";
constexpr std::string_view failure_rule =
    "function-no-failure-target add an EventInvokeConfig with an OnFailure destination, or a queue "
    "between";
constexpr std::string_view bound_rule =
    "function-no-concurrency set ReservedConcurrentExecutions, or put a queue between, whose event "
    "source has a MaximumConcurrency";
constexpr std::string_view arn_rule =
    "permission-source-arn set SourceArn to the rule or bucket that may invoke";
constexpr std::string_view account_rule =
    "permission-source-account set SourceAccount: a bucket's ARN names no account";
constexpr std::string_view s3_rule =
    "function-not-allowed add an AWS::Lambda::Permission for s3.amazonaws.com";

bool is_sam(const Resource& function) { return function.type == "AWS::Serverless::Function"; }

void lint_size(Linter& linter, const Resource& function) {
  const TemplateView& view = linter.view();
  if (!view.has(function, {"Timeout"})) {
    linter.warning(*function.node, timeout_rule,
                   "the function has no Timeout: it is stopped after 3 seconds");
  }
  if (!view.has(function, {"MemorySize"})) {
    linter.warning(*function.node, memory_rule,
                   "the function has no MemorySize: it has 128 MB and a fraction of a core");
  }
  std::string_view tracing = is_sam(function) ? "Tracing" : "TracingConfig";
  if (!view.has(function, {tracing})) {
    linter.advice(*function.node, tracing_rule, "the function's invocations are not traced");
  }
}

// Whether a group's name is that of the function's own group.
bool names_group(const TemplateView& view, const Node& name, const Resource& function) {
  std::string text = view.text(name);
  if (text == "/aws/lambda/${" + function.id + "}") return true;
  for (const Node* own : view.values(function, {"FunctionName"})) {
    std::string wanted = view.text(*own);
    if (!wanted.empty() && text == "/aws/lambda/" + wanted) return true;
  }
  return false;
}

bool has_group(const TemplateView& view, const Resource& function) {
  if (view.has(function, {"LoggingConfig", "LogGroup"})) return true;
  for (const Resource* group : view.of_type("AWS::Logs::LogGroup")) {
    for (const Node* name : view.values(*group, {"LogGroupName"})) {
      if (names_group(view, *name, function)) return true;
    }
  }
  return false;
}

void lint_logs(Linter& linter, const Resource& function) {
  if (has_group(linter.view(), function)) return;
  linter.warning(*function.node, group_rule,
                 "no log group is declared: Lambda makes one that keeps everything for ever");
}

bool invokes(const TemplateView& view, const Node* node, const Resource& function) {
  return view.points_at(node, function.id);
}

bool rule_invokes(const TemplateView& view, const Resource& rule, const Resource& function) {
  for (const Node* targets : view.values(rule, {"Targets"})) {
    for (const Node* target : view.items(targets)) {
      if (invokes(view, find(*target, "Arn"), function)) return true;
    }
  }
  return false;
}

// Whether a service hands events over without waiting for their end.
bool is_async(const TemplateView& view, const Resource& function) {
  for (const Resource* rule : view.of_type("AWS::Events::Rule")) {
    if (rule_invokes(view, *rule, function)) return true;
  }
  for (const Resource* bucket : view.of_type("AWS::S3::Bucket")) {
    for (const Node* one :
         view.values(*bucket, {"NotificationConfiguration", "LambdaConfigurations", "Function"})) {
      if (invokes(view, one, function)) return true;
    }
  }
  for (const Resource* subscription : view.of_type("AWS::SNS::Subscription")) {
    for (const Node* endpoint : view.values(*subscription, {"Endpoint"})) {
      if (invokes(view, endpoint, function)) return true;
    }
  }
  std::vector<SamEvent> events = sam_events(view, function);
  return std::any_of(events.begin(), events.end(), [](const SamEvent& event) {
    return event.type == "S3" || event.type == "EventBridgeRule" ||
           event.type == "CloudWatchEvent" || event.type == "SNS";
  });
}

bool takes_bronze(const TemplateView& view, const Nodes& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const Node* pattern) {
    return pattern_takes_bronze(view.resolved(*pattern));
  });
}

// Whether a notification's prefix leads elsewhere than to bronze.
bool is_of_our_output(const TemplateView& view, const Node& notification) {
  for (const Node* filter : view.ways(find(notification, {"Filter", "S3Key", "Rules"}))) {
    for (const Node* rule : view.items(filter)) {
      const Node* value = find(*rule, "Value");
      std::string text = value == nullptr ? "" : view.text(*value);
      for (std::string_view ours : {"silver/", "quarantine/", "receipts/"}) {
        if (text.find(ours) != std::string::npos) return true;
      }
    }
  }
  return false;
}

// Whether each upload invokes it: what comes after it is bounded by it.
bool is_flooded(const TemplateView& view, const Resource& function) {
  for (const Resource* rule : view.of_type("AWS::Events::Rule")) {
    bool takes = takes_bronze(view, view.values(*rule, {"EventPattern"}));
    if (takes && rule_invokes(view, *rule, function)) return true;
  }
  for (const Resource* bucket : view.of_type("AWS::S3::Bucket")) {
    for (const Node* all :
         view.values(*bucket, {"NotificationConfiguration", "LambdaConfigurations"})) {
      for (const Node* one : view.items(all)) {
        bool ours = invokes(view, find(*one, "Function"), function);
        if (ours && !is_of_our_output(view, *one)) return true;
      }
    }
  }
  for (const SamEvent& event : sam_events(view, function)) {
    if (event.type == "S3") return true;
    if (event.properties == nullptr) continue;
    if (takes_bronze(view, view.ways(find(*event.properties, "Pattern")))) return true;
  }
  return false;
}

bool has_failure_target(const TemplateView& view, const Resource& function) {
  if (view.has(function, {"DeadLetterConfig", "TargetArn"})) return true;
  if (view.has(function, {"DeadLetterQueue", "TargetArn"})) return true;
  if (view.has(function, {"EventInvokeConfig", "DestinationConfig", "OnFailure"})) return true;
  for (const Resource* config : view.of_type("AWS::Lambda::EventInvokeConfig")) {
    if (!view.has(*config, {"DestinationConfig", "OnFailure"})) continue;
    for (const Node* name : view.values(*config, {"FunctionName"})) {
      if (invokes(view, name, function)) return true;
    }
  }
  return false;
}

void lint_permission(Linter& linter, const Resource& permission) {
  const TemplateView& view = linter.view();
  bool from_s3 = false;
  bool from_service = false;
  for (const Node* principal : view.values(permission, {"Principal"})) {
    std::string text = view.text(*principal);
    from_s3 = from_s3 || text == "s3.amazonaws.com";
    from_service = from_service || text.ends_with(".amazonaws.com");
  }
  if (from_service && !view.has(permission, {"SourceArn"})) {
    linter.warning(*permission.node, arn_rule,
                   "the permission has no SourceArn: any account's resource of that service may "
                   "invoke the function");
  }
  if (from_s3 && !view.has(permission, {"SourceAccount"})) {
    linter.warning(*permission.node, account_rule,
                   "the permission for S3 has no SourceAccount: whoever owns a bucket of that name "
                   "later may invoke the function");
  }
}

// S3 tries its targets when the configuration is set.
void lint_notified(Linter& linter, const Resource& bucket) {
  const TemplateView& view = linter.view();
  for (const Node* one :
       view.values(bucket, {"NotificationConfiguration", "LambdaConfigurations", "Function"})) {
    for (const std::string& id : view.targets(one)) {
      if (function_lets_in(view, id, "s3.amazonaws.com")) continue;
      linter.error(*one, s3_rule,
                   "no permission lets s3.amazonaws.com invoke " + id +
                       ": \"Unable to validate the following destination configurations\"");
    }
  }
}

}  // namespace

std::vector<SamEvent> sam_events(const TemplateView& view, const Resource& function) {
  std::vector<SamEvent> out;
  if (!is_sam(function)) return out;
  for (const Node* events : view.values(function, {"Events"})) {
    for (const contract::YamlMember& event : events->members) {
      const Node* type = find(event.value, "Type");
      if (type != nullptr) out.push_back({type->text, find(event.value, "Properties")});
    }
  }
  return out;
}

std::vector<const Resource*> functions_of(const TemplateView& view) {
  std::vector<const Resource*> out = view.of_type("AWS::Lambda::Function");
  for (const Resource* one : view.of_type("AWS::Serverless::Function")) out.push_back(one);
  return out;
}

bool is_in_vpc(const TemplateView& view, const Resource& function) {
  Nodes subnets = view.values(function, {"VpcConfig", "SubnetIds"});
  return std::any_of(subnets.begin(), subnets.end(),
                     [&](const Node* one) { return !view.items(one).empty(); });
}

bool function_lets_in(const TemplateView& view, std::string_view function,
                      std::string_view service) {
  for (const Resource* permission : view.of_type("AWS::Lambda::Permission")) {
    bool ours = false;
    for (const Node* name : view.values(*permission, {"FunctionName"})) {
      ours = ours || view.points_at(name, function);
      // By its name, as the command line has it.
      const Resource* resource = view.resource(function);
      for (const Node* own :
           resource == nullptr ? Nodes() : view.values(*resource, {"FunctionName"})) {
        ours = ours || (!view.text(*own).empty() && view.text(*own) == view.text(*name));
      }
    }
    if (!ours) continue;
    for (const Node* principal : view.values(*permission, {"Principal"})) {
      if (view.text(*principal) == service) return true;
    }
  }
  return false;
}

void lint_functions(Linter& linter) {
  const TemplateView& view = linter.view();
  for (const Resource* function : functions_of(view)) {
    linter.about(function->id);
    lint_size(linter, *function);
    lint_logs(linter, *function);
    if (is_flooded(view, *function) && !view.has(*function, {"ReservedConcurrentExecutions"})) {
      linter.warning(*function->node, bound_rule,
                     "as many of the function run as events come: a flood takes all that the "
                     "account may run at once");
    }
    if (is_async(view, *function) && !has_failure_target(view, *function)) {
      linter.warning(*function->node, failure_rule,
                     "the function is invoked without an answer, and an event that fails three "
                     "times is dropped");
    }
  }
  for (const Resource* group : view.of_type("AWS::Logs::LogGroup")) {
    linter.about(group->id);
    if (view.has(*group, {"RetentionInDays"})) continue;
    linter.warning(*group->node, retention_rule, "the log group keeps everything for ever");
  }
  for (const Resource* permission : view.of_type("AWS::Lambda::Permission")) {
    linter.about(permission->id);
    lint_permission(linter, *permission);
  }
  for (const Resource* bucket : view.of_type("AWS::S3::Bucket")) {
    linter.about(bucket->id);
    lint_notified(linter, *bucket);
  }
}

}  // namespace silversmith::deploy
