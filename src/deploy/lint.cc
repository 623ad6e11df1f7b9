// SPDX-License-Identifier: Apache-2.0
#include "deploy/lint.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "deploy/lint_parts.h"

namespace silversmith::deploy {

namespace {

constexpr size_t account_digits = 12;

// The account of an ARN that a text begins with; "" where it has fewer than six parts. Looks no
// further than at the fifth colon: a text may be full of ARNs.
std::string_view account_in(std::string_view arn) {
  for (int i = 0; i < 4; ++i) {
    size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return "";
    arn.remove_prefix(colon + 1);
  }
  size_t end = arn.find(':');
  return end == std::string_view::npos ? "" : arn.substr(0, end);
}

// The account of each ARN in `text` that has digits for one, but not twelve.
std::vector<std::string> wrong_accounts(std::string_view text) {
  std::vector<std::string> out;
  for (size_t at = text.find("arn:"); at != std::string_view::npos;
       at = text.find("arn:", at + 4)) {
    std::string_view account = account_in(text.substr(at));
    bool digits =
        !account.empty() && account.find_first_not_of("0123456789") == std::string_view::npos;
    if (digits && account.size() != account_digits) out.emplace_back(account);
  }
  return out;
}

void lint_template(Linter& linter) {
  lint_events(linter);
  lint_functions(linter);
  lint_queues(linter);
  lint_roles(linter);
  lint_buckets(linter);
  lint_network(linter);
  for (const Resource& resource : linter.view().resources()) {
    linter.about(resource.id);
    lint_accounts(linter, *resource.node);
  }
}

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::advice: return "advice";
  }
  return "unknown";
}

void Linter::add(Severity severity, const Node& place, std::string_view rule, std::string found) {
  Finding finding;
  size_t blank = rule.find(' ');
  finding.id = rule.substr(0, blank);
  finding.advice = rule.substr(blank + 1);
  finding.severity = severity;
  finding.resource = resource_;
  finding.line = place.line;
  finding.column = place.column;
  finding.found = std::move(found);
  findings_.push_back(std::move(finding));
}

void lint_accounts(Linter& linter, const Node& node) {
  constexpr std::string_view rule =
      "account-id write the account as !Ref AWS::AccountId, or with its 12 digits";
  if (is_text(node)) {
    for (const std::string& account : wrong_accounts(node.text)) {
      linter.error(node, rule,
                   "the account " + account + " has " + std::to_string(account.size()) +
                       " digits, AWS's have 12: the ARN is refused");
    }
  }
  for (const Node& item : node.items) lint_accounts(linter, item);
  for (const contract::YamlMember& member : node.members) lint_accounts(linter, member.value);
}

Result<std::vector<Finding>> lint(std::string_view text, std::string_view origin) {
  Document document = SMITH_TRY(read_document(text, origin));
  if (!is_map(document.root)) {
    return Error{Code::invalid,
                 std::string(origin) + ": found " +
                     std::string(contract::name_of(document.root.kind)) + ", wanted an object",
                 "a template has Resources, a policy has Statement, all else is an event pattern",
                 ""};
  }
  std::vector<Finding> findings;
  TemplateView view(document.root);
  Linter linter(view, findings);
  for (const Node& key : document.repeats) {
    linter.error(
        key, "member-repeated keep one of the two, or put both into one list",
        "the member " + show(key.text) + " stands twice: the first is dropped without a word");
  }
  if (find(document.root, "Resources") != nullptr) {
    lint_template(linter);
  } else if (find(document.root, "Statement") != nullptr) {
    lint_policy(linter, document.root);
    lint_accounts(linter, document.root);
  } else {
    lint_pattern(linter, document.root);
  }
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.line, a.column, a.id) < std::tie(b.line, b.column, b.id);
  });
  return findings;
}

Json finding_json(const Finding& finding) {
  return Json::object()
      .set("id", finding.id)
      .set("severity", name_of(finding.severity))
      .set("resource", finding.resource)
      .set("line", uint64_t{finding.line})
      .set("column", uint64_t{finding.column})
      .set("found", finding.found)
      .set("advice", finding.advice);
}

}  // namespace silversmith::deploy
