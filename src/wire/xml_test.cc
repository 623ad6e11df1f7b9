// SPDX-License-Identifier: Apache-2.0
#include "wire/xml.h"

#include <gtest/gtest.h>

namespace silversmith::wire {
namespace {

TEST(Xml, reads_records_below_a_root) {
  Result<XmlElement> root = parse_xml(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<List xmlns=\"urn:x\"><Name>b</Name>"
      "<Contents><Key>a&amp;b</Key><Size>7</Size></Contents><Contents><Key> "
      "</Key></Contents></List>");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->name, "List");
  EXPECT_EQ(root->text_of("Name"), "b");
  EXPECT_EQ(root->text_of("Absent"), "");
  ASSERT_EQ(root->children.size(), 3U);
  EXPECT_EQ(root->children[1].text_of("Key"), "a&b");
  EXPECT_EQ(root->children[1].text_of("Size"), "7");
  EXPECT_EQ(root->children[2].text_of("Key"), " ");
}

TEST(Xml, skips_blanks_sent_to_keep_a_connection_alive) {
  Result<XmlElement> root = parse_xml("   \n <Error><Code>InternalError</Code></Error>");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->text_of("Code"), "InternalError");
}

TEST(Xml, refuses_what_is_no_document) {
  for (std::string_view text : {"", "   ", "ok", "<a><b></a>", "<a"}) {
    Result<XmlElement> root = parse_xml(text);
    ASSERT_FALSE(root.ok()) << text;
    EXPECT_EQ(root.error().code, Code::corrupt);
  }
}

TEST(Xml, escapes_what_it_reads_back) {
  std::string text = "a<b>&\"c\"";
  Result<XmlElement> root = parse_xml("<r><t>" + xml_escaped(text) + "</t></r>");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->text_of("t"), text);
}

}  // namespace
}  // namespace silversmith::wire
