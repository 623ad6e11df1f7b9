// SPDX-License-Identifier: Apache-2.0
// Queues: who may send to them, and the functions that they feed.
#include <algorithm>

#include "deploy/lint_parts.h"

namespace silversmith::deploy {

namespace {

constexpr int64_t function_seconds_default = 3;
constexpr int64_t visibility_seconds_default = 30;
constexpr int64_t visibility_factor = 6;  // AWS's own advice
constexpr int64_t receives_min = 5;       // below, throttling alone makes dead letters

constexpr std::string_view batch_rule =
    "source-batch-failures set FunctionResponseTypes: [ReportBatchItemFailures]";
constexpr std::string_view visibility_rule =
    "queue-visibility set VisibilityTimeout to six times the function's Timeout at least";
constexpr std::string_view receives_rule = "queue-receives set maxReceiveCount to 5 at least";
constexpr std::string_view redrive_rule =
    "queue-no-redrive give the queue a RedrivePolicy with a dead-letter queue";

const Resource* queue_of(const TemplateView& view, const Node* arn) {
  for (const std::string& id : view.targets(arn)) {
    const Resource* resource = view.resource(id);
    if (resource != nullptr && resource->type == "AWS::SQS::Queue") return resource;
  }
  return nullptr;
}

// The one number that a property can be; nothing where it isn't known before it is deployed.
std::optional<int64_t> number_in(const TemplateView& view, const Nodes& values, int64_t otherwise) {
  if (values.empty()) return otherwise;
  return values.size() == 1 ? view.number(*values.front()) : std::nullopt;
}

void lint_visibility(Linter& linter, const Resource& queue, const Resource& function) {
  const TemplateView& view = linter.view();
  std::optional<int64_t> visibility =
      number_in(view, view.values(queue, {"VisibilityTimeout"}), visibility_seconds_default);
  std::optional<int64_t> timeout =
      number_in(view, view.values(function, {"Timeout"}), function_seconds_default);
  if (!visibility || !timeout || *visibility >= visibility_factor * *timeout) return;
  linter.warning(*queue.node, visibility_rule,
                 "the queue hides a message for " + std::to_string(*visibility) + " s, " +
                     function.id + " may work on it for " + std::to_string(*timeout) +
                     " s: it is worked on twice");
}

void lint_redrive(Linter& linter, const Resource& queue) {
  const TemplateView& view = linter.view();
  if (!view.has(queue, {"RedrivePolicy"})) {
    linter.warning(*queue.node, redrive_rule,
                   "the queue has no RedrivePolicy: a message that always fails comes again until "
                   "it is too old");
  }
  for (const Node* count : view.values(queue, {"RedrivePolicy", "maxReceiveCount"})) {
    std::optional<int64_t> receives = view.number(*count);
    if (!receives || *receives >= receives_min) continue;
    linter.warning(*count, receives_rule,
                   "a message is a dead letter after " + std::to_string(*receives) +
                       " receives, and throttling counts as one");
  }
}

void lint_fed(Linter& linter, const Resource& queue, const Resource* function) {
  linter.about(queue.id);
  if (function != nullptr) lint_visibility(linter, queue, *function);
  lint_redrive(linter, queue);
}

bool reports_failures(const TemplateView& view, const Node* types) {
  Nodes all = view.items(types);
  return std::any_of(all.begin(), all.end(),
                     [](const Node* one) { return one->text == "ReportBatchItemFailures"; });
}

void lint_source(Linter& linter, const Resource& source) {
  const TemplateView& view = linter.view();
  const Resource* queue = nullptr;
  for (const Node* arn : view.values(source, {"EventSourceArn"})) {
    queue = queue == nullptr ? queue_of(view, arn) : queue;
  }
  bool reports = false;
  for (const Node* types : view.values(source, {"FunctionResponseTypes"})) {
    reports = reports || reports_failures(view, types);
  }
  if (!reports) {
    linter.warning(*source.node, batch_rule, "one message that fails brings its whole batch back");
  }
  if (queue == nullptr) return;
  const Resource* function = nullptr;
  for (const Node* name : view.values(source, {"FunctionName"})) {
    for (const std::string& id : view.targets(name)) function = view.resource(id);
  }
  lint_fed(linter, *queue, function);
}

void lint_sam_source(Linter& linter, const Resource& function, const Node& properties) {
  const TemplateView& view = linter.view();
  linter.about(function.id);
  if (!reports_failures(view, find(properties, "FunctionResponseTypes"))) {
    linter.warning(properties, batch_rule, "one message that fails brings its whole batch back");
  }
  const Resource* queue = queue_of(view, find(properties, "Queue"));
  if (queue != nullptr) lint_fed(linter, *queue, &function);
}

void lint_sender(Linter& linter, const Node* arn, std::string_view service) {
  const Resource* queue = queue_of(linter.view(), arn);
  if (queue == nullptr || queue_lets_in(linter.view(), queue->id, service)) return;
  linter.error(*arn, queue_not_allowed_rule,
               "no policy lets " + std::string(service) + " send to " + queue->id);
}

bool lets_send(const Statements& statements, std::string_view service) {
  return std::any_of(statements.begin(), statements.end(), [&](const Statement& one) {
    const auto& services = one.services;
    bool named = std::find(services.begin(), services.end(), service) != services.end();
    return one.allows && names_action(one, "sqs:SendMessage") && (named || one.of_anybody);
  });
}

}  // namespace

bool queue_lets_in(const TemplateView& view, std::string_view queue, std::string_view service) {
  for (const Resource* policy : view.of_type("AWS::SQS::QueuePolicy")) {
    bool ours = false;
    for (const Node* queues : view.values(*policy, {"Queues"})) {
      for (const Node* one : view.items(queues)) ours = ours || view.points_at(one, queue);
    }
    for (const Node* document : view.values(*policy, {"PolicyDocument"})) {
      if (ours && lets_send(statements_of(view, document), service)) return true;
    }
  }
  return false;
}

void lint_queues(Linter& linter) {
  const TemplateView& view = linter.view();
  for (const Resource* source : view.of_type("AWS::Lambda::EventSourceMapping")) {
    linter.about(source->id);
    lint_source(linter, *source);
  }
  for (const Resource* function : view.of_type("AWS::Serverless::Function")) {
    for (const SamEvent& event : sam_events(view, *function)) {
      if (event.type != "SQS" || event.properties == nullptr) continue;
      lint_sam_source(linter, *function, *event.properties);
    }
  }
  for (const Resource* bucket : view.of_type("AWS::S3::Bucket")) {
    linter.about(bucket->id);
    for (const Node* arn :
         view.values(*bucket, {"NotificationConfiguration", "QueueConfigurations", "Queue"})) {
      lint_sender(linter, arn, "s3.amazonaws.com");
    }
  }
  for (const Resource* subscription : view.of_type("AWS::SNS::Subscription")) {
    linter.about(subscription->id);
    for (const Node* arn : view.values(*subscription, {"Endpoint"})) {
      lint_sender(linter, arn, "sns.amazonaws.com");
    }
    for (const Node* arn : view.values(*subscription, {"RedrivePolicy", "deadLetterTargetArn"})) {
      lint_sender(linter, arn, "sns.amazonaws.com");
    }
  }
}

}  // namespace silversmith::deploy
