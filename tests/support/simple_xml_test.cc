// SPDX-License-Identifier: Apache-2.0
#include "support/simple_xml.h"

#include <gtest/gtest.h>

namespace silversmith::test {
namespace {

TEST(SimpleXml, reads_what_clients_send) {
  auto root = parse_xml(
      "<?xml version=\"1.0\"?>\n<!-- x --><s:Complete xmlns:s=\"urn:x\">\n "
      "<Part><ETag>&quot;a&quot;"
      "</ETag><PartNumber>1</PartNumber></Part><Part><ETag>&#34;b&#x20ac;</ETag></Part><Empty/>"
      "</s:Complete>\n");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->name, "Complete");
  ASSERT_EQ(root->children.size(), 3u);
  EXPECT_EQ(root->children[0].text_of("ETag"), "\"a\"");
  EXPECT_EQ(root->children[0].text_of("PartNumber"), "1");
  EXPECT_EQ(root->children[1].text_of("ETag"), "\"b\xe2\x82\xac");
  EXPECT_NE(root->find("Empty"), nullptr);
  EXPECT_EQ(root->text_of("None"), "");
}

TEST(SimpleXml, refuses_every_document_that_is_cut) {
  std::string whole = "<a><b>x&amp;y</b><c/></a>";
  ASSERT_TRUE(parse_xml(whole));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_xml(whole.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_xml("<a></b>"));
  EXPECT_FALSE(parse_xml("<a>&nbsp;</a>"));
  EXPECT_FALSE(parse_xml("<a/><b/>"));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  EXPECT_FALSE(parse_xml(deep));
}

}  // namespace
}  // namespace silversmith::test
