// SPDX-License-Identifier: Apache-2.0
// A field's span → its text: drops initial space, quotes, doubled quotes and escapes. Shared by
// frame (values), rejects (messages) and the text output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "csv/dialect.h"

namespace silversmith::csv {

struct FieldText {
  std::string_view text;
  bool quoted = false;
};

// Bytes that live until clear(); pieces never move. For the rare fields that need unescaping.
class TextArena {
 public:
  // `size` writable bytes. Valid until clear().
  char* allocate(size_t size);
  void clear();

 private:
  std::vector<Buffer<char>> blocks_;  // those before block_index_ are full
  size_t block_index_ = 0;
};

// The field's text: a view into `span` when nothing needs unescaping, else into `arena`.
// Valid until the chunk dies or the arena is cleared. `span` must come from a good record.
FieldText field_text(std::string_view span, const Dialect& dialect, TextArena& arena);

}  // namespace silversmith::csv
