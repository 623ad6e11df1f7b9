// SPDX-License-Identifier: Apache-2.0
// Cells with the margins that converters rely on, from plain strings.
#pragma once

#include <string>
#include <vector>

#include "base/buffer.h"
#include "frame/columns.h"
#include "frame/mark.h"

namespace silversmith::frame {

struct MadeCells {
  explicit MadeCells(const std::vector<std::string>& texts) {
    bytes.reserve(1);  // empty cells have an address too
    for (const std::string& text : texts) bytes.append(text.data(), text.size());
    size_t at = 0;
    for (const std::string& text : texts) {
      cells.push_back({bytes.data() + at, static_cast<uint32_t>(text.size())});
      at += text.size();
    }
    marks.assign(texts.size(), Mark::good);
  }

  Buffer<char> bytes;
  std::vector<Text> cells;
  std::vector<Mark> marks;
};

}  // namespace silversmith::frame
