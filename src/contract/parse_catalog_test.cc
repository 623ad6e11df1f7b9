// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/parse.h"

namespace silversmith::contract {
namespace {

std::string descriptor(const std::string& catalog) {
  return "name: n\nschema: {fields: [{name: a}]}\n" +
         (catalog.empty() ? catalog : "'silver:catalog': " + catalog + "\n");
}

CatalogSettings parsed(const std::string& catalog) {
  return parse_contract(descriptor(catalog), "f").value().catalog;
}

std::string problem(const std::string& catalog) {
  auto contract = parse_contract(descriptor(catalog), "f");
  return contract.ok() ? "(none)" : contract.error().message;
}

TEST(ParseCatalog, reads_table_location_and_partitions) {
  CatalogSettings catalog = parsed(
      "{table: shop_orders, location: silver/shop/orders/, partitions: [\n"
      "  {name: dt, type: date, range: '2020-01-01,NOW'},\n"
      "  {name: hour, type: integer, range: '00,23'},\n"
      "  {name: country, type: enum, values: [de, NO]},\n"
      "  {name: customer, type: injected}]}");
  EXPECT_EQ(catalog.table, "shop_orders");
  EXPECT_EQ(catalog.location, "silver/shop/orders/");
  ASSERT_EQ(catalog.partitions.size(), 4U);
  EXPECT_EQ(catalog.partitions[0].type, PartitionType::date);
  EXPECT_EQ(catalog.partitions[0].format, "yyyy-MM-dd");
  EXPECT_EQ(catalog.partitions[0].range, "2020-01-01,NOW");
  EXPECT_EQ(catalog.partitions[1].type, PartitionType::integer);
  EXPECT_EQ(catalog.partitions[1].range, "00,23");
  EXPECT_EQ(catalog.partitions[2].values, (std::vector<std::string>{"de", "NO"}));
  EXPECT_EQ(catalog.partitions[3].type, PartitionType::injected);
}

TEST(ParseCatalog, everything_may_be_left_out) {
  CatalogSettings catalog = parsed("{}");
  EXPECT_EQ(catalog.table + catalog.location, "");
  EXPECT_TRUE(catalog.partitions.empty());
}

// Silver that was made before a contract had a catalog stays what it is.
TEST(ParseCatalog, is_not_in_the_hash) {
  auto hash = [](const std::string& text) { return parse_contract(text, "f").value().hash; };
  std::string without = hash(descriptor(""));
  EXPECT_EQ(without, "8f4b6ab10c65616553f3f58eebf7c80665ff807b50995332c07749d986031a73");
  EXPECT_EQ(hash(descriptor("{table: x, location: silver/x/, partitions: "
                            "[{name: dt, type: date, range: 'NOW-3YEARS,NOW'}]}")),
            without);
  EXPECT_EQ(hash("name: n\nschema: {fields: [{name: a, title: A, description: d}]}\n"), without);
}

TEST(ParseCatalog, is_shown_as_a_contract_that_says_the_same) {
  auto contract = parse_contract(
      "name: n\nschema: {fields: [{name: a, title: A, description: the first}]}\n"
      "'silver:catalog': {table: t, location: silver/t/, partitions: [\n"
      "  {name: m, type: date, format: yyyy-MM, range: '2020-01,NOW+1MONTH'},\n"
      "  {name: c, type: enum, values: ['1', x]}]}\n",
      "f");
  ASSERT_TRUE(contract) << contract.error().message;
  std::string shown = effective_json(*contract).pretty();
  auto again = parse_contract(shown, "shown");
  ASSERT_TRUE(again) << again.error().message << shown;
  EXPECT_EQ(effective_json(*again), effective_json(*contract));
  EXPECT_EQ(again->catalog.partitions[0].format, "yyyy-MM");
  EXPECT_EQ(again->catalog.partitions[1].values, (std::vector<std::string>{"1", "x"}));
  EXPECT_EQ(again->fields[0].title, "A");
  EXPECT_EQ(again->fields[0].description, "the first");
}

TEST(ParseCatalog, refuses_names_that_glue_would_change) {
  for (const char* table : {"Orders", "or-ders", "''", "a.b", "a b"}) {
    EXPECT_NE(problem("{table: " + std::string(table) + "}").find("small letters"),
              std::string::npos)
        << table;
  }
  EXPECT_NE(problem("{partitions: [{name: Dt, type: injected}]}").find("small letters"),
            std::string::npos);
  EXPECT_NE(problem("{partitions: [{name: d, type: injected}, {name: d, type: injected}]}")
                .find("is taken"),
            std::string::npos);
}

TEST(ParseCatalog, refuses_locations_outside_of_silver_and_patterns) {
  for (const char* location : {"bronze/a/", "silver/a", "silver/*/", "/silver/a/", "silver//",
                               "silver/a/../b/", "s3://b/silver/a/", "silver/${x}/"}) {
    EXPECT_NE(problem("{location: '" + std::string(location) + "'}").find("a folder of silver"),
              std::string::npos)
        << location;
  }
}

TEST(ParseCatalog, refuses_ranges_that_find_nothing) {
  for (const char* partition :
       {"type: date", "type: date, range: '2020-01-01'", "type: date, range: '2020,NOW'",
        "type: date, range: 'NOW-3LIGHTYEARS,NOW'", "type: date, range: 'NOW,NOW,NOW'",
        "type: date, format: yyyy-MM, range: '2020-01-01,NOW'", "type: integer",
        "type: integer, range: '9,1'", "type: integer, range: 'a,b'",
        "type: integer, range: '1,2x'"}) {
    std::string said = problem("{partitions: [{name: p, " + std::string(partition) + "}]}");
    EXPECT_NE(said.find("wanted FIRST,LAST"), std::string::npos) << partition << ": " << said;
  }
}

TEST(ParseCatalog, refuses_date_formats_that_keys_or_engines_would_not_follow) {
  for (const char* format : {"yyyy/MM/dd", "dd-MM-yyyy", "yy-MM-dd", "yyyy-M-d", "-", "YYYY-MM"}) {
    std::string said = problem("{partitions: [{name: p, type: date, format: '" +
                               std::string(format) + "', range: 'NOW-1YEAR,NOW'}]}");
    EXPECT_NE(said.find("in this order"), std::string::npos) << format << ": " << said;
  }
  EXPECT_EQ(problem("{partitions: [{name: p, type: date, format: yyyyMMdd_HH, "
                    "range: '20200101_00,NOW'}]}"),
            "(none)");
}

TEST(ParseCatalog, refuses_keys_of_another_type_of_partition) {
  auto only = [](const std::string& partition) {
    return problem("{partitions: [{name: p, " + partition + "}]}").find("stands only in") !=
           std::string::npos;
  };
  EXPECT_TRUE(only("type: injected, range: '1,2'"));
  EXPECT_TRUE(only("type: injected, values: [a]"));
  EXPECT_TRUE(only("type: enum, values: [a], format: yyyy"));
  EXPECT_TRUE(only("type: integer, range: '1,2', format: yyyy"));
}

TEST(ParseCatalog, refuses_enums_that_cannot_be_told_apart_in_one_text) {
  for (const char* values : {"[]", "['a,b']", "['']", "[a/b]"}) {
    EXPECT_NE(problem("{partitions: [{name: p, type: enum, values: " + std::string(values) + "}]}")
                  .find("at least one text"),
              std::string::npos)
        << values;
  }
  EXPECT_NE(problem("{partitions: [{name: p, type: enum}]}").find("values is missing"),
            std::string::npos);
}

TEST(ParseCatalog, names_unknown_keys_and_words) {
  EXPECT_NE(problem("{tabel: t}").find("did you mean table"), std::string::npos);
  EXPECT_NE(problem("{partitions: [{name: p, type: day}]}").find("type"), std::string::npos);
  EXPECT_NE(problem("{partitions: [{type: injected}]}").find("name is missing"), std::string::npos);
  EXPECT_NE(problem("{partitions: [{name: p}]}").find("type is missing"), std::string::npos);
}

}  // namespace
}  // namespace silversmith::contract
