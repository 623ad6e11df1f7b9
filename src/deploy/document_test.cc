// SPDX-License-Identifier: Apache-2.0
#include "deploy/document.h"

#include <gtest/gtest.h>

namespace silversmith::deploy {
namespace {

std::string error_of(std::string_view text) {
  auto document = read_document(text, "f");
  return document ? "no error" : document.error().message;
}

TEST(Document, makes_the_long_form_of_short_functions) {
  Document document = *read_document(
      "A: !Ref X\nB: !Sub 'a-${X}'\nC: !GetAtt Q.Arn\nD: !If [c, !Ref Y, no]\nE: !Condition z\n",
      "f");
  EXPECT_EQ(json_of(document.root).dump(),
            R"({"A":{"Ref":"X"},"B":{"Fn::Sub":"a-${X}"},"C":{"Fn::GetAtt":"Q.Arn"},)"
            R"("D":{"Fn::If":["c",{"Ref":"Y"},"no"]},"E":{"Condition":"z"}})");
  EXPECT_EQ(find(document.root, {"B", "Fn::Sub"})->line, 2U);
}

TEST(Document, reads_block_texts_behind_the_tag_of_an_item) {
  Document document =
      *read_document("A:\n- !Sub >-\n  { x; }\n  | y\n- - !Sub |\n    z\n- w\n", "f");
  EXPECT_EQ(json_of(document.root).dump(),
            R"({"A":[{"Fn::Sub":"{ x; } | y"},[{"Fn::Sub":"z\n"}],"w"]})");
}

TEST(Document, refuses_tags_that_are_no_functions) {
  EXPECT_NE(error_of("A: !Reff X\n").find("f:1:"), std::string::npos);
  EXPECT_NE(error_of("A: !!binary aGk=\n").find("not supported"), std::string::npos);
}

TEST(Document, types_scalars_as_yaml_does) {
  Document document = *read_document("[1, '1', 1.5, true, yes, null, 012, -3, inf]", "f");
  EXPECT_EQ(json_of(document.root).dump(), R"([1,"1",1.5,true,"yes",null,"012",-3,"inf"])");
}

TEST(Document, keeps_repeated_members_and_finds_the_last) {
  Document document = *read_document("{\"a\": 1,\n \"a\": 2}", "f");
  EXPECT_EQ(find(document.root, "a")->text, "2");
  ASSERT_EQ(document.repeats.size(), 1U);
  EXPECT_EQ(place_of(document.repeats[0]), "2:2");
  EXPECT_EQ(json_of(document.root).dump(), R"({"a":2})");
}

TEST(Document, takes_json_strictly) {
  EXPECT_EQ(error_of("{\"a\": 1,}").find("f: not JSON: line 1, column 9"), 0U)
      << error_of("{\"a\": 1,}");
  EXPECT_NE(error_of("{a: 1}"), "no error");
  EXPECT_EQ(error_of("a: 1\n"), "no error");
  EXPECT_NE(error_of(""), "no error");
}

TEST(Document, finds_nothing_in_what_is_no_mapping) {
  Document document = *read_document("a: [x]\n", "f");
  EXPECT_EQ(find(document.root, {"a", "b"}), nullptr);
  EXPECT_EQ(find(document.root, "b"), nullptr);
}

}  // namespace
}  // namespace silversmith::deploy
