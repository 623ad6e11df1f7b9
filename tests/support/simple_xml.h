// SPDX-License-Identifier: Apache-2.0
// Reads the small XML documents that clients send to S3: elements, text, the five entities and
// character references. Attributes, comments and the declaration are skipped; no DTDs, no CDATA.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace silversmith::test {

struct XmlElement {
  std::string name;  // without its prefix
  std::string text;  // of this element alone
  std::vector<XmlElement> children;

  const XmlElement* find(std::string_view child) const;  // the first, or nullptr
  std::string text_of(std::string_view child) const;     // "" when absent
};

// The root; nothing where the text is not well-formed as far as this reads it.
std::optional<XmlElement> parse_xml(std::string_view text);

}  // namespace silversmith::test
