// SPDX-License-Identifier: Apache-2.0
// The small XML documents that S3 answers with: flat records below a root. Elements are found by
// name, texts come unescaped.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace silversmith::wire {

struct XmlElement {
  std::string name;
  std::string text;                  // when it holds text
  std::vector<XmlElement> children;  // when it holds elements

  // The text of the first child of that name; "" when there is none.
  std::string_view text_of(std::string_view child) const;
};

// The root. Fails with corrupt when `text` is no such document.
Result<XmlElement> parse_xml(std::string_view text);
// `text` for use between tags.
std::string xml_escaped(std::string_view text);

}  // namespace silversmith::wire
