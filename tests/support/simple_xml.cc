// SPDX-License-Identifier: Apache-2.0
#include "support/simple_xml.h"

#include <algorithm>
#include <charconv>

namespace silversmith::test {

namespace {

constexpr size_t depth_max = 16;

void append_utf8(std::string& out, uint32_t point) {
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xc0 | point >> 6));
    out.push_back(static_cast<char>(0x80 | (point & 63)));
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | point >> 12));
    out.push_back(static_cast<char>(0x80 | (point >> 6 & 63)));
    out.push_back(static_cast<char>(0x80 | (point & 63)));
  } else {
    out.push_back(static_cast<char>(0xf0 | point >> 18));
    out.push_back(static_cast<char>(0x80 | (point >> 12 & 63)));
    out.push_back(static_cast<char>(0x80 | (point >> 6 & 63)));
    out.push_back(static_cast<char>(0x80 | (point & 63)));
  }
}

bool append_entity(std::string& out, std::string_view name) {
  if (name.starts_with("#")) {
    int base = name.starts_with("#x") ? 16 : 10;
    name.remove_prefix(base == 16 ? 2 : 1);
    uint32_t point = 0;
    auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), point, base);
    if (error != std::errc() || end != name.data() + name.size() || point > 0x10ffff) return false;
    append_utf8(out, point);
    return true;
  }
  if (name == "amp") return out.push_back('&'), true;
  if (name == "lt") return out.push_back('<'), true;
  if (name == "gt") return out.push_back('>'), true;
  if (name == "quot") return out.push_back('"'), true;
  if (name == "apos") return out.push_back('\''), true;
  return false;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<XmlElement> document() {
    if (!skip_between()) return std::nullopt;
    XmlElement root;
    if (!element(root, 0) || !skip_between() || !rest_.empty()) return std::nullopt;
    return root;
  }

 private:
  // Blanks, comments and declarations.
  bool skip_between() {
    while (true) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
      std::string_view end = rest_.starts_with("<?")     ? "?>"
                             : rest_.starts_with("<!--") ? "-->"
                                                         : "";
      if (end.empty()) return true;
      size_t at = rest_.find(end);
      if (at == std::string_view::npos) return false;
      rest_.remove_prefix(at + end.size());
    }
  }

  bool element(XmlElement& into, size_t depth) {
    if (depth > depth_max || !rest_.starts_with("<")) return false;
    size_t end = rest_.find('>');
    if (end == std::string_view::npos) return false;
    std::string_view tag = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    bool empty = tag.ends_with("/");
    if (empty) tag.remove_suffix(1);
    std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n"));
    if (name.empty() || name.front() == '/' || name.front() == '!') return false;
    into.name = name.substr(name.find(':') + 1);
    return empty || content(into, name, depth);
  }

  bool content(XmlElement& into, std::string_view name, size_t depth) {
    while (!rest_.empty()) {
      if (rest_.starts_with("</")) {
        size_t end = rest_.find('>');
        if (end == std::string_view::npos || rest_.substr(2, end - 2) != name) return false;
        rest_.remove_prefix(end + 1);
        return true;
      }
      if (rest_.starts_with("<!--")) {
        if (!skip_between()) return false;
      } else if (rest_.starts_with("<")) {
        if (!element(into.children.emplace_back(), depth + 1)) return false;
      } else if (!text(into.text)) {
        return false;
      }
    }
    return false;
  }

  bool text(std::string& into) {
    size_t end = std::min(rest_.find_first_of("<&"), rest_.size());
    into += rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (!rest_.starts_with("&")) return true;
    size_t semicolon = rest_.find(';');
    if (semicolon == std::string_view::npos) return false;
    std::string_view name = rest_.substr(1, semicolon - 1);
    rest_.remove_prefix(semicolon + 1);
    return append_entity(into, name);
  }

  std::string_view rest_;
};

}  // namespace

const XmlElement* XmlElement::find(std::string_view child) const {
  for (const XmlElement& one : children) {
    if (one.name == child) return &one;
  }
  return nullptr;
}

std::string XmlElement::text_of(std::string_view child) const {
  const XmlElement* found = find(child);
  return found == nullptr ? std::string() : found->text;
}

std::optional<XmlElement> parse_xml(std::string_view text) { return Reader(text).document(); }

}  // namespace silversmith::test
