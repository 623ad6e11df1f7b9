// SPDX-License-Identifier: Apache-2.0
#include "frame/convert_text.h"

#include <algorithm>
#include <string_view>

#include "base/json.h"

namespace silversmith::frame {

namespace {

bool is_one_of(std::span<const std::string> words, std::string_view text) {
  return std::any_of(words.begin(), words.end(),
                     [text](const std::string& word) { return text == word; });
}

}  // namespace

uint32_t convert_boolean(std::span<const Text> cells, Mark* marks, const BooleanWords& words,
                         uint8_t* out) {
  uint32_t bad = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    out[i] = 0;
    if (marks[i] != Mark::good) continue;
    std::string_view text(cells[i].data, cells[i].size);
    if (is_one_of(words.true_values, text)) {
      out[i] = 1;
    } else if (!is_one_of(words.false_values, text)) {
      marks[i] = Mark::malformed;
      ++bad;
    }
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
