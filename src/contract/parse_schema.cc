// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

#include "base/limits.h"
#include "base/text.h"
#include "contract/parse_parts.h"

namespace silversmith::contract {
namespace {

using std::string_view;

constexpr std::array<string_view, 8> types = {"any",     "string", "integer", "number",
                                              "boolean", "date",   "time",    "datetime"};
constexpr std::array<string_view, 8> later_types = {"object",   "array",   "list", "duration",
                                                    "geopoint", "geojson", "year", "yearmonth"};
constexpr std::array<string_view, 5> later_string_formats = {"email", "uri", "binary", "uuid",
                                                             "wkt"};
constexpr std::array<string_view, 5> matches = {"exact", "equal", "subset", "superset", "partial"};
constexpr std::array<string_view, 3> type_errors = {"quarantine", "nullify", "fail"};
constexpr std::array<string_view, 10> later_constraints = {
    "unique",  "minLength",        "maxLength",        "minimum", "maximum",
    "pattern", "exclusiveMinimum", "exclusiveMaximum", "enum",    "jsonSchema"};

// Missing values: texts, or {value, label} pairs whose label is for people.
std::vector<std::string> read_missing_values(const YamlNode& node, const std::string& property,
                                             Problems& problems) {
  std::vector<std::string> values;
  if (node.kind != YamlKind::list) {
    problems.wanted(node, property, "a list of texts");
    return values;
  }
  for (const YamlNode& item : node.items) {
    if (item.kind == YamlKind::scalar || item.kind == YamlKind::null) {
      values.push_back(item.text);
      continue;
    }
    MapReader map(item, property, problems);
    const YamlNode* value = map.take("value");
    map.ignore({"label"});
    map.finish();
    if (item.kind != YamlKind::map) continue;
    if (value == nullptr || (value->kind != YamlKind::scalar && value->kind != YamlKind::null)) {
      problems.wanted(value == nullptr ? item : *value, property, "a text or {value, label}");
      continue;
    }
    values.push_back(value->text);
  }
  return values;
}

// "decimal(18,2)"; blanks may stand around the numbers.
constexpr int decimal_digits_max = 38;

// Requires nothing of the scale, which may be greater than the precision.
std::optional<Decimal> parse_decimal(string_view text) {
  constexpr string_view opening = "decimal(";
  if (text.substr(0, opening.size()) != opening || text.back() != ')') return std::nullopt;
  text = text.substr(opening.size(), text.size() - opening.size() - 1);
  std::vector<string_view> parts = split(text, ',');
  if (parts.size() != 2) return std::nullopt;
  std::array<uint8_t, 2> numbers{};
  for (size_t i = 0; i < 2; ++i) {
    string_view part = trim(parts[i]);
    auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), numbers[i]);
    if (error != std::errc() || stop != part.data() + part.size()) return std::nullopt;
  }
  if (numbers[0] < 1 || numbers[0] > decimal_digits_max) return std::nullopt;
  return Decimal{numbers[0], numbers[1]};
}

// Found, and what to write: who gives a greater scale mostly takes the precision for the digits
// before the point.
std::string scale_problem(const std::string& text, Decimal decimal) {
  std::string precision = std::to_string(decimal.precision);
  std::string problem = ": found " + show(text) +
                        ", a scale greater than the precision; all digits" +
                        " count in the precision, wanted a scale of 0 to " + precision;
  int all = decimal.precision + decimal.scale;
  if (all > decimal_digits_max) return problem;
  return problem + ", or decimal(" + std::to_string(all) + "," + std::to_string(decimal.scale) +
         ") for " + precision + (decimal.precision == 1 ? " digit" : " digits") +
         " before the point";
}

// Reads one field; its mapping is open while the parts below take their keys.
class FieldParser {
 public:
  FieldParser(const YamlNode& node, std::string where, Problems& problems)
      : node_(node), map_(node, std::move(where), problems), problems_(problems) {}

  Field parse() {
    map_.ignore({"example", "rdfType", "$schema"});
    field_.title = text_for_people("title");
    field_.description = text_for_people("description");
    parse_name();
    auto type =
        read_enum<FieldType>(map_.take("type"), map_.path("type"), {types, later_types}, problems_);
    type_known_ = type.has_value() || map_.take("type") == nullptr;
    field_.type = type.value_or(FieldType::any);
    parse_format();
    parse_constraints();
    if (const YamlNode* missing = map_.take("missingValues")) {
      field_.missing_values = read_missing_values(*missing, map_.path("missingValues"), problems_);
    }
    parse_boolean_words("trueValues", field_.true_values);
    parse_boolean_words("falseValues", field_.false_values);
    check_boolean_words();
    parse_number_form();
    parse_physical();
    field_.on_type_error = read_enum<Action>(
        map_.take("silver:onTypeError"), map_.path("silver:onTypeError"), {type_errors}, problems_);
    constexpr std::array<string_view, 5> later = {"categories", "categoriesOrdered", "itemType",
                                                  "delimiter", "silver:pii"};
    map_.not_yet(later);
    map_.finish();
    return std::move(field_);
  }

 private:
  // Of any value, as the standard's own readers take it; only a text is one.
  std::string text_for_people(string_view name) {
    const YamlNode* node = map_.take(name);
    return node != nullptr && node->kind == YamlKind::scalar ? node->text : std::string();
  }

  void parse_name() {
    const YamlNode* name = map_.take("name");
    if (name == nullptr) {
      if (node_.kind == YamlKind::map) problems_.add(node_, map_.path("name") + " is missing");
      return;
    }
    field_.name = read_text(*name, map_.path("name"), problems_).value_or("");
    bool blank = name->kind == YamlKind::scalar && trim(field_.name).empty();
    if (blank) problems_.wanted(*name, map_.path("name"), "a text that is not blank");
  }

  void parse_format() {
    const YamlNode* node = map_.take("format");
    if (node == nullptr) return compile_format(node_);
    std::optional<std::string> format = read_text(*node, map_.path("format"), problems_);
    if (!format) return;
    field_.format = *format;
    compile_format(*node);
  }

  // Only temporal types have formats so far; `at` is where a problem is shown.
  void compile_format(const YamlNode& at) {
    if (!type_known_) return;
    std::optional<PatternUse> use = pattern_use();
    if (use) {
      Result<Pattern> pattern = compile_pattern(field_.format, *use);
      if (pattern) {
        field_.pattern = *std::move(pattern);
      } else {
        problems_.add(at, map_.path("format") + ": " + pattern.error().message);
      }
      return;
    }
    if (field_.format == "default") return;
    bool later = field_.type == FieldType::string &&
                 std::find(later_string_formats.begin(), later_string_formats.end(),
                           field_.format) != later_string_formats.end();
    if (later) {
      problems_.add(at, map_.path("format") + ": " + show(field_.format) +
                            " is not supported yet, wanted default");
    } else {
      problems_.add(at, map_.path("format") + ": found " + show(field_.format) +
                            ", a field of type " + std::string(name_of(field_.type)) +
                            " has only the format default");
    }
  }

  std::optional<PatternUse> pattern_use() const {
    if (field_.type == FieldType::date) return PatternUse::date;
    if (field_.type == FieldType::time) return PatternUse::time;
    if (field_.type == FieldType::datetime) return PatternUse::datetime;
    return std::nullopt;
  }

  void parse_constraints() {
    const YamlNode* node = map_.take("constraints");
    if (node == nullptr) return;
    MapReader constraints(*node, map_.path("constraints"), problems_);
    if (const YamlNode* required = constraints.take("required")) {
      field_.required =
          read_bool(*required, constraints.path("required"), problems_).value_or(false);
    }
    constraints.not_yet(later_constraints);
    constraints.finish();
  }

  void parse_boolean_words(string_view name, std::vector<std::string>& words) {
    const YamlNode* node = map_.take(name);
    if (node == nullptr) return;
    if (type_known_ && field_.type != FieldType::boolean) {
      problems_.add(*node, map_.path(name) + " stands only in a field of type boolean");
      return;
    }
    auto read = read_texts(*node, map_.path(name), problems_);
    if (read && read->empty()) problems_.wanted(*node, map_.path(name), "at least one text");
    if (read) words = *std::move(read);
  }

  void check_boolean_words() {
    if (field_.type != FieldType::boolean) return;
    for (const std::string& word : field_.true_values) {
      auto& others = field_.false_values;
      if (std::find(others.begin(), others.end(), word) == others.end()) continue;
      problems_.add(node_,
                    map_.path("trueValues") + ": " + show(word) + " is among falseValues too");
    }
  }

  // How numbers are written; only the defaults are read so far.
  void parse_number_form() {
    parse_default_only("decimalChar", ".");
    parse_default_only("groupChar", "");
    const YamlNode* bare = map_.take("bareNumber");
    if (bare == nullptr) return;
    if (!read_bool(*bare, map_.path("bareNumber"), problems_).value_or(true)) {
      problems_.add(*bare, map_.path("bareNumber") + ": false is not supported yet");
    }
  }

  void parse_default_only(string_view name, string_view standard) {
    const YamlNode* node = map_.take(name);
    if (node == nullptr) return;
    auto text = read_text(*node, map_.path(name), problems_);
    if (text && *text != standard) {
      problems_.add(*node, map_.path(name) + ": " + show(*text) + " is not supported yet");
    }
  }

  void parse_physical() {
    constexpr string_view name = "silver:physical";
    const YamlNode* node = map_.take(name);
    if (node == nullptr) return;
    auto text = read_text(*node, map_.path(name), problems_);
    if (!text) return;
    field_.decimal = parse_decimal(*text);
    if (field_.decimal && field_.decimal->scale > field_.decimal->precision) {
      problems_.add(*node, map_.path(name) + scale_problem(*text, *field_.decimal));
    } else if (!field_.decimal) {
      problems_.wanted(*node, map_.path(name), "decimal(precision,scale) with precision 1 to 38");
    } else if (type_known_ && field_.type != FieldType::number) {
      problems_.add(*node, map_.path(name) + " stands only in a field of type number");
    }
  }

  const YamlNode& node_;
  MapReader map_;
  Problems& problems_;
  Field field_;
  bool type_known_ = true;
};

// The string, or the one-element list that the standard's own profile asks for by mistake.
void parse_fields_match(const YamlNode* node, Contract& contract, Problems& problems) {
  if (node == nullptr) return;
  const YamlNode* word = node;
  if (node->kind == YamlKind::list && node->items.size() == 1) word = &node->items[0];
  auto match = read_enum<FieldsMatch>(word, "schema.fieldsMatch", {matches}, problems);
  contract.fields_match = match.value_or(contract.fields_match);
}

void parse_fields(const YamlNode& node, Contract& contract, Problems& problems) {
  if (node.kind != YamlKind::list || node.items.empty()) {
    problems.wanted(node, "schema.fields", "a list of at least one field");
    return;
  }
  if (node.items.size() > limits::columns_max) {
    problems.add(node, "schema.fields: found " + std::to_string(node.items.size()) +
                           " fields, at most " + std::to_string(limits::columns_max) + " are read");
    return;
  }
  std::unordered_map<std::string, size_t> lines;
  for (size_t i = 0; i < node.items.size(); ++i) {
    std::string where = "schema.fields[" + std::to_string(i) + "]";
    Field field = FieldParser(node.items[i], where, problems).parse();
    auto [before, first] = lines.emplace(field.name, node.items[i].line);
    if (!first && !field.name.empty()) {
      problems.add(node.items[i], where + ": the name " + show(field.name) +
                                      " is taken by the field in line " +
                                      std::to_string(before->second));
    }
    contract.fields.push_back(std::move(field));
  }
}

}  // namespace

void parse_schema(const YamlNode& node, Contract& contract, Problems& problems) {
  if (node.kind == YamlKind::scalar) {
    problems.add(node, "schema: a path or URL is not supported yet, write the schema here");
    return;
  }
  MapReader map(node, "schema", problems);
  map.ignore({"$schema", "name", "title", "description"});
  parse_fields_match(map.take("fieldsMatch"), contract, problems);
  if (const YamlNode* missing = map.take("missingValues")) {
    contract.missing_values = read_missing_values(*missing, "schema.missingValues", problems);
  }
  const YamlNode* fields = map.take("fields");
  if (fields != nullptr) {
    parse_fields(*fields, contract, problems);
  } else if (node.kind == YamlKind::map) {
    problems.add(node, "schema.fields is missing");
  }
  constexpr std::array<string_view, 3> later = {"primaryKey", "uniqueKeys", "foreignKeys"};
  map.not_yet(later);
  map.finish();
}

}  // namespace silversmith::contract
