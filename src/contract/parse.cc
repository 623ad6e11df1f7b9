// SPDX-License-Identifier: Apache-2.0
#include "contract/parse.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/text.h"
#include "contract/glob.h"
#include "contract/parse_parts.h"

namespace silversmith::contract {
namespace {

using std::string_view;

constexpr size_t name_bytes_max = 128;

// The name goes into object metadata and metrics, so it is kept to bytes that need no quoting
// anywhere.
bool is_name(string_view text) {
  constexpr string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
  return !text.empty() && text.size() <= name_bytes_max &&
         text.find_first_not_of(allowed) == string_view::npos;
}

void parse_name(const YamlNode& root, const YamlNode* node, Contract& contract,
                Problems& problems) {
  if (node == nullptr) return problems.add(root, "name is missing");
  std::optional<std::string> name = read_text(*node, "name", problems);
  if (!name) return;
  if (!is_name(*name)) {
    return problems.wanted(*node, "name", "1 to 128 letters, digits or . _ - /");
  }
  contract.name = *std::move(name);
}

void parse_encoding(const YamlNode* node, Problems& problems) {
  if (node == nullptr) return;
  std::optional<std::string> encoding = read_text(*node, "encoding", problems);
  if (!encoding) return;
  bool utf8 = (encoding->size() == 5 && ends_with_ignoring_case(*encoding, "utf-8")) ||
              (encoding->size() == 4 && ends_with_ignoring_case(*encoding, "utf8"));
  if (!utf8) {
    problems.add(*node, "encoding: " + show(*encoding) + " is not supported yet, wanted utf-8");
  }
}

void add_glob(const YamlNode& node, const std::string& property, Contract& contract,
              Problems& problems) {
  std::optional<std::string> glob = read_text(node, property, problems);
  if (!glob) return;
  Result<> checked = check_glob(*glob);
  if (!checked) return problems.add(node, property + ": " + checked.error().message);
  contract.match.push_back(*std::move(glob));
}

void parse_identity(const YamlNode& node, Contract& contract, Problems& problems) {
  MapReader map(node, "silver:contract", problems);
  if (const YamlNode* version = map.take("version")) {
    auto value = read_count(*version, map.path("version"), problems);
    if (value && *value == 0) problems.wanted(*version, map.path("version"), "1 or more");
    contract.version = value.value_or(contract.version);
  }
  if (const YamlNode* owner = map.take("owner")) {
    contract.owner = read_text(*owner, map.path("owner"), problems).value_or("");
  }
  if (const YamlNode* match = map.take("match")) {
    if (match->kind == YamlKind::list) {
      for (const YamlNode& glob : match->items) {
        add_glob(glob, map.path("match"), contract, problems);
      }
      if (match->items.empty()) problems.wanted(*match, map.path("match"), "at least one glob");
    } else {
      add_glob(*match, map.path("match"), contract, problems);
    }
  }
  map.finish();
}

void parse_target(const YamlNode& node, Contract& contract, Problems& problems) {
  constexpr std::array<string_view, 2> codecs = {"snappy", "zstd"};
  constexpr std::array<string_view, 4> later_codecs = {"gzip", "lz4", "brotli", "none"};
  constexpr std::array<string_view, 2> later = {"metadataColumns", "requiredColumns"};
  MapReader map(node, "silver:target", problems);
  auto codec = read_enum<Compression>(map.take("compression"), map.path("compression"),
                                      {codecs, later_codecs}, problems);
  if (codec.has_value()) contract.compression = codec;
  map.not_yet(later);
  map.finish();
}

// Properties whose value must be one that we read anyway.
void check_word(const YamlNode* node, string_view property, const Words& words,
                Problems& problems) {
  if (node != nullptr) read_word(*node, property, words, problems);
}

void parse_resource(const YamlNode& root, Contract& contract, Problems& problems) {
  constexpr std::array<string_view, 1> tables = {"table"};
  constexpr std::array<string_view, 2> formats = {"csv", "tsv"};
  MapReader map(root, "", problems);
  map.ignore({"$schema", "description", "mediatype", "path"});
  parse_name(root, map.take("name"), contract, problems);
  if (const YamlNode* title = map.take("title")) {
    contract.title = read_text(*title, "title", problems).value_or("");
  }
  check_word(map.take("type"), "type", {tables}, problems);
  check_word(map.take("format"), "format", {formats}, problems);
  parse_encoding(map.take("encoding"), problems);
  if (const YamlNode* dialect = map.take("dialect")) {
    parse_dialect(*dialect, contract.dialect, problems);
  }
  const YamlNode* schema = map.take("schema");
  if (schema != nullptr) {
    parse_schema(*schema, contract, problems);
  } else {
    problems.add(root, "schema is missing");
  }
  if (const YamlNode* identity = map.take("silver:contract")) {
    parse_identity(*identity, contract, problems);
  }
  if (const YamlNode* target = map.take("silver:target")) {
    parse_target(*target, contract, problems);
  }
  if (const YamlNode* catalog = map.take("silver:catalog")) {
    parse_catalog(*catalog, contract.catalog, problems);
  }
  if (const YamlNode* policy = map.take("silver:policy")) {
    parse_policy(*policy, contract.policy, problems);
  }
  constexpr std::array<string_view, 9> later = {"data",    "bytes",        "hash",
                                                "sources", "licenses",     "compression",
                                                "profile", "silver:rules", "silver:nulls"};
  map.not_yet(later);
  map.finish();
}

// What the text is when it is a descriptor of another kind that we will read one day, or "".
string_view other_kind(const YamlNode& root) {
  auto has = [&](string_view name) {
    return std::any_of(root.members.begin(), root.members.end(),
                       [&](const YamlMember& member) { return member.key.text == name; });
  };
  if (has("resources")) return "a Data Package (resources)";
  if (has("fields") && !has("schema")) return "a bare Table Schema (fields)";
  if (has("kind") && has("apiVersion")) return "an Open Data Contract (kind, apiVersion)";
  return "";
}

}  // namespace

Result<Contract> parse_contract(std::string_view text, std::string_view origin) {
  YamlNode root = SMITH_TRY(parse_yaml(text, origin));
  Problems problems(origin);
  string_view other = other_kind(root);
  if (!other.empty()) {
    problems.add(
        root, std::string(other) + " is not supported yet, wanted one Data Resource: name, schema");
    return problems.error();
  }
  Contract contract;
  contract.origin = std::string(origin);
  if (root.kind == YamlKind::map) {
    parse_resource(root, contract, problems);
  } else {
    problems.wanted(root, "the descriptor", "a mapping: name, schema");
  }
  if (!problems.empty()) return problems.error();
  contract.hash = sha256_hex(canonical_json(contract).canonical());
  return contract;
}

}  // namespace silversmith::contract
