// SPDX-License-Identifier: Apache-2.0
// What the rules of lint share, which stand by what they look at: lint_events.cc,
// lint_functions.cc, lint_queues.cc, lint_roles.cc, lint_buckets.cc, lint_network.cc. For lint*.cc
// alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "deploy/event_pattern.h"
#include "deploy/lint.h"
#include "deploy/template_view.h"

namespace silversmith::deploy {

// What is being looked at, and where findings go.
class Linter {
 public:
  Linter(const TemplateView& view, std::vector<Finding>& findings)
      : view_(view), findings_(findings) {}

  const TemplateView& view() const { return view_; }

  // Whom the following findings are about; "" is nobody.
  void about(std::string_view resource) { resource_ = resource; }
  // `rule` is one of docs/formats/lint.md: id, a blank, what to do.
  void error(const Node& place, std::string_view rule, std::string found) {
    add(Severity::error, place, rule, std::move(found));
  }
  void warning(const Node& place, std::string_view rule, std::string found) {
    add(Severity::warning, place, rule, std::move(found));
  }
  void advice(const Node& place, std::string_view rule, std::string found) {
    add(Severity::advice, place, rule, std::move(found));
  }

 private:
  void add(Severity severity, const Node& place, std::string_view rule, std::string found);

  const TemplateView& view_;
  std::vector<Finding>& findings_;
  std::string resource_;
};

// Rules that several kinds of resource may break.
inline constexpr std::string_view queue_not_allowed_rule =
    "queue-not-allowed add an AWS::SQS::QueuePolicy that lets the service send";

// An event that SAM makes the trigger for; `properties` may be null.
struct SamEvent {
  std::string type;
  const Node* properties = nullptr;
};
// Of an AWS::Serverless::Function; of any other nothing. Valid until the view goes.
std::vector<SamEvent> sam_events(const TemplateView& view, const Resource& function);

void lint_events(Linter& linter);
void lint_functions(Linter& linter);
void lint_queues(Linter& linter);
void lint_roles(Linter& linter);
void lint_buckets(Linter& linter);
void lint_network(Linter& linter);
// Account ids anywhere below `node`.
void lint_accounts(Linter& linter, const Node& node);
// A pattern alone, or in a rule.
void lint_pattern(Linter& linter, const Node& pattern);
// Whether the pattern matches uploads: keys of bronze, or any of aws.s3. One that is invalid does
// not.
bool pattern_takes_bronze(const Node& pattern);
// A policy alone.
void lint_policy(Linter& linter, const Node& policy);

// A statement of a policy, its texts symbolic.
struct Statement {
  const Node* node = nullptr;
  bool allows = false;
  std::vector<std::string> actions;    // of NotAction: none
  std::vector<std::string> resources;  // of NotResource: none
  std::vector<std::string> services;   // Principal.Service
  bool of_anybody = false;             // Principal "*", AWS's services among them
};
using Statements = std::vector<Statement>;
// Of a policy's document; nothing where it has none.
Statements statements_of(const TemplateView& view, const Node* document);

// Whether an IAM pattern (* and ?) covers a text, ASCII case aside.
bool iam_covers(std::string_view pattern, std::string_view text);
// Whether a statement allows or denies that action, whatever its resources.
bool names_action(const Statement& statement, std::string_view action);
bool allows_action(const Statements& statements, std::string_view action);

// What a function's role may do; `known` is false where the role is not in the template.
struct RoleRights {
  const Resource* role = nullptr;
  bool known = false;
  Statements statements;
  std::vector<std::string> managed;  // names of managed policies
};
RoleRights rights_of(const TemplateView& view, const Resource& role);
RoleRights rights_of_function(const TemplateView& view, const Resource& function);

// Every Lambda function of the template, SAM's too.
std::vector<const Resource*> functions_of(const TemplateView& view);
// Whether it is in a private network; without a subnet it isn't.
bool is_in_vpc(const TemplateView& view, const Resource& function);
// Whether a resource policy of that type lets a service use the resource.
bool queue_lets_in(const TemplateView& view, std::string_view queue, std::string_view service);
bool function_lets_in(const TemplateView& view, std::string_view function,
                      std::string_view service);

}  // namespace silversmith::deploy
