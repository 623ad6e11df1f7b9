// SPDX-License-Identifier: Apache-2.0
#include "contract/parse.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace silversmith::contract {
namespace {

constexpr std::string_view small = "name: n\nschema: {fields: [{name: a}]}\n";

std::string error_of(std::string_view text) {
  auto contract = parse_contract(text, "f");
  return contract ? "no error" : contract.error().message;
}

std::string with(std::string_view more) { return std::string(small) + std::string(more) + "\n"; }

std::string hash_with(std::string_view more) {
  auto contract = parse_contract(with(more), "f");
  return contract ? contract->hash : contract.error().message;
}

// The first yaml block of the document, so that the document can't promise what isn't read.
std::string documented_example() {
  std::filesystem::path path = SMITH_CONTRACT_PAGE;
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  constexpr std::string_view opening = "```yaml\n";
  size_t start = text.find(opening);
  if (start == std::string::npos) return "";
  start += opening.size();
  return text.substr(start, text.find("```", start) - start);
}

TEST(ParseContract, reads_the_documented_example) {
  auto contract = parse_contract(documented_example(), "docs/formats/contract.md");
  ASSERT_TRUE(contract) << contract.error().message;
  EXPECT_EQ(contract->name, "orders");
  EXPECT_EQ(contract->version, 3U);
  EXPECT_EQ(contract->owner, "shop-data");
  EXPECT_EQ(contract->match, std::vector<std::string>{"bronze/orders/**/*.csv{,.gz,.zst}"});
  EXPECT_EQ(contract->compression, Compression::zstd);
  EXPECT_EQ(contract->missing_values, (std::vector<std::string>{"", "NA", "-99"}));
  ASSERT_EQ(contract->fields.size(), 6U);
  EXPECT_TRUE(contract->fields[0].required);
  EXPECT_EQ(contract->fields[2].decimal, (Decimal{18, 2}));
  EXPECT_EQ(contract->fields[2].on_type_error, Action::nullify);
  EXPECT_TRUE(contract->fields[3].pattern->zone);
  EXPECT_TRUE(contract->fields[5].missing_values->empty());
  EXPECT_EQ(contract->origin, "docs/formats/contract.md");
}

TEST(ParseContract, needs_a_name_and_a_schema) {
  EXPECT_EQ(error_of("title: t\n"), "f:1:1: name is missing\nf:1:1: schema is missing");
  EXPECT_EQ(parse_contract("title: t\n", "f").error().code, Code::invalid);
  EXPECT_NE(error_of("[a]").find("wanted a mapping"), std::string::npos);
  EXPECT_NE(error_of("name: a b\nschema: {fields: [{name: a}]}\n").find("f:1:7: name"),
            std::string::npos);
}

TEST(ParseContract, reports_every_problem_with_its_place) {
  EXPECT_EQ(error_of("name: n\ntitel: t\nschema:\n  fields:\n    - {name: a, type: integr}\n"
                     "    - {name: a}\n  primaryKey: [a]\n"),
            "f:2:1: unknown key \"titel\", did you mean title?\n"
            "f:5:23: schema.fields[0].type: found \"integr\", wanted any, string, integer, number, "
            "boolean, date, time or datetime\n"
            "f:6:7: schema.fields[1]: the name \"a\" is taken by the field in line 5\n"
            "f:7:3: schema.primaryKey is not supported yet");
}

TEST(ParseContract, planned_keys_are_said_to_be_planned) {
  for (const char* key : {"data", "bytes", "hash", "sources", "licenses", "compression",
                          "\"silver:rules\"", "\"silver:nulls\""}) {
    EXPECT_NE(error_of(with(std::string(key) + ": x")).find("is not supported yet"),
              std::string::npos)
        << key;
  }
  EXPECT_NE(error_of(with("encoding: latin-1")).find("not supported yet"), std::string::npos);
  EXPECT_NE(error_of(with("\"silver:target\": {compression: gzip}")).find("not supported yet"),
            std::string::npos);
  EXPECT_NE(error_of(with("\"silver:target\": {metadataColumns: []}")).find("not supported yet"),
            std::string::npos);
}

TEST(ParseContract, descriptors_of_other_kinds_are_said_to_be_so) {
  EXPECT_NE(error_of("resources: [{name: a}]").find("Data Package"), std::string::npos);
  EXPECT_NE(error_of("fields: [{name: a}]").find("bare Table Schema"), std::string::npos);
  EXPECT_NE(error_of("kind: DataContract\napiVersion: v3.1.0\n").find("Open Data Contract"),
            std::string::npos);
}

TEST(ParseContract, leaves_foreign_namespaces_alone_but_not_ours) {
  EXPECT_EQ(hash_with("\"dbt:model\": {any: [thing]}"), hash_with(""));
  EXPECT_NE(error_of(with("\"silver:polcy\": {}")).find("did you mean silver:policy?"),
            std::string::npos);
}

TEST(ParseContract, reads_globs_and_refuses_bad_ones) {
  auto contract = parse_contract(with("\"silver:contract\": {match: [a/*, b/**]}"), "f");
  ASSERT_TRUE(contract);
  EXPECT_EQ(contract->match.size(), 2U);
  EXPECT_NE(error_of(with("\"silver:contract\": {match: [\"a{b\"]}")).find("glob \"a{b\""),
            std::string::npos);
  EXPECT_NE(error_of(with("\"silver:contract\": {match: []}")).find("at least one"),
            std::string::npos);
  EXPECT_NE(error_of(with("\"silver:contract\": {version: 0}")).find("1 or more"),
            std::string::npos);
}

TEST(ParseContract, json_and_yaml_of_the_same_contract_are_the_same) {
  auto json = parse_contract("{\"name\":\"n\",\"schema\":{\"fields\":[{\"name\":\"a\"}]}}", "j");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(json->hash, hash_with(""));
}

TEST(ContractHash, does_not_see_what_only_people_read) {
  for (const char* more :
       {"title: t", "description: d", "path: p.csv", "\"silver:contract\": {owner: o, match: x}",
        "\"silver:policy\": {limits: {warnBadRatio: 0.9}}", "encoding: UTF-8",
        "\"silver:policy\": {type: quarantine, limits: {maxBadRatio: 0.5}}"}) {
    EXPECT_EQ(hash_with(more), hash_with("")) << more;
  }
}

TEST(ContractHash, sees_what_changes_an_outcome) {
  std::vector<std::string> hashes = {hash_with("")};
  for (const char* more :
       {"dialect: {delimiter: \";\"}", "dialect: {headerRows: [1, 2]}",
        "\"silver:contract\": {version: 2}", "\"silver:target\": {compression: zstd}",
        "\"silver:policy\": {structural: fail}", "\"silver:policy\": {required: fail}",
        "\"silver:policy\": {type: nullify}", "\"silver:policy\": {extraFields: drop}",
        "\"silver:policy\": {missingFields: null}", "\"silver:policy\": {blankLines: quarantine}",
        "\"silver:policy\": {limits: {maxBadRows: 0}}",
        "\"silver:policy\": {limits: {maxBadRatio: null}}",
        "\"silver:policy\": {limits: {ratioAfterRows: 1}}",
        "\"silver:policy\": {limits: {minRows: 1}}",
        "\"silver:policy\": {limits: {maxRecordBytes: 1}}",
        "\"silver:policy\": {limits: {maxFieldBytes: 1}}"}) {
    std::string hash = hash_with(more);
    EXPECT_EQ(hash.size(), 64U) << hash;
    for (const std::string& other : hashes) EXPECT_NE(hash, other) << more;
    hashes.push_back(hash);
  }
}

}  // namespace
}  // namespace silversmith::contract
