// SPDX-License-Identifier: Apache-2.0
#include "deploy/template.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "deploy/event_pattern.h"
#include "deploy/template_view.h"

namespace silversmith::deploy {
namespace {

constexpr std::string_view small =
    "Resources:\n  A:\n    Type: T\n\n  # A comment.\n  B:\n    Type: T\n\nOutputs:\n  X: {Value: "
    "1}\n";

TableResource table(std::string name) {
  std::string place = "s3://" + std::string(template_silver_bucket) + "/" +
                      std::string(template_silver_prefix) + "orders/";
  Json input = Json::object();
  input.set("Name", name).set("StorageDescriptor", Json::object().set("Location", place));
  input.set("Parameters", Json::object().set("storage.location.template", place + "dt=${dt}/"));
  return {std::move(name), std::move(input)};
}

TEST(Template, is_the_file) {
  EXPECT_TRUE(template_text().starts_with("# SPDX-License-Identifier: Apache-2.0\n"));
  EXPECT_TRUE(template_text().ends_with("\n"));
  EXPECT_TRUE(read_document(template_text(), "t").ok());
}

TEST(Template, has_a_table_for_each_contract) {
  std::string text = *add_tables(small, {table("orders"), table("order_lines")});
  Document document = *read_document(text, "t");
  TemplateView view(document.root);
  ASSERT_EQ(view.of_type("AWS::Glue::Table").size(), 2U);
  const Resource* orders = view.resource("OrdersTable");
  ASSERT_NE(orders, nullptr);
  ASSERT_NE(view.resource("OrderLinesTable"), nullptr);
  const Node* input = find(*orders->node, {"Properties", "TableInput"});
  EXPECT_EQ(view.text(*find(*input, {"StorageDescriptor", "Location"})),
            "s3://${TableBucket}/${LakePrefix}silver/orders/");
  EXPECT_EQ(view.text(*find(*input, {"Parameters", "storage.location.template"})),
            "s3://${TableBucket}/${LakePrefix}silver/orders/dt=${!dt}/");
  EXPECT_NE(find(document.root, {"Outputs", "X"}), nullptr);
  EXPECT_EQ(view.resources().size(), 4U);
}

TEST(Template, keeps_tables_when_the_stack_goes) {
  Document document = *read_document(*add_tables(small, {table("orders")}), "t");
  for (std::string_view policy : {"DeletionPolicy", "UpdateReplacePolicy"}) {
    const Node* node = find(document.root, {"Resources", "OrdersTable", policy});
    ASSERT_NE(node, nullptr);
    EXPECT_EQ(node->text, "Retain");
  }
}

TEST(Template, resolves_nothing_in_a_contracts_texts) {
  TableResource orders = table("orders");
  orders.input.set("Description", "{{resolve:ssm:x}} {{RESOLVE:ssm:x}} {a} ${dt}");
  orders.input.set("Place", "s3://${TableBucket}/{${LakePrefix}{resolve:ssm:x}}");
  std::string text = *add_tables(small, {orders});
  EXPECT_EQ(text.find("{resolve:"), std::string::npos);
  Document document = *read_document(text, "t");
  const Node* input = find(document.root, {"Resources", "OrdersTable", "Properties", "TableInput"});
  ASSERT_NE(input, nullptr);
  EXPECT_EQ(find(*input, "Description")->text, "{{ resolve:ssm:x}} {{ RESOLVE:ssm:x}} {a} ${dt}");
}

TEST(Template, makes_tables_after_their_database) {
  Document document = *read_document(*add_tables(template_text(), {table("orders")}), "t");
  const Node* name =
      find(document.root, {"Resources", "OrdersTable", "Properties", "DatabaseName", "Fn::If"});
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(find(name->items.at(1), {"Ref"})->text, "GlueDatabaseResource");
  EXPECT_NE(find(document.root, {"Resources", "GlueDatabaseResource"}), nullptr);
  EXPECT_NE(find(document.root, {"Conditions", "HasCatalog"}), nullptr);
  EXPECT_NE(find(document.root, {"Conditions", "HasSilverBucket"}), nullptr);
  Document plain = *read_document(*add_tables(small, {table("orders")}), "t");
  EXPECT_EQ(
      find(plain.root, {"Resources", "OrdersTable", "Properties", "DatabaseName", "Ref"})->text,
      "GlueDatabase");
}

TEST(Template, stays_as_it_is_without_contracts) { EXPECT_EQ(*add_tables(small, {}), small); }

TEST(Template, takes_tables_where_resources_end_the_text) {
  std::string text = *add_tables("Resources:\n  A:\n    Type: T\n", {table("x")});
  Document document = *read_document(text, "t");
  EXPECT_NE(find(document.root, {"Resources", "XTable", "Properties"}), nullptr);
}

TEST(Template, refuses_two_tables_of_one_resource) {
  auto text = add_tables(small, {table("a_b"), table("aB")});
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().message, "two tables would be the resource ABTable");
  EXPECT_FALSE(add_tables("Outputs: {}\n", {table("a")}).ok());
}

TEST(Template, has_patterns_for_a_lake) {
  std::vector<EventPattern> patterns;
  std::vector<Json> texts = *bronze_patterns("data-lake", "team-a/");
  for (const Json& json : texts) {
    patterns.push_back(*EventPattern::parse(json.dump(), "p"));
  }
  auto matches = [&](std::string_view bucket, std::string_view key) {
    Json detail = Json::object();
    detail.set("bucket", Json::object().set("name", bucket))
        .set("object", Json::object().set("key", key));
    Json event = Json::object();
    event.set("source", "aws.s3").set("detail-type", "Object Created");
    event.set("detail", std::move(detail));
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const EventPattern& one) { return one.matches(event); });
  };
  EXPECT_TRUE(matches("data-lake", "team-a/bronze/a.csv"));
  EXPECT_TRUE(matches("data-lake", "team-a/bronze/x/y.TSV.GZ"));
  EXPECT_FALSE(matches("data-lake", "bronze/a.csv"));
  EXPECT_FALSE(matches("data-lake", "team-a/silver/a.csv"));
  EXPECT_FALSE(matches("other", "team-a/bronze/a.csv"));
}

}  // namespace
}  // namespace silversmith::deploy
