// SPDX-License-Identifier: Apache-2.0
// Policies as statements, and which of them a role has.
#include <algorithm>

#include "base/text.h"
#include "deploy/lint_parts.h"

namespace silversmith::deploy {

namespace {

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::vector<std::string> texts(const TemplateView& view, const Node* list) {
  std::vector<std::string> out;
  for (const Node* item : view.items(list)) out.push_back(view.text(*item));
  return out;
}

void add_document(const TemplateView& view, const Node* document, Statements& to) {
  for (Statement& one : statements_of(view, document)) to.push_back(std::move(one));
}

// Of a policy that is a resource of the template.
void add_policy(const TemplateView& view, const Resource* policy, RoleRights& to) {
  if (policy == nullptr) return;
  for (const Node* document : view.values(*policy, {"PolicyDocument"})) {
    add_document(view, document, to.statements);
  }
}

bool is_attached(const TemplateView& view, const Resource& policy, std::string_view role) {
  for (std::string_view property : {"Roles", "RoleName"}) {
    for (const Node* roles : view.values(policy, {property})) {
      for (const Node* one : view.items(roles)) {
        if (view.points_at(one, role)) return true;
      }
    }
  }
  return false;
}

}  // namespace

bool iam_covers(std::string_view pattern, std::string_view text) {
  // The last star is the only one worth going back to: time is size(pattern) × size(text) at most.
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t after = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || folded(pattern[p]) == folded(text[t]))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++after;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

Statements statements_of(const TemplateView& view, const Node* document) {
  Statements out;
  for (const Node* way : view.ways(document)) {
    for (const Node* node : view.items(find(*way, "Statement"))) {
      const Node* effect = find(*node, "Effect");
      Statement statement;
      statement.node = node;
      statement.allows = effect != nullptr && effect->text == "Allow";
      statement.actions = texts(view, find(*node, "Action"));
      statement.resources = texts(view, find(*node, "Resource"));
      const Node* principal = find(*node, "Principal");
      if (principal != nullptr) {
        statement.services = texts(view, find(*principal, "Service"));
        std::vector<std::string> accounts = texts(view, find(*principal, "AWS"));
        statement.of_anybody = principal->text == "*" ||
                               std::find(accounts.begin(), accounts.end(), "*") != accounts.end();
      }
      out.push_back(std::move(statement));
    }
  }
  return out;
}

bool names_action(const Statement& statement, std::string_view action) {
  return std::any_of(statement.actions.begin(), statement.actions.end(),
                     [&](const std::string& pattern) { return iam_covers(pattern, action); });
}

bool allows_action(const Statements& statements, std::string_view action) {
  return std::any_of(statements.begin(), statements.end(),
                     [&](const Statement& one) { return one.allows && names_action(one, action); });
}

RoleRights rights_of(const TemplateView& view, const Resource& role) {
  RoleRights rights;
  rights.role = &role;
  rights.known = true;
  for (const Node* document : view.values(role, {"Policies", "PolicyDocument"})) {
    add_document(view, document, rights.statements);
  }
  for (std::string_view type :
       {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"}) {
    for (const Resource* policy : view.of_type(type)) {
      if (is_attached(view, *policy, role.id)) add_policy(view, policy, rights);
    }
  }
  for (const Node* arns : view.values(role, {"ManagedPolicyArns"})) {
    for (const std::string& arn : texts(view, arns)) {
      rights.managed.push_back(arn.substr(arn.rfind('/') + 1));
    }
    for (const Node* arn : view.items(arns)) {
      for (const std::string& id : view.targets(arn)) add_policy(view, view.resource(id), rights);
    }
  }
  return rights;
}

RoleRights rights_of_function(const TemplateView& view, const Resource& function) {
  for (const Node* role : view.values(function, {"Role"})) {
    for (const std::string& id : view.targets(role)) {
      const Resource* resource = view.resource(id);
      if (resource != nullptr && resource->type == "AWS::IAM::Role") {
        return rights_of(view, *resource);
      }
    }
  }
  return {};
}

}  // namespace silversmith::deploy
