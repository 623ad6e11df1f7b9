// SPDX-License-Identifier: Apache-2.0
#include "wire/xml.h"

#include <pugixml.hpp>

#include "base/text.h"

namespace silversmith::wire {

namespace {

// Listings are three levels deep; a document that is deeper is none of ours.
constexpr int depth_max = 8;

XmlElement element_of(const pugi::xml_node& node, int depth) {
  XmlElement element{node.name(), node.text().get(), {}};
  if (depth == depth_max) return element;
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_element) {
      element.children.push_back(element_of(child, depth + 1));
    }
  }
  return element;
}

}  // namespace

std::string_view XmlElement::text_of(std::string_view child) const {
  for (const XmlElement& element : children) {
    if (element.name == child) return element.text;
  }
  return {};
}

Result<XmlElement> parse_xml(std::string_view text) {
  pugi::xml_document document;
  // A text of blanks alone is a text: a key may be one.
  unsigned options = pugi::parse_default | pugi::parse_ws_pcdata_single;
  pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size(), options);
  pugi::xml_node root = document.document_element();
  if (parsed && !root.empty()) return element_of(root, 0);
  return Error{Code::corrupt, "no XML document: " + show(text), "", ""};
}

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

}  // namespace silversmith::wire
