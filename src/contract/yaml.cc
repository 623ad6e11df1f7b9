// SPDX-License-Identifier: Apache-2.0
#include "contract/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "contract/open_bracket.h"

namespace silversmith::contract {
namespace {

constexpr size_t text_bytes_max = size_t{1} << 20;
constexpr size_t depth_max = 64;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

struct Problem {
  uint32_t line = 1;
  uint32_t column = 1;
  std::string what;
};

Problem problem_at(const YAML::Mark& mark, std::string what) {
  // The library counts from 0, and says -1 where it knows no place.
  auto from_one = [](int at) { return at < 0 ? 1U : static_cast<uint32_t>(at) + 1; };
  return {from_one(mark.line), from_one(mark.column), std::move(what)};
}

// Builds the tree. The library can't be told to stop, so after the first problem the remaining
// events are dropped: their number is bounded by the text, since aliases are never expanded.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, const YamlRules& rules) : text_(text), rules_(rules) {}

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (!admit(mark, "?", anchor)) return;
    YamlNode node = node_at(mark, YamlKind::null);
    node.text = null_as_written(mark);
    put(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(mark, "aliases (*name) are not supported: write the value again");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (!admit(mark, tag, anchor)) return;
    YamlNode node = node_at(mark, YamlKind::scalar);
    node.text = value;
    node.quoted = tag != "?";
    tag_and_put(std::move(node), tag);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlKind::list);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlKind::map);
  }
  void OnMapEnd() override { close(); }

  const std::optional<Problem>& problem() const { return problem_; }
  const YAML::Mark& start() const { return start_; }
  std::optional<YamlNode> take() { return std::move(root_); }

 private:
  struct Open {
    YamlNode node;
    std::string tag;
    std::optional<YamlNode> key = std::nullopt;  // of a map: read, its value still to come
    std::unordered_set<std::string> names = {};
  };

  static YamlNode node_at(const YAML::Mark& mark, YamlKind kind) {
    Problem place = problem_at(mark, "");
    YamlNode node;
    node.kind = kind;
    node.line = place.line;
    node.column = place.column;
    return node;
  }

  // The library drops the text of a null, but `missingValues: [NULL]` means those letters.
  std::string null_as_written(const YAML::Mark& mark) const {
    if (mark.pos < 0 || static_cast<size_t>(mark.pos) >= text_.size()) return "";
    std::string_view rest = text_.substr(static_cast<size_t>(mark.pos));
    for (std::string_view word : {"null", "Null", "NULL", "~"}) {
      if (rest.substr(0, word.size()) == word) return std::string(word);
    }
    return "";
  }

  void fail(const YAML::Mark& mark, std::string what) {
    if (!problem_) problem_ = problem_at(mark, std::move(what));
  }

  static bool is_foreign(const std::string& tag) {
    return !tag.empty() && tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:str";
  }

  void tag_and_put(YamlNode node, const std::string& tag) {
    if (is_foreign(tag) && !rules_.apply_tag(node, tag)) {
      problem_ = Problem{node.line, node.column, "the tag " + show(tag) + " is not supported"};
    }
    put(std::move(node));
  }

  // Whether this event still counts.
  bool admit(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (problem_) return false;
    if (anchor != YAML::NullAnchor) {
      fail(mark, "anchors (&name) are not supported: write the value where it is wanted");
    } else if (is_foreign(tag) && rules_.apply_tag == nullptr) {
      fail(mark, "the tag " + show(tag) + " is not supported");
    }
    return !problem_;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlKind kind) {
    if (!admit(mark, tag, anchor)) return;
    if (open_.size() == depth_max) return fail(mark, "nested deeper than 64 levels");
    if (!open_.empty() && expects_key()) return fail(mark, "a key must be a single value");
    open_.push_back({node_at(mark, kind), tag});
  }

  void close() {
    if (problem_) return;
    YamlNode node = std::move(open_.back().node);
    std::string tag = std::move(open_.back().tag);
    open_.pop_back();
    tag_and_put(std::move(node), tag);
  }

  bool expects_key() const {
    return open_.back().node.kind == YamlKind::map && !open_.back().key.has_value();
  }

  void put(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& top = open_.back();
    if (top.node.kind == YamlKind::list) {
      top.node.items.push_back(std::move(node));
    } else if (expects_key()) {
      if (top.names.insert(node.text).second) {
        // The first of its name.
      } else if (rules_.repeated_keys != nullptr) {
        rules_.repeated_keys->push_back(node);
      } else {
        problem_ = Problem{node.line, node.column, "the key " + show(node.text) + " is repeated"};
      }
      top.key = std::move(node);
    } else {
      top.node.members.push_back({*std::move(top.key), std::move(node)});
      top.key.reset();
    }
  }

  std::string_view text_;
  const YamlRules& rules_;
  YAML::Mark start_;
  std::vector<Open> open_;
  std::optional<YamlNode> root_;
  std::optional<Problem> problem_;
};

Error error_at(const Problem& problem, std::string_view origin) {
  return {Code::invalid,
          std::string(origin) + ":" + std::to_string(problem.line) + ":" +
              std::to_string(problem.column) + ": " + problem.what,
          "", ""};
}

// What is wrong with the bytes before any YAML is read.
std::optional<Problem> check_bytes(std::string_view text) {
  if (text.size() > text_bytes_max) {
    return Problem{1, 1, "the text has " + human_bytes(text.size()) + ", at most 1 MiB is read"};
  }
  std::optional<size_t> bad = find_invalid_utf8(text);
  const char* what = "not UTF-8";
  if (!bad && text.find('\0') != std::string_view::npos) {
    bad = text.find('\0');
    what = "a NUL byte";
  }
  if (!bad) return std::nullopt;
  Problem problem{1, 1, what};
  for (char byte : text.substr(0, *bad)) {
    ++problem.column;
    if (byte != '\n') continue;
    ++problem.line;
    problem.column = 1;
  }
  return problem;
}

// What is wrong with a text that ends too soon. The library takes an unclosed bracket for the
// beginning of a key, and says so of the place where it opens.
std::optional<Problem> cut_off(std::string_view text) {
  std::optional<OpenBracket> open = find_open_bracket(text);
  if (!open) return std::nullopt;
  std::string what = "the text ends here, but the ";
  what += open->opener;
  what += " at " + std::to_string(open->place.line) + ":" + std::to_string(open->place.column);
  return Problem{open->end.line, open->end.column, what + " is not closed: is the file cut off?"};
}

// The library's words for what it wanted at a place.
std::string plain_words(const std::string& message) {
  if (message == "end of map flow not found") return "wanted a comma or } here";
  if (message == "end of sequence flow not found") return "wanted a comma or ] here";
  return message;
}

std::optional<Problem> read_tree(std::string_view text, const YamlRules& rules,
                                 TreeBuilder& builder) {
  // The library reports by exceptions; this is the only place that sees one.
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    if (builder.problem()) return builder.problem();
    TreeBuilder second(text, rules);
    if (!parser.HandleNextDocument(second)) return std::nullopt;
    return problem_at(second.start(), "more than one YAML document: the second begins here");
  } catch (const YAML::Exception& error) {
    if (builder.problem()) return builder.problem();
    return problem_at(error.mark, plain_words(error.msg));
  }
}

}  // namespace

std::string_view name_of(YamlKind kind) {
  switch (kind) {
    case YamlKind::null: return "null";
    case YamlKind::scalar: return "a value";
    case YamlKind::list: return "a list";
    case YamlKind::map: return "a mapping";
  }
  return "unknown";
}

Result<YamlNode> parse_yaml(std::string_view text, std::string_view origin,
                            const YamlRules& rules) {
  if (std::optional<Problem> problem = check_bytes(text)) return error_at(*problem, origin);
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark) {
    text.remove_prefix(byte_order_mark.size());
  }
  TreeBuilder builder(text, rules);
  std::optional<Problem> problem = read_tree(text, rules, builder);
  if (problem) return error_at(cut_off(text).value_or(*problem), origin);
  std::optional<YamlNode> root = builder.take();
  if (!root) return error_at({1, 1, "the text is empty"}, origin);
  return *std::move(root);
}

}  // namespace silversmith::contract
