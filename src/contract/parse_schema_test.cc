// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/parse_parts.h"

namespace silversmith::contract {
namespace {

struct Parsed {
  Contract contract;
  std::string error;
};

Parsed parse(std::string_view text) {
  YamlNode node = *parse_yaml(text, "f");
  Problems problems("f");
  Parsed parsed;
  parse_schema(node, parsed.contract, problems);
  if (!problems.empty()) parsed.error = problems.error().message;
  return parsed;
}

Parsed parse_field(std::string_view field) {
  return parse("{fields: [{name: a, " + std::string(field) + "}]}");
}

TEST(ParseSchema, reads_fields_with_their_defaults) {
  Parsed parsed = parse("{fields: [{name: a}, {name: NO, type: time}]}");
  ASSERT_EQ(parsed.error, "");
  const Field& field = parsed.contract.fields[0];
  EXPECT_EQ(field.type, FieldType::any);
  EXPECT_FALSE(field.required || field.pattern || field.missing_values || field.decimal ||
               field.on_type_error);
  EXPECT_EQ(parsed.contract.fields[1].name, "NO");
  EXPECT_TRUE(parsed.contract.fields[1].pattern->iso);
}

TEST(ParseSchema, reads_fields_match_as_a_word_or_a_list_of_one) {
  EXPECT_EQ(parse("{fieldsMatch: subset, fields: [{name: a}]}").contract.fields_match,
            FieldsMatch::subset);
  EXPECT_EQ(parse("{fieldsMatch: [partial], fields: [{name: a}]}").contract.fields_match,
            FieldsMatch::partial);
  EXPECT_NE(parse("{fieldsMatch: [equal, exact], fields: [{name: a}]}").error, "");
}

TEST(ParseSchema, reads_missing_values_as_texts_and_pairs) {
  Parsed parsed =
      parse("{missingValues: [NULL, 007, {value: '-', label: x}], fields: [{name: a}]}");
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.contract.missing_values, (std::vector<std::string>{"NULL", "007", "-"}));
}

TEST(ParseSchema, reads_decimals_up_to_38_digits) {
  EXPECT_EQ(
      parse_field("type: number, 'silver:physical': 'decimal(38,0)'").contract.fields[0].decimal,
      (Decimal{38, 0}));
  for (const char* text : {"decimal(39,0)", "decimal(0,0)", "decimal(5)", "decimal(", "decimal(,)",
                           "decimal(300,2)", "int32", "decimal(5,2) "}) {
    std::string field = "type: number, 'silver:physical': '" + std::string(text) + "'";
    EXPECT_NE(parse_field(field).error.find("wanted decimal("), std::string::npos) << text;
  }
}

TEST(ParseSchema, says_that_a_scale_is_greater_than_its_precision_and_what_to_write) {
  std::string error = parse_field("type: number, 'silver:physical': 'decimal(3,4)'").error;
  for (const char* words : {"found \"decimal(3,4)\"", "a scale greater than the precision",
                            "a scale of 0 to 3", "decimal(7,4) for 3 digits before the point"}) {
    EXPECT_NE(error.find(words), std::string::npos) << error;
  }
  error = parse_field("type: number, 'silver:physical': 'decimal(20,21)'").error;
  EXPECT_NE(error.find("a scale of 0 to 20"), std::string::npos) << error;
  EXPECT_EQ(error.find("before the point"), std::string::npos)
      << "41 digits are too many: " << error;
}

TEST(ParseSchema, accepts_what_only_people_read) {
  EXPECT_EQ(parse_field("title: t, description: d, example: 3, rdfType: r, 'x:y': z, "
                        "decimalChar: '.', groupChar: '', bareNumber: true")
                .error,
            "");
}

TEST(ParseSchema, refuses_what_is_not_read) {
  const std::pair<const char*, const char*> fields[] = {
      {"type: geojson", "\"geojson\" is not supported yet"},
      {"type: int", "wanted any, string"},
      {"type: string, format: email", "\"email\" is not supported yet"},
      {"type: integer, format: x", "has only the format default"},
      {"type: date, format: '%Y'", "no month and day"},
      {"constraints: {minimum: 1}", "schema.fields[0].constraints.minimum is not supported yet"},
      {"constraints: {requird: true}", "did you mean required?"},
      {"constraints: {required: yes}", "true or false"},
      {"trueValues: [x]", "stands only in a field of type boolean"},
      {"type: boolean, trueValues: []", "at least one text"},
      {"type: boolean, trueValues: ['0']", "\"0\" is among falseValues too"},
      {"type: number, decimalChar: ','", "\",\" is not supported yet"},
      {"type: number, groupChar: ','", "\",\" is not supported yet"},
      {"type: number, bareNumber: false", "false is not supported yet"},
      {"type: string, 'silver:physical': 'decimal(3,1)'", "only in a field of type number"},
      {"'silver:onTypeError': warn", "wanted quarantine, nullify or fail"},
      {"categories: [x]", "categories is not supported yet"},
      {"missingValues: x", "wanted a list of texts"},
      {"missingValues: [[x]]", "wanted a mapping"},
      {"missingValues: [{label: x}]", "a text or {value, label}"},
  };
  for (const auto& [text, wanted] : fields) {
    std::string error = parse_field(text).error;
    EXPECT_NE(error.find(wanted), std::string::npos) << text << ": " << error;
  }
  const std::pair<const char*, const char*> schemas[] = {
      {"{}", "schema.fields is missing"},
      {"{fields: []}", "at least one field"},
      {"{fields: [{type: string}]}", "schema.fields[0].name is missing"},
      {"{fields: [{name: ' '}]}", "not blank"},
      {"{fields: [{name: a}, {name: a}]}", "taken by the field in line 1"},
      {"{fields: [{name: a}], primaryKey: a}", "schema.primaryKey is not supported yet"},
      {"schema.json", "a path or URL is not supported yet"},
  };
  for (const auto& [text, wanted] : schemas) {
    std::string error = parse(text).error;
    EXPECT_NE(error.find(wanted), std::string::npos) << text << ": " << error;
  }
}

}  // namespace
}  // namespace silversmith::contract
