// SPDX-License-Identifier: Apache-2.0
#include "frame/convert_text.h"

#include <cstring>
#include <string_view>

#include "base/json.h"
#include "frame/digits.h"

namespace silversmith::frame {

namespace {

// The words of one truth value. Words of up to 8 bytes are compared as one masked load, without a
// branch on the text: which of two words stands in a cell cannot be foretold.
class Words {
 public:
  explicit Words(std::span<const std::string> words) {
    for (const std::string& word : words) {
      if (word.empty() || word.size() > 8) {
        others_.emplace_back(word);
        continue;
      }
      uint64_t bytes = 0;
      std::memcpy(&bytes, word.data(), word.size());
      short_.push_back({bytes, static_cast<uint32_t>(word.size())});
    }
  }

  bool contains(Text cell) const {
    bool found = false;
    if (cell.size - 1 < 8) {
      uint64_t bytes = load_word(cell.data) & (~uint64_t{0} >> (64 - 8 * cell.size));
      for (const Short& word : short_) found |= (word.bytes == bytes) & (word.size == cell.size);
      return found;
    }
    std::string_view text(cell.data, cell.size);
    for (std::string_view word : others_) found = found || word == text;
    return found;
  }

 private:
  struct Short {
    uint64_t bytes;
    uint32_t size;
  };
  std::vector<Short> short_;
  std::vector<std::string_view> others_;
};

}  // namespace

uint32_t convert_boolean(std::span<const Text> cells, Mark* marks, const BooleanWords& words,
                         uint8_t* out) {
  const Words yes(words.true_values);
  const Words no(words.false_values);
  uint32_t bad = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    out[i] = 0;
    if (marks[i] != Mark::good) continue;
    bool is_true = yes.contains(cells[i]);
    bool is_false = no.contains(cells[i]);
    out[i] = is_true ? 1 : 0;
    if (is_true | is_false) continue;
    marks[i] = Mark::malformed;
    ++bad;
  }
  return bad;
}

uint32_t check_json(std::span<const Text> cells, Mark* marks) {
  uint32_t bad = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (marks[i] != Mark::good) continue;
    if (parse_json({cells[i].data, cells[i].size})) continue;
    marks[i] = Mark::malformed;
    ++bad;
  }
  return bad;
}

}  // namespace silversmith::frame
