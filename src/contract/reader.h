// SPDX-License-Identifier: Apache-2.0
// Descriptor tree → typed properties, with every problem collected instead of the first. A
// MapReader hands out the properties of one mapping by name; what nobody took when it is finished
// is a problem that names the key and the nearest known one.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "contract/yaml.h"

namespace silversmith::contract {

// What is wrong with one descriptor. At most 100 problems are kept; the rest is counted.
class Problems {
 public:
  explicit Problems(std::string_view origin) : origin_(origin) {}

  void add(const YamlNode& at, std::string what);
  // What the value at `node` should have been: "found ..., wanted `wanted`".
  void wanted(const YamlNode& node, std::string_view property, std::string_view wanted);
  bool empty() const { return found_.empty(); }
  // One line a problem, in the order of the text. Requires !empty().
  Error error() const;

 private:
  struct Problem {
    uint32_t line;
    uint32_t column;
    std::string what;
  };

  std::string origin_;
  std::vector<Problem> found_;
  size_t left_out_ = 0;
};

// Readers of one value; each adds a problem and returns nothing when the value is of another form.
// `property` names it in the message.
std::optional<std::string> read_text(const YamlNode& node, std::string_view property,
                                     Problems& problems);
std::optional<bool> read_bool(const YamlNode& node, std::string_view property, Problems& problems);
std::optional<uint64_t> read_count(const YamlNode& node, std::string_view property,
                                   Problems& problems);
// A share of 1: 0 <= value <= 1.
std::optional<double> read_ratio(const YamlNode& node, std::string_view property,
                                 Problems& problems);
// A list of texts; a null item is the text that was written.
std::optional<std::vector<std::string>> read_texts(const YamlNode& node, std::string_view property,
                                                   Problems& problems);

// Whether the key belongs to another namespace than ours ("x:y"): such keys are nobody's here.
bool is_foreign(std::string_view key);

// The words that a property takes, and those that are planned.
struct Words {
  std::span<const std::string_view> now;
  std::span<const std::string_view> later = {};
};
// The index of the value among `words.now`, or nothing and a problem that lists them.
std::optional<size_t> read_word(const YamlNode& node, std::string_view property, const Words& words,
                                Problems& problems);

// The member of an enum that counts from 0 in the order of `words.now`; an absent node reads as
// nothing.
template <class Enum>
std::optional<Enum> read_enum(const YamlNode* node, std::string_view property, const Words& words,
                              Problems& problems) {
  if (node == nullptr) return std::nullopt;
  std::optional<size_t> index = read_word(*node, property, words, problems);
  return index ? std::optional(static_cast<Enum>(*index)) : std::nullopt;
}

class MapReader {
 public:
  // `where` is the path of the mapping for messages ("schema.fields[2]"), "" at the top. A node
  // that is no mapping is a problem, and reads as an empty one.
  MapReader(const YamlNode& node, std::string where, Problems& problems);

  // The value of that property, or nullptr; from now on the key is known.
  const YamlNode* take(std::string_view name);
  // The full name of a property, for messages.
  std::string path(std::string_view name) const;
  // Properties that only people read: known, of any value.
  void ignore(std::initializer_list<std::string_view> names);
  // Properties of the standard or of ours that are planned but not read yet.
  void not_yet(std::span<const std::string_view> names);
  // Reports every key that is left.
  void finish();

 private:
  const YamlNode& node_;
  std::string where_;
  Problems& problems_;
  std::vector<std::string> known_;
  std::vector<bool> taken_;
};

}  // namespace silversmith::contract
