// SPDX-License-Identifier: Apache-2.0
#include "csv/field.h"

#include <algorithm>
#include <cstring>

namespace silversmith::csv {

namespace {

constexpr size_t block_bytes = size_t{64} << 10;

// Copies `inner`, the text between the outer quotes, without its escapes. A quote that escapes
// nothing stays, so that a broken record still shows what was written.
size_t unescape(std::string_view inner, const Dialect& dialect, char* out) {
  bool doubled = dialect.double_quote && dialect.escape == 0;
  size_t size = 0;
  for (size_t i = 0; i < inner.size(); ++i) {
    bool more = i + 1 < inner.size();
    bool escaped = dialect.escape != 0 && inner[i] == dialect.escape && more;
    bool pair = doubled && inner[i] == dialect.quote && more && inner[i + 1] == dialect.quote;
    if (escaped || pair) ++i;
    out[size++] = inner[i];
  }
  return size;
}

}  // namespace

char* TextArena::allocate(size_t size) {
  while (block_index_ < blocks_.size()) {
    Buffer<char>& block = blocks_[block_index_];
    if (block.capacity() - block.size() >= size) {
      size_t at = block.size();
      block.resize(at + size);
      return block.data() + at;
    }
    ++block_index_;
  }
  Buffer<char> block;
  block.reserve(std::max(size, block_bytes));
  block.resize(size);
  blocks_.push_back(std::move(block));
  return blocks_.back().data();
}

void TextArena::clear() {
  std::erase_if(blocks_,
                [](const Buffer<char>& block) { return block.capacity() > 4 * block_bytes; });
  for (Buffer<char>& block : blocks_) block.clear();
  block_index_ = 0;
}

FieldText field_text(std::string_view span, const Dialect& dialect, TextArena& arena) {
  if (dialect.skip_initial_space) {
    span.remove_prefix(std::min(span.find_first_not_of(' '), span.size()));
  }
  if (dialect.quote == 0 || span.empty() || span[0] != dialect.quote) return {span, false};
  std::string_view inner = span.substr(1);
  if (!inner.empty() && inner.back() == dialect.quote) inner.remove_suffix(1);
  char mark = dialect.escape != 0 ? dialect.escape : dialect.quote;
  if (inner.empty() || std::memchr(inner.data(), mark, inner.size()) == nullptr) {
    return {inner, true};
  }
  char* out = arena.allocate(inner.size());
  return {{out, unescape(inner, dialect, out)}, true};
}

}  // namespace silversmith::csv
