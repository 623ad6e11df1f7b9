// SPDX-License-Identifier: Apache-2.0
#include "frame/cells.h"

#include <algorithm>
#include <cstring>

namespace silversmith::frame {

namespace {

constexpr size_t margin_bytes = 64;

}  // namespace

NullTokens::NullTokens(const std::vector<std::string>& tokens) : tokens_(tokens) {
  for (const std::string& token : tokens_) {
    lengths_ |= uint64_t{1} << std::min<size_t>(token.size(), 63);
  }
}

bool NullTokens::is_token(Text cell) const {
  std::string_view text(cell.data, cell.size);
  return std::any_of(tokens_.begin(), tokens_.end(),
                     [text](const std::string& token) { return text == token; });
}

uint32_t NullTokens::mark(std::span<const Text> cells, Mark* marks) const {
  uint32_t nulls = 0;
  if (lengths_ <= 1) {  // no token, or only the empty one: no text is looked at
    bool empty_is_null = lengths_ == 1;
    for (size_t i = 0; i < cells.size(); ++i) {
      bool null = empty_is_null && cells[i].size == 0;
      marks[i] = null ? Mark::null : Mark::good;
      nulls += null ? 1 : 0;
    }
    return nulls;
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    bool null = contains(cells[i]);
    marks[i] = null ? Mark::null : Mark::good;
    nulls += null ? 1 : 0;
  }
  return nulls;
}

void CellReader::begin(const csv::Records& records) {
  records_ = &records;
  arena_.clear();
}

void CellReader::gather(uint32_t field, Margin margin, Text* out) {
  quoted_empty_.clear();
  quoted_null_.clear();
  if (records_->has_quote || dialect_.skip_initial_space || dialect_.escape != 0) {
    return gather_quoted(field, margin, out);
  }
  const char* text = records_->text.data();
  const uint32_t width = records_->width;
  const uint32_t count = records_->count;
  const uint32_t* ends = records_->ends.data() + field;
  if (field == 0) {
    for (uint32_t i = 0; i < count; ++i, ends += width) {
      uint32_t begin = records_->begins[i];
      out[i] = {text + begin, *ends - begin};
    }
    return;
  }
  for (uint32_t i = 0; i < count; ++i, ends += width) {
    uint32_t begin = ends[-1] + 1;
    out[i] = {text + begin, *ends - begin};
  }
}

Text CellReader::read(std::string_view span, Margin margin, bool* quoted) {
  csv::FieldText found = csv::field_text(span, dialect_, arena_);
  *quoted = found.quoted;
  const char* at = found.text.data();
  const size_t size = found.text.size();
  bool in_chunk = at >= span.data() && at <= span.data() + span.size();
  if (margin == Margin::wanted && !in_chunk) {
    char* block = arena_.allocate(size + 2 * margin_bytes);
    std::memset(block, 0, size + 2 * margin_bytes);
    std::memcpy(block + margin_bytes, at, size);
    at = block + margin_bytes;
  }
  return {at, static_cast<uint32_t>(size)};
}

void CellReader::gather_quoted(uint32_t field, Margin margin, Text* out) {
  bool always = dialect_.skip_initial_space || dialect_.escape != 0;
  for (uint32_t i = 0; i < records_->count; ++i) {
    std::string_view span = records_->field(i, field);
    if (!always && (span.empty() || span[0] != dialect_.quote)) {
      out[i] = {span.data(), static_cast<uint32_t>(span.size())};
      continue;
    }
    bool quoted = false;
    out[i] = read(span, margin, &quoted);
    if (!quoted) continue;
    if (out[i].size == 0) {
      quoted_empty_.push_back(i);
    } else if (std::string_view(out[i].data, out[i].size) == dialect_.null_sequence) {
      quoted_null_.push_back(i);
    }
  }
}

}  // namespace silversmith::frame
