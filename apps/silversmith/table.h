// SPDX-License-Identifier: Apache-2.0
// A text table for terminals: columns as wide as their widest cell, numbers to the right.
#pragma once

#include <string>
#include <vector>

namespace silversmith::app {

class Table {
 public:
  explicit Table(const std::vector<std::string>& header);
  // Requires as many cells as the header has. Control bytes are shown escaped, and a cell is cut at
  // 60 characters, in the header as well.
  void add(std::vector<std::string> cells);
  size_t rows() const { return rows_.size() - 1; }
  // Lines without a newline at the end of the last.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace silversmith::app
