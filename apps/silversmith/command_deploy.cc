// SPDX-License-Identifier: Apache-2.0
// silversmith deploy render | lint FILE | iam LAKE | rule KEY...: what stands around a lake in an
// account, without talking to it. docs/formats/lint.md has the findings of lint.
#include <algorithm>
#include <filesystem>

#include "aws.h"
#include "base/text.h"
#include "bronze/event_key.h"
#include "bronze/sample_event.h"
#include "catalog/table.h"
#include "commands.h"
#include "deploy/event_pattern.h"
#include "deploy/lint.h"
#include "deploy/policy.h"
#include "deploy/template.h"
#include "deploy/wildcard_cost.h"
#include "files.h"
#include "lake.h"
#include "smith/contracts.h"
#include "table.h"

namespace silversmith::app {

namespace {

constexpr uint64_t document_bytes_max = uint64_t{1} << 20;  // as CloudFormation
constexpr std::string_view default_lake = "s3://data-lake";
constexpr size_t account_digits = 12;

Result<Exit> lint(const Invocation& invocation, Console& console) {
  const std::string& path = invocation.operands.at(0);
  std::string text = SMITH_TRY(read_whole_file(path, document_bytes_max));
  std::vector<deploy::Finding> findings = SMITH_TRY(deploy::lint(text, path));
  if (console.json()) {
    Json list = Json::array();
    for (const deploy::Finding& finding : findings) list.add(deploy::finding_json(finding));
    Json json = Json::object();
    json.set("schema", "silversmith.deploy-lint/1")
        .set("file", path)
        .set("clean", findings.empty())
        .set("findings", std::move(list));
    console.result_json(json);
  } else {
    for (const deploy::Finding& finding : findings) {
      std::string line = path;
      line += ":" + std::to_string(finding.line) + ":" + std::to_string(finding.column) + ": ";
      line += name_of(finding.severity);
      line += " " + finding.id + ": ";
      if (!finding.resource.empty()) line += finding.resource + ": ";
      line += finding.found + "; ";
      console.result(line += finding.advice);
    }
    console.note(findings.empty() ? path + ": nothing found"
                                  : human_count(findings.size()) + " findings");
  }
  return findings.empty() ? Exit::ok : Exit::negative;
}

Result<deploy::BucketPlace> place_of(const std::string& uri) {
  if (!is_in_s3(uri)) {
    return Error{Code::invalid, show(uri) + " is no bucket", "wanted s3://BUCKET[/PREFIX]", ""};
  }
  BucketRoot root = SMITH_TRY(bucket_root(uri));
  return deploy::BucketPlace{root.bucket, root.prefix};
}

// Contracts that are given as files: one, or those of a folder, by their names.
Result<std::vector<contract::Contract>> given_contracts(const Settings& settings) {
  std::vector<std::string> paths;
  if (settings.given("contract")) paths.push_back(settings.text("contract"));
  std::string folder = settings.text("contracts");
  if (!folder.empty() && !is_in_s3(folder)) {
    std::error_code failed;
    std::filesystem::directory_iterator entry(folder, failed);
    for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
      std::string extension = entry->path().extension().string();
      bool contract = extension == ".yaml" || extension == ".yml" || extension == ".json";
      if (contract) paths.push_back(entry->path().string());
    }
    if (failed) {
      return Error{Code::missing, "the folder " + show(folder) + ": " + failed.message(), "", ""};
    }
    if (paths.empty()) return Error{Code::invalid, "no contract in " + show(folder), "", ""};
  }
  std::sort(paths.begin(), paths.end());
  std::vector<contract::Contract> contracts;
  for (const std::string& path : paths) contracts.push_back(SMITH_TRY(read_contract(path)));
  return contracts;
}

// What they match.
Result<std::vector<std::string>> globs_of(const Settings& settings) {
  std::vector<contract::Contract> contracts = SMITH_TRY(given_contracts(settings));
  std::vector<std::string> globs;
  for (const contract::Contract& contract : contracts) {
    globs.insert(globs.end(), contract.match.begin(), contract.match.end());
  }
  bool without = globs.empty() || deploy::bronze_resources(globs).empty();
  if (!contracts.empty() && without) {
    return Error{Code::invalid, "the contracts match nothing in bronze", "see their `match`", ""};
  }
  return globs;
}

Result<Exit> render(const Invocation& invocation, Console& console) {
  const Settings& settings = invocation.settings;
  if (is_in_s3(settings.text("contracts"))) {
    return Error{Code::invalid, "--contracts: wanted a folder here, found a bucket",
                 "copy them: aws s3 cp --recursive", ""};
  }
  std::string text(deploy::template_text());
  const catalog::Place place = {std::string(deploy::template_silver_bucket),
                                std::string(deploy::template_silver_prefix)};
  std::vector<deploy::TableResource> tables;
  std::vector<contract::Contract> contracts = SMITH_TRY(given_contracts(settings));
  for (const contract::Contract& contract : contracts) {
    catalog::Table table = SMITH_TRY(catalog::table_of(contract, place).in(contract.origin));
    Json input = catalog::table_input(table);
    tables.push_back({std::move(table.name), std::move(input)});
  }
  if (!tables.empty()) text = SMITH_TRY(deploy::add_tables(text, tables));
  text.pop_back();  // the line's end comes with the line
  console.result(text);
  return Exit::ok;
}

Result<std::string> account_of(const Settings& settings) {
  std::string account = settings.text("account");
  bool digits = account.find_first_not_of("0123456789") == std::string::npos;
  if (account.empty() || (digits && account.size() == account_digits)) return account;
  return Error{Code::invalid, "--account " + show(account) + ": wanted 12 digits", "", ""};
}

// Of an option that lists ARNs, with commas or repeated.
Result<std::vector<std::string>> roles_of(const Settings& settings, std::string_view option) {
  std::vector<std::string> out;
  for (const std::string& given : settings.list(option)) {
    for (std::string_view role : split(given, ',')) {
      role = trim(role);
      bool is_role = role.starts_with("arn:") && role.find(":iam::") != std::string_view::npos &&
                     role.find(":role/") != std::string_view::npos;
      if (!is_role) {
        return Error{Code::invalid,
                     "--" + std::string(option) + " " + show(role) + " is no role's ARN",
                     "wanted arn:aws:iam::ACCOUNT-ID:role/NAME", ""};
      }
      out.emplace_back(role);
    }
  }
  return out;
}

Result<deploy::PolicyLake> policy_lake(const Invocation& invocation) {
  const Settings& settings = invocation.settings;
  deploy::PolicyLake lake;
  lake.bronze = SMITH_TRY(place_of(invocation.operands.at(0)));
  std::string silver = settings.text("silver");
  lake.silver = silver.empty() ? lake.bronze : SMITH_TRY(place_of(silver));
  std::string contracts = settings.text("contracts");
  lake.contracts = {lake.bronze.bucket, lake.bronze.prefix + "contracts/"};
  if (is_in_s3(contracts)) lake.contracts = SMITH_TRY(place_of(contracts));
  lake.match = SMITH_TRY(globs_of(settings));
  lake.kms_key_arn = settings.text("kms-key");
  lake.account = SMITH_TRY(account_of(settings));
  lake.region = aws_settings(settings, [](const char* name) { return variable(name); }).region;
  lake.glue_database = settings.text("glue-database");
  lake.convert_roles = SMITH_TRY(roles_of(settings, "convert-role"));
  lake.sweep_roles = SMITH_TRY(roles_of(settings, "sweep-role"));
  return lake;
}

Result<Exit> iam(const Invocation& invocation, Console& console) {
  deploy::PolicyLake lake = SMITH_TRY(policy_lake(invocation));
  std::string function = invocation.settings.text("function");
  std::optional<deploy::FunctionKind> kind = deploy::function_kind_of(function);
  if (!kind && function != "all") {
    return Error{Code::invalid, "--function " + show(function) + " is none",
                 "wanted convert, sweep, catalog, notify or all", ""};
  }
  Json json = kind ? deploy::identity_policy(lake, *kind) : deploy::all_policies(lake);
  if (console.json()) {
    console.result_json(json);
  } else {
    std::string text = json.pretty();
    text.pop_back();
    console.result(text);
  }
  if (lake.account.empty() || lake.region.empty()) {
    console.note("ACCOUNT-ID and REGION are to be replaced: --account and --region say them");
  }
  if (!kind && (lake.convert_roles.empty() || lake.sweep_roles.empty())) {
    console.note(
        "CONVERT-ROLE-ARN and SWEEP-ROLE-ARN are to be replaced: --convert-role and --sweep-role "
        "say them; the stack's outputs ConvertRoleArn and SweepRoleArn have them");
  }
  return Exit::ok;
}

// What a rule's pattern and silversmith itself say about one key.
struct Verdict {
  std::string key;
  bool matches = false;
  bool taken = false;
  std::string silver;  // the object that it would become, where it is taken
  std::string note;
};

std::string why_not_taken(const silver::Prefixes& prefixes, const std::string& key) {
  for (const std::string& ours : {prefixes.silver, prefixes.quarantine, prefixes.receipts}) {
    if (key.starts_with(ours)) return "it is our own output";
  }
  if (!key.starts_with(prefixes.bronze)) return "it is not below " + prefixes.bronze;
  if (key.find("/.") != std::string::npos) return "its name is hidden";
  return "it is no .csv, .tsv or .txt, packed or not";
}

using Patterns = std::vector<deploy::EventPattern>;

Verdict verdict_on(const std::string& key, const Patterns& patterns,
                   const std::pair<std::string, silver::Prefixes>& lake) {
  const auto& [bucket, prefixes] = lake;
  bronze::SampleObject object;
  object.bucket = bucket;
  object.key = key;
  object.size = 1;
  Verdict verdict;
  verdict.key = key;
  Json event = bronze::sample_event(bronze::SampleKind::eventbridge, object);
  verdict.matches = std::any_of(patterns.begin(), patterns.end(),
                                [&](const auto& pattern) { return pattern.matches(event); });
  verdict.taken = silver::accepts(prefixes, key);
  if (verdict.taken) verdict.silver = silver::names_of(prefixes, key).silver;
  if (!verdict.taken) {
    verdict.note = verdict.matches ? "the event comes and is ignored: " : "";
    verdict.note += why_not_taken(prefixes, key);
  } else if (!verdict.matches) {
    verdict.note = "silversmith would take it, but no event comes: the sweep finds it";
  }
  return verdict;
}

// The bucket that a pattern asks for, "" where it asks for none or for several.
std::string bucket_in(const deploy::EventPattern& pattern) {
  for (const deploy::EventPattern::Branch& branch : pattern.branches()) {
    auto found = branch.find("detail.bucket.name");
    if (found == branch.end() || found->second->size() != 1) continue;
    const deploy::Matcher& matcher = found->second->front();
    const deploy::Comparison& one = matcher.comparisons.front();
    bool exact = !matcher.but && one.kind == deploy::MatchKind::exact && one.text.size() > 2;
    if (exact) return one.text.substr(1, one.text.size() - 2);
  }
  return "";
}

// The pattern that is given, or those of the template's rules for bronze.
Result<Patterns> patterns_for(const Settings& settings, const BucketRoot& lake) {
  std::string path = settings.text("pattern");
  Patterns patterns;
  if (!path.empty()) {
    std::string text = SMITH_TRY(read_whole_file(path, document_bytes_max));
    patterns.push_back(SMITH_TRY(deploy::EventPattern::parse(text, path)));
    return patterns;
  }
  std::vector<Json> texts = SMITH_TRY(deploy::bronze_patterns(lake.bucket, lake.prefix));
  for (const Json& json : texts) {
    patterns.push_back(SMITH_TRY(deploy::EventPattern::parse(json.dump(), "the template")));
  }
  return patterns;
}

void warn_of(const deploy::EventPattern& pattern, Console& console) {
  for (const deploy::Node& key : pattern.repeats()) {
    console.warning("the pattern has the member " + show(key.text) + " twice (" +
                    deploy::place_of(key) + "): EventBridge drops the first without a word");
  }
  if (pattern.wildcard_cost() > deploy::wildcard_cost_max) {
    console.warning(
        "the pattern has so many wildcards that EventBridge may refuse it: \"Rule is too "
        "complex\"");
  }
}

void print_verdicts(const std::vector<Verdict>& verdicts, Console& console) {
  Table table({"key", "rule", "silversmith", "silver", "note"});
  for (const Verdict& one : verdicts) {
    if (console.json()) {
      Json json = Json::object();
      json.set("key", one.key)
          .set("matches", one.matches)
          .set("taken", one.taken)
          .set("silver", one.silver.empty() ? Json() : Json(one.silver))
          .set("note", one.note);
      console.result_json(json);
      continue;
    }
    table.add({one.key, one.matches ? "matches" : "no", one.taken ? "takes it" : "no", one.silver,
               one.note});
  }
  if (!console.json()) console.result(table.text());
}

Result<Exit> rule(const Invocation& invocation, Console& console) {
  const Settings& settings = invocation.settings;
  std::string root = settings.text("lake");
  bool named = !root.empty();
  if (!named) root = default_lake;
  SMITH_TRY(place_of(root));
  BucketRoot lake = SMITH_TRY(bucket_root(root));
  Patterns patterns = SMITH_TRY(patterns_for(settings, lake));
  for (const deploy::EventPattern& pattern : patterns) warn_of(pattern, console);
  std::string asked = bucket_in(patterns.front());
  std::pair<std::string, silver::Prefixes> where = {named || asked.empty() ? lake.bucket : asked,
                                                    SMITH_TRY(lake_prefixes(root, ""))};
  std::vector<Verdict> verdicts;
  for (const std::string& key : invocation.operands) {
    SMITH_TRY(bronze::check_key(key));
    verdicts.push_back(verdict_on(key, patterns, where));
  }
  print_verdicts(verdicts, console);
  bool all =
      std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict& one) { return one.matches; });
  return all ? Exit::ok : Exit::negative;
}

}  // namespace

Result<Exit> deploy_command(const Invocation& invocation, Console& console) {
  if (invocation.command == "deploy render") return render(invocation, console);
  if (invocation.command == "deploy lint") return lint(invocation, console);
  if (invocation.command == "deploy iam") return iam(invocation, console);
  SMITH_CHECK(invocation.command == "deploy rule", invocation.command);
  return rule(invocation, console);
}

}  // namespace silversmith::app
