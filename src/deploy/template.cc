// SPDX-License-Identifier: Apache-2.0
#include "deploy/template.h"

#include <set>

#include "base/text.h"
#include "deploy/template_view.h"

namespace silversmith::deploy {

namespace {

Json reference(std::string_view name) { return Json::object().set("Ref", name); }

constexpr std::string_view origin = "the template";
constexpr std::string_view bronze_rules = "Bronze";  // what their logical ids begin with
constexpr std::string_view table_bucket = template_silver_bucket;
constexpr std::string_view database_id = "GlueDatabaseResource";
constexpr std::string_view lake_prefix = "${LakePrefix}";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// "orders_eu" → "OrdersEuTable".
std::string logical_id(std::string_view table) {
  std::string id;
  bool starts = true;
  for (char c : table) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter) id += starts && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    starts = !letter;
  }
  return id + "Table";
}

// CloudFormation puts the value of "{{resolve:SERVICE:KEY}}" in its place, wherever it stands, also
// in what a function makes. A blank ends that.
std::string without_resolve(std::string text) {
  constexpr std::string_view word = "{resolve:";
  for (size_t at = 0; at + word.size() <= text.size(); ++at) {
    std::string_view here = std::string_view(text).substr(at, word.size());
    if (equal_ignoring_case(here, word)) text.insert(at + 1, " ");
  }
  return text;
}

// Texts that name a place in silver become Fn::Sub; every other "${" in them is Glue's own.
Json with_functions(const Json& json) {
  if (json.is_array()) {
    Json list = Json::array();
    for (const Json& item : json.as_array()) list.add(with_functions(item));
    return list;
  }
  if (json.is_object()) {
    Json object = Json::object();
    for (const auto& [name, member] : json.as_object()) object.set(name, with_functions(member));
    return object;
  }
  if (!json.is_string()) return json;
  std::string text = without_resolve(json.as_string());
  if (text.find(table_bucket) == std::string::npos) return text;
  text = replaced(std::move(text), "${", "${!");
  text = replaced(text, "${!" + std::string(table_bucket.substr(2)), table_bucket);
  text = replaced(text, "${!" + std::string(lake_prefix.substr(2)), lake_prefix);
  Json bucket = Json::object().set("Fn::If", Json::array()
                                                 .add("HasSilverBucket")
                                                 .add(reference("SilverBucket"))
                                                 .add(reference("LakeBucket")));
  Json with = Json::object().set("TableBucket", std::move(bucket));
  return Json::object().set("Fn::Sub", Json::array().add(text).add(std::move(with)));
}

// A table is made after its database where that is made here: DependsOn can't name what is not
// always made, a Ref orders just the same, and gives the same name.
Json database_name(bool makes_database) {
  if (!makes_database) return reference("GlueDatabase");
  return Json::object().set("Fn::If", Json::array()
                                          .add("MakesDatabase")
                                          .add(reference(database_id))
                                          .add(reference("GlueDatabase")));
}

std::string resource_text(const std::string& id, const TableResource& table, const Json& database) {
  Json properties = Json::object();
  properties.set("CatalogId", reference("AWS::AccountId"))
      .set("DatabaseName", database)
      .set("TableInput", with_functions(table.input));
  std::string body = properties.pretty();
  std::string out = "  " + id + ":\n    Type: AWS::Glue::Table\n    Condition: HasCatalog\n";
  // As the data does: a table that goes with the stack would take its partitions along.
  out += "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    Properties:\n";
  // JSON is YAML as it stands, behind enough blanks.
  for (std::string_view line : split(trim(body), '\n')) {
    if (!line.empty()) out += "      " + std::string(line) + "\n";
  }
  return out;
}

// Where resources end: the line of the next part of the template, or the end of the text.
Result<size_t> end_of_resources(std::string_view text) {
  size_t begin = text.starts_with("Resources:") ? 0 : text.find("\nResources:");
  if (begin == std::string_view::npos) {
    return Error{Code::invalid, "the template has no Resources", "", ""};
  }
  size_t at = text.find('\n', begin + 1);
  while (at != std::string_view::npos && at + 1 < text.size()) {
    char first = text[at + 1];
    bool outside = first != ' ' && first != '\n' && first != '#' && first != '\r';
    if (outside) return at + 1;
    at = text.find('\n', at + 1);
  }
  return text.size();
}

Json substituted(const Json& json, std::string_view bucket, std::string_view prefix) {
  if (json.is_string()) {
    return replaced(replaced(json.as_string(), "${LakeBucket}", bucket), lake_prefix, prefix);
  }
  if (json.is_array()) {
    Json list = Json::array();
    for (const Json& item : json.as_array()) list.add(substituted(item, bucket, prefix));
    return list;
  }
  if (!json.is_object()) return json;
  Json object = Json::object();
  for (const auto& [name, member] : json.as_object()) {
    object.set(name, substituted(member, bucket, prefix));
  }
  return object;
}

}  // namespace

Result<std::string> add_tables(std::string_view text, const std::vector<TableResource>& tables) {
  size_t at = SMITH_TRY(end_of_resources(text));
  std::string added;
  std::set<std::string> ids;
  bool makes_database =
      text.find("\n  " + std::string(database_id) + ":") != std::string_view::npos;
  Json database = database_name(makes_database);
  for (const TableResource& table : tables) {
    std::string id = logical_id(table.table);
    if (!ids.insert(id).second) {
      return Error{Code::invalid, "two tables would be the resource " + id,
                   "give one of the contracts another silver:catalog table", ""};
    }
    added += resource_text(id, table, database) + "\n";
  }
  return std::string(text.substr(0, at)) + added + std::string(text.substr(at));
}

Result<std::vector<Json>> bronze_patterns(std::string_view bucket, std::string_view prefix) {
  Document document = SMITH_TRY(read_document(template_text(), origin));
  TemplateView view(document.root);
  std::vector<Json> patterns;
  for (const Resource* rule : view.of_type("AWS::Events::Rule")) {
    if (!rule->id.starts_with(bronze_rules)) continue;
    for (const Node* pattern : view.values(*rule, {"EventPattern"})) {
      patterns.push_back(substituted(json_of(view.resolved(*pattern)), bucket, prefix));
    }
  }
  if (patterns.empty()) {
    return Error{Code::invalid, "the template has no rule for bronze", "", ""};
  }
  return patterns;
}

}  // namespace silversmith::deploy
