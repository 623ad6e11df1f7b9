// SPDX-License-Identifier: Apache-2.0
#include "catalog/table.h"

#include <gtest/gtest.h>

#include "contract/parse.h"

namespace silversmith::catalog {
namespace {

contract::Contract contract_of(const std::string& more, const std::string& fields = "{name: a}") {
  return contract::parse_contract(
             "name: Shop-Orders.v2\ntitle: Orders of the shop\nschema: {fieldsMatch: subset, "
             "fields: [" +
                 fields +
                 "]}\n"
                 "'silver:contract': {version: 3, match: 'bronze/orders/**/*.csv{,.gz}'}\n" +
                 more,
             "f")
      .value();
}

Table table(const std::string& more, const std::string& fields = "{name: a}") {
  return table_of(contract_of(more, fields), {"lake", "silver/"}).value();
}

const std::string by_day =
    "'silver:catalog': {table: orders, partitions: "
    "[{name: dt, type: date, range: '2020-01-01,NOW'}]}\n";

// As `aws glue create-table --table-input` takes it.
TEST(Table, is_what_glue_takes) {
  std::string fields =
      "{name: Order_Id, type: integer, title: The order}, {name: price, type: number, "
      "'silver:physical': 'decimal(18,2)'}";
  const std::string wanted = R"json({
  "Name": "orders",
  "Description": "Orders of the shop",
  "TableType": "EXTERNAL_TABLE",
  "PartitionKeys": [
    {
      "Name": "dt",
      "Type": "string"
    }
  ],
  "StorageDescriptor": {
    "Columns": [
      {
        "Name": "order_id",
        "Type": "bigint",
        "Comment": "The order"
      },
      {
        "Name": "price",
        "Type": "decimal(18,2)"
      }
    ],
    "Location": "s3://lake/silver/orders/",
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
      "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
      "Parameters": {
        "serialization.format": "1"
      }
    }
  },
  "Parameters": {
    "classification": "parquet",
    "EXTERNAL": "TRUE",
    "silversmith.contract": "Shop-Orders.v2",
    "silversmith.contract_version": "3",
    "projection.enabled": "true",
    "projection.dt.type": "date",
    "projection.dt.format": "yyyy-MM-dd",
    "projection.dt.range": "2020-01-01,NOW",
    "projection.dt.interval": "1",
    "projection.dt.interval.unit": "DAYS",
    "storage.location.template": "s3://lake/silver/orders/dt=${dt}/"
  }
}
)json";
  EXPECT_EQ(table_input(contract_of(by_day, fields), {"lake", "silver/"}).value().pretty(), wanted);
}

TEST(Table, is_typed_into_athena_as_well) {
  Table made = table(by_day, "{name: id, type: integer, title: \"it's \\\\ one\"}");
  const std::string wanted = R"(CREATE EXTERNAL TABLE IF NOT EXISTS `shop`.`orders` (
  `id` bigint COMMENT 'it\'s \\ one'
)
COMMENT 'Orders of the shop'
PARTITIONED BY (
  `dt` string
)
STORED AS PARQUET
LOCATION 's3://lake/silver/orders/'
TBLPROPERTIES (
  'classification' = 'parquet',
  'silversmith.contract' = 'Shop-Orders.v2',
  'silversmith.contract_version' = '3',
  'projection.enabled' = 'true',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2020-01-01,NOW',
  'projection.dt.interval' = '1',
  'projection.dt.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://lake/silver/orders/dt=${dt}/'
);
)";
  EXPECT_EQ(table_ddl(made, "shop"), wanted);
  EXPECT_TRUE(table_ddl(made, "").starts_with("CREATE EXTERNAL TABLE IF NOT EXISTS `orders` ("));
}

TEST(Table, has_the_types_that_athena_reads_our_parquet_as) {
  Table made = table("",
                     "{name: a}, {name: s, type: string}, {name: i, type: integer}, "
                     "{name: n, type: number}, {name: b, type: boolean}, {name: d, type: date}, "
                     "{name: t, type: time, title: Opening}, {name: dt, type: datetime}, "
                     "{name: m, type: number, 'silver:physical': 'decimal(38,10)'}");
  std::vector<std::string> types;
  for (const Column& column : made.columns) types.push_back(column.type);
  EXPECT_EQ(types, (std::vector<std::string>{"string", "string", "bigint", "double", "boolean",
                                             "date", "bigint", "timestamp", "decimal(38,10)"}));
  EXPECT_EQ(made.columns[6].comment, "Opening (microseconds since midnight)");
}

TEST(Table, follows_from_name_and_glob_where_nothing_is_said) {
  Table made = table("");
  EXPECT_EQ(made.name, "shop_orders_v2");
  EXPECT_EQ(made.location, "s3://lake/silver/orders/");
  Json input = table_input(made);
  EXPECT_EQ(*input.find("PartitionKeys"), Json::array());
  EXPECT_EQ(input.find("Parameters")->find("projection.enabled"), nullptr);
}

TEST(Table, is_below_the_lakes_prefix_and_in_silvers_bucket) {
  Table made = table_of(contract_of(by_day), {"out", "team-a/silver/"}).value();
  EXPECT_EQ(made.location, "s3://out/team-a/silver/orders/");
  EXPECT_EQ(made.parameters.back().second, "s3://out/team-a/silver/orders/dt=${dt}/");
}

TEST(Table, of_all_of_silver_must_be_asked_for) {
  contract::Contract wide = contract_of("");
  wide.match = {"bronze/**"};
  Error error = table_of(wide, {"lake"}).error();
  EXPECT_EQ(error.code, Code::invalid);
  EXPECT_NE(error.hint.find("silver:catalog.location"), std::string::npos);
  wide.match.clear();
  EXPECT_FALSE(table_of(wide, {"lake"}).ok());
  wide.catalog.location = "silver/";
  EXPECT_EQ(table_of(wide, {"lake"}).value().location, "s3://lake/silver/");
}

TEST(Table, refuses_names_that_fold_to_one) {
  Error error = table_of(contract_of("", "{name: Id}, {name: ID}"), {"lake"}).error();
  EXPECT_EQ(error.message,
            "contract Shop-Orders.v2: the fields \"Id\" and \"ID\" are one column: Glue folds the "
            "case of names");
  error = table_of(contract_of(by_day, "{name: DT}"), {"lake"}).error();
  EXPECT_EQ(error.message,
            "contract Shop-Orders.v2: the partition dt and the field \"DT\" are one column");
}

TEST(Table, refuses_names_that_glue_or_athena_does_not_take) {
  EXPECT_NE(why_no_column("a,b"), "");
  EXPECT_NE(why_no_column("a\nb"), "");
  EXPECT_NE(why_no_column(std::string(256, 'x')), "");
  EXPECT_EQ(why_no_column("größe in cm"), "");
  EXPECT_FALSE(table_of(contract_of("", "{name: 'a,b'}"), {"lake"}).ok());
}

TEST(Table, cuts_comments_between_characters) {
  std::string title;
  for (int i = 0; i < 200; ++i) title += "ö";
  Table made = table("", "{name: a, title: \"" + title + "\"}, {name: b, title: \"x\\ny\"}");
  EXPECT_EQ(made.columns[0].comment.size(), 255U);
  EXPECT_TRUE(made.columns[0].comment.ends_with("ö..."));
  EXPECT_EQ(made.columns[1].comment, "x y");
}

TEST(Table, projects_each_type_of_partition) {
  Table made = table(
      "'silver:catalog': {partitions: [{name: m, type: date, format: yyyy-MM, range: "
      "'NOW-3YEARS,NOW'}, {name: h, type: integer, range: '00,23'}, {name: n, type: integer, "
      "range: '0,9'}, {name: c, type: enum, values: [de, fr]}, {name: u, type: injected}]}\n");
  Json input = table_input(made);
  const Json& parameters = *input.find("Parameters");
  EXPECT_EQ(parameters.text_or("projection.m.interval.unit", ""), "MONTHS");
  EXPECT_EQ(parameters.text_or("projection.h.type", ""), "integer");
  EXPECT_EQ(parameters.text_or("projection.h.digits", ""), "2");
  EXPECT_EQ(parameters.text_or("projection.h.range", ""), "00,23");
  EXPECT_EQ(parameters.find("projection.n.digits"), nullptr);
  EXPECT_EQ(parameters.text_or("projection.c.type", ""), "enum");
  EXPECT_EQ(parameters.text_or("projection.c.values", ""), "de,fr");
  EXPECT_EQ(parameters.text_or("projection.u.type", ""), "injected");
  EXPECT_EQ(parameters.text_or("storage.location.template", ""),
            "s3://lake/silver/orders/m=${m}/h=${h}/n=${n}/c=${c}/u=${u}/");
  EXPECT_EQ(input.find("PartitionKeys")->as_array()[1].text_or("Type", ""), "bigint");
  EXPECT_EQ(input.find("PartitionKeys")->as_array()[3].text_or("Type", ""), "string");
}

TEST(Table, finds_the_partition_of_a_key) {
  Table made = table(by_day);
  EXPECT_EQ(partition_of(made, "silver/orders/dt=2026-01-02/x/a.parquet").value(),
            (std::vector<std::string>{"2026-01-02"}));
  for (const char* key : {"silver/orders/a.parquet", "silver/orders/dt=/a.parquet",
                          "silver/orders/day=1/a.parquet", "silver/orders/dt=2026-01-02"}) {
    EXPECT_NE(partition_of(made, key).error().message.find("in no partition"), std::string::npos)
        << key;
  }
  EXPECT_NE(partition_of(made, "silver/other/dt=1/a.parquet").error().message.find("not below"),
            std::string::npos);
  EXPECT_TRUE(partition_of(table(""), "silver/orders/a.parquet").value().empty());
}

TEST(Table, registers_a_partition_where_it_is) {
  Json input = partition_input(table(by_day), {"2026-01-02"});
  EXPECT_EQ(*input.find("Values"), Json(Json::Array{"2026-01-02"}));
  EXPECT_EQ(input.find("StorageDescriptor")->text_or("Location", ""),
            "s3://lake/silver/orders/dt=2026-01-02/");
}

TEST(Table, tells_which_partitions_athena_passes_over) {
  auto why = [](const std::string& partition, const std::string& value) {
    return why_not_projected(
        table("'silver:catalog': {partitions: [{name: p, " + partition + "}]}\n"), {value});
  };
  EXPECT_EQ(why("type: date, range: 'NOW-1YEAR,NOW'", "2026-01-02"), "");
  EXPECT_EQ(why("type: date, range: 'NOW-1YEAR,NOW'", "20260102"),
            "p=20260102 is no date that is written as yyyy-MM-dd");
  for (const char* none : {"2026-13-01", "2026-00-01", "2026-02-29", "2026-04-31", "2026-04-00"}) {
    EXPECT_EQ(why("type: date, range: 'NOW-1YEAR,NOW'", none),
              "p=" + std::string(none) + " is no date that is written as yyyy-MM-dd");
  }
  EXPECT_EQ(why("type: date, range: '2024-02-29,NOW'", "2024-02-29"), "");
  EXPECT_EQ(why("type: date, range: '2024-02-29,NOW'", "2024-02-28"),
            "p=2024-02-28 is not in the range 2024-02-29,NOW");
  EXPECT_EQ(why("type: date, range: '2020-01-01,2024-12-31'", "2025-01-01"),
            "p=2025-01-01 is not in the range 2020-01-01,2024-12-31");
  EXPECT_EQ(why("type: date, format: yyyy-MM-dd-HH, range: 'NOW-1YEAR,NOW'", "2024-01-01-24"),
            "p=2024-01-01-24 is no date that is written as yyyy-MM-dd-HH");
  EXPECT_EQ(why("type: integer, range: '-5,23'", "-5"), "");
  EXPECT_EQ(why("type: integer, range: '0,23'", "24"), "p=24 is not in the range 0,23");
  EXPECT_EQ(why("type: integer, range: '00,23'", "7"), "p=7 is not in the range 00,23");
  EXPECT_EQ(why("type: integer, range: '0,23'", "x"), "p=x is no whole number");
  EXPECT_EQ(why("type: enum, values: [a, b]", "c"), "p=c is none of a, b");
  EXPECT_EQ(why("type: injected", "anything"), "");
}

TEST(Table, folds_the_case_of_any_letter_or_refuses_it) {
  auto fields = [](const std::string& list) {
    return table_of(contract::parse_contract("name: orders\nschema: {fields: [" + list +
                                                 "]}\n'silver:contract': {version: 1, match: "
                                                 "'bronze/orders/**'}\n",
                                             "f")
                        .value(),
                    {"lake", "silver/"});
  };
  EXPECT_EQ(fields("{name: État}")->columns.at(0).name, "état");
  EXPECT_NE(fields("{name: É}, {name: é}").error().message.find("are one column"),
            std::string::npos);
  EXPECT_NE(fields("{name: İl}").error().message.find("is in doubt"), std::string::npos);
}

TEST(Table, knows_the_types_that_receipts_tell) {
  EXPECT_EQ(glue_type_of("int64"), "bigint");
  EXPECT_EQ(glue_type_of("decimal(18,2)"), "decimal(18,2)");
  EXPECT_EQ(glue_type_of("timestamp(utc)"), "timestamp");
  EXPECT_EQ(glue_type_of("text"), "string");
  EXPECT_EQ(glue_type_of("matrix"), std::nullopt);
}

}  // namespace
}  // namespace silversmith::catalog
