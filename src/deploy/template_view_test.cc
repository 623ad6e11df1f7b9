// SPDX-License-Identifier: Apache-2.0
#include "deploy/template_view.h"

#include <gtest/gtest.h>

namespace silversmith::deploy {
namespace {

constexpr std::string_view text =
    "Parameters: {Time: {Type: Number, Default: 60}, Name: {Type: String}}\n"
    "Mappings: {M: {'60': {Six: 360}}}\n"
    "Resources:\n"
    "  A:\n"
    "    Type: T\n"
    "    Properties:\n"
    "      Plain: x\n"
    "      Sub: !Sub ['a/${B}/${Name}', {B: !Ref Z}]\n"
    "      Attribute: !GetAtt [Q, Arn]\n"
    "      Join: !Join [':', [arn, !Ref Name, z]]\n"
    "      Either: !If [c, !Ref P, !If [d, !GetAtt Q.Arn, !Ref AWS::NoValue]]\n"
    "      List: [x, !If [c, y, !Ref AWS::NoValue]]\n"
    "      None: !Ref AWS::NoValue\n"
    "      Number: !Ref Time\n"
    "      Mapped: !FindInMap [M, !Ref Time, Six]\n"
    "      Unknown: !Ref Name\n"
    "      Deep: [{In: 1}, {In: 2}]\n";

class TemplateViewTest : public testing::Test {
 protected:
  const Node& value(std::string_view name) { return *view_.values(a_, {name}).front(); }

  Document document_ = *read_document(text, "f");
  TemplateView view_{document_.root};
  const Resource& a_ = *view_.resource("A");
};

TEST_F(TemplateViewTest, says_values_as_symbols) {
  EXPECT_EQ(view_.text(value("Plain")), "x");
  EXPECT_EQ(view_.text(value("Sub")), "a/${B}/${Name}");
  EXPECT_EQ(view_.text(value("Attribute")), "${Q.Arn}");
  EXPECT_EQ(view_.text(value("Join")), "arn:${Name}:z");
}

TEST_F(TemplateViewTest, follows_every_way_of_a_condition) {
  EXPECT_EQ(view_.values(a_, {"Either"}).size(), 2U);
  EXPECT_EQ(view_.targets(find(*a_.node, {"Properties", "Either"})),
            (std::vector<std::string>{"P", "Q"}));
  EXPECT_EQ(view_.items(find(*a_.node, {"Properties", "List"})).size(), 2U);
  EXPECT_FALSE(view_.has(a_, {"None"}));
  EXPECT_FALSE(view_.has(a_, {"Absent", "Below"}));
  EXPECT_EQ(view_.values(a_, {"Deep", "In"}).size(), 2U);
}

TEST_F(TemplateViewTest, knows_numbers_by_default_and_mapping) {
  EXPECT_EQ(view_.number(value("Number")), 60);
  EXPECT_EQ(view_.number(value("Mapped")), 360);
  EXPECT_EQ(view_.number(value("Unknown")), std::nullopt);
  EXPECT_EQ(view_.number(value("Plain")), std::nullopt);
}

TEST_F(TemplateViewTest, puts_texts_in_place_of_functions) {
  Node resolved = view_.resolved(*find(*a_.node, "Properties"));
  EXPECT_EQ(find(resolved, "Sub")->text, "a/${B}/${Name}");
  EXPECT_EQ(find(resolved, "Either")->text, "${P}");
  EXPECT_EQ(json_of(*find(resolved, "List")).dump(), R"(["x","y"])");
  EXPECT_EQ(json_of(*find(resolved, "Number")).dump(), "60");
}

TEST_F(TemplateViewTest, lists_resources_by_type) {
  EXPECT_EQ(view_.of_type("T").size(), 1U);
  EXPECT_TRUE(view_.of_type("U").empty());
  EXPECT_EQ(view_.resource("B"), nullptr);
}

}  // namespace
}  // namespace silversmith::deploy
