// SPDX-License-Identifier: Apache-2.0
#include "contract/reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"

namespace silversmith::contract {
namespace {

constexpr size_t problems_max = 100;

// What stands at the node, for a message.
std::string found_at(const YamlNode& node) {
  if (node.kind == YamlKind::scalar) return show(node.text);
  return std::string(name_of(node.kind));
}

// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<size_t> before(right.size() + 1);
  std::vector<size_t> above(right.size() + 1);
  std::vector<size_t> row(right.size() + 1);
  for (size_t j = 0; j <= right.size(); ++j) above[j] = j;
  for (size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= right.size(); ++j) {
      size_t replaced = above[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[right.size()];
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& byte : out) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte + ('a' - 'A'));
  }
  return out;
}

// The known word that is most like `key`, or "" when none is near. The case of letters doesn't
// count; nor is a long key compared, since no name of ours is long.
std::string nearest(std::string_view key, const std::vector<std::string>& known) {
  constexpr size_t compared_bytes_max = 64;
  if (key.size() > compared_bytes_max) return "";
  std::string best;
  size_t best_distance = std::max<size_t>(2, key.size() / 3) + 1;
  for (const std::string& name : known) {
    size_t distance = edit_distance(lower(key), lower(name));
    if (distance >= best_distance || distance >= name.size()) continue;
    best = name;
    best_distance = distance;
  }
  return best;
}

std::string or_list(std::span<const std::string_view> words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace

void Problems::add(const YamlNode& at, std::string what) {
  if (found_.size() == problems_max) {
    ++left_out_;
    return;
  }
  found_.push_back({at.line, at.column, std::move(what)});
}

void Problems::wanted(const YamlNode& node, std::string_view property, std::string_view wanted) {
  add(node,
      std::string(property) + ": found " + found_at(node) + ", wanted " + std::string(wanted));
}

Error Problems::error() const {
  SMITH_CHECK(!found_.empty(), "no problem to report");
  std::vector<Problem> ordered = found_;
  std::stable_sort(ordered.begin(), ordered.end(), [](const Problem& left, const Problem& right) {
    return std::pair(left.line, left.column) < std::pair(right.line, right.column);
  });
  std::vector<std::string> lines;
  for (const Problem& problem : ordered) {
    lines.push_back(origin_ + ":" + std::to_string(problem.line) + ":" +
                    std::to_string(problem.column) + ": " + problem.what);
  }
  if (left_out_ > 0) lines.push_back("and " + std::to_string(left_out_) + " more");
  return {Code::invalid, join(lines, "\n"), "see docs/formats/contract.md", ""};
}

std::optional<std::string> read_text(const YamlNode& node, std::string_view property,
                                     Problems& problems) {
  if (node.kind == YamlKind::scalar) return node.text;
  problems.wanted(node, property, "a text");
  return std::nullopt;
}

std::optional<bool> read_bool(const YamlNode& node, std::string_view property, Problems& problems) {
  if (node.kind == YamlKind::scalar && !node.quoted) {
    if (node.text == "true") return true;
    if (node.text == "false") return false;
  }
  problems.wanted(node, property, "true or false, without quotes");
  return std::nullopt;
}

std::optional<uint64_t> read_count(const YamlNode& node, std::string_view property,
                                   Problems& problems) {
  uint64_t value = 0;
  if (node.kind == YamlKind::scalar && !node.quoted) {
    const char* end = node.text.data() + node.text.size();
    auto [stop, error] = std::from_chars(node.text.data(), end, value);
    // Counts travel as JSON integers, which are signed.
    if (error == std::errc() && stop == end && value <= uint64_t{INT64_MAX}) return value;
  }
  problems.wanted(node, property, "a whole number of 0 or more, without quotes");
  return std::nullopt;
}

std::optional<double> read_ratio(const YamlNode& node, std::string_view property,
                                 Problems& problems) {
  double value = 0;
  if (node.kind == YamlKind::scalar && !node.quoted) {
    const char* end = node.text.data() + node.text.size();
    auto [stop, error] = std::from_chars(node.text.data(), end, value);
    if (error == std::errc() && stop == end && value >= 0 && value <= 1) return value;
  }
  problems.wanted(node, property, "a number from 0 to 1, without quotes");
  return std::nullopt;
}

std::optional<std::vector<std::string>> read_texts(const YamlNode& node, std::string_view property,
                                                   Problems& problems) {
  if (node.kind != YamlKind::list) {
    problems.wanted(node, property, "a list of texts");
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const YamlNode& item : node.items) {
    if (item.kind == YamlKind::scalar || item.kind == YamlKind::null) {
      texts.push_back(item.text);
    } else {
      problems.wanted(item, property, "a text");
    }
  }
  return texts;
}

bool is_foreign(std::string_view key) {
  size_t colon = key.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return lower(key.substr(0, colon)) != "silver";
}

std::optional<size_t> read_word(const YamlNode& node, std::string_view property, const Words& words,
                                Problems& problems) {
  // A word that YAML reads as null (MissingFields has one) is that word all the same.
  if (node.kind == YamlKind::scalar || node.kind == YamlKind::null) {
    auto found = std::find(words.now.begin(), words.now.end(), node.text);
    if (found != words.now.end()) return static_cast<size_t>(found - words.now.begin());
    if (std::find(words.later.begin(), words.later.end(), node.text) != words.later.end()) {
      problems.add(node, std::string(property) + ": " + show(node.text) +
                             " is not supported yet, wanted " + or_list(words.now));
      return std::nullopt;
    }
  }
  problems.wanted(node, property, or_list(words.now));
  return std::nullopt;
}

MapReader::MapReader(const YamlNode& node, std::string where, Problems& problems)
    : node_(node), where_(std::move(where)), problems_(problems), taken_(node.members.size()) {
  if (node.kind != YamlKind::map) {
    problems.wanted(node, where_.empty() ? "the descriptor" : where_, "a mapping");
  }
}

const YamlNode* MapReader::take(std::string_view name) {
  known_.emplace_back(name);
  for (size_t i = 0; i < node_.members.size(); ++i) {
    if (node_.members[i].key.text != name) continue;
    taken_[i] = true;
    return &node_.members[i].value;
  }
  return nullptr;
}

std::string MapReader::path(std::string_view name) const {
  return where_.empty() ? std::string(name) : where_ + "." + std::string(name);
}

void MapReader::ignore(std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) take(name);
}

void MapReader::not_yet(std::span<const std::string_view> names) {
  for (size_t i = 0; i < node_.members.size(); ++i) {
    const YamlNode& key = node_.members[i].key;
    if (taken_[i] || std::find(names.begin(), names.end(), key.text) == names.end()) continue;
    taken_[i] = true;
    problems_.add(key, path(key.text) + " is not supported yet");
  }
}

void MapReader::finish() {
  for (size_t i = 0; i < node_.members.size(); ++i) {
    const YamlNode& key = node_.members[i].key;
    if (taken_[i] || is_foreign(key.text)) continue;
    std::string near = nearest(key.text, known_);
    problems_.add(key, "unknown key " + show(key.text) + (where_.empty() ? "" : " in " + where_) +
                           (near.empty() ? "" : ", did you mean " + near + "?"));
  }
}

}  // namespace silversmith::contract
