// SPDX-License-Identifier: Apache-2.0
#include "parquet/verify.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/hash.h"

#include "parquet/page_index.h"
#include "parquet/statistics.h"

namespace silversmith::parquet {

namespace {

Error corrupt(std::string what) { return {Code::corrupt, std::move(what), "", ""}; }

Result<Buffer<char>> read_range(RandomAccess& file, ByteRange range) {
  Buffer<char> bytes;
  bytes.resize(range.size);
  SMITH_TRY(file.read_at(range.offset, bytes.span()));
  return bytes;
}

// The value of a row as a bound has it.
std::string as_bound(const frame::Column& column, uint32_t row) {
  switch (physical_of(column.type)) {
    case Physical::byte_array: {
      frame::Text text = column.as<frame::Text>()[row];
      return {text.data, text.size};
    }
    case Physical::fixed: {
      std::string bytes(fixed_bytes_of(column.type.precision), '\0');
      put_big_endian(column.as<frame::int128>()[row], static_cast<uint8_t>(bytes.size()),
                     bytes.data());
      return bytes;
    }
    case Physical::boolean:
    case Physical::int32:
    case Physical::int64:
    case Physical::float64: break;
  }
  size_t width = frame::value_bytes(column.type);
  return {column.values.data() + row * width, width};
}

bool is_nan(const frame::Column& column, uint32_t row) {
  if (column.type.kind != frame::Kind::float64) return false;
  double value = column.as<double>()[row];
  return value != value;
}

struct RowRange {
  uint32_t first = 0;
  uint32_t end = 0;
};

// Every value lies within the bounds; an exact bound is one of the values.
Result<> check_bounds(const frame::Column& column, RowRange rows, const Bounds& bounds) {
  bool min_met = false;
  bool max_met = false;
  bool any = false;
  for (uint32_t row = rows.first; row < rows.end; ++row) {
    if (column.valid[row] == 0 || is_nan(column, row)) continue;
    any = true;
    std::string value = as_bound(column, row);
    int over = bounds.has_min ? compare_bounds(column.type, value, bounds.min) : 1;
    int under = bounds.has_max ? compare_bounds(column.type, value, bounds.max) : -1;
    if (over < 0 || under > 0) return corrupt("a value lies outside its statistics");
    min_met = min_met || over == 0;
    max_met = max_met || under == 0;
  }
  if (any && bounds.has_min && bounds.min_exact && !min_met) {
    return corrupt("the exact minimum is no value");
  }
  if (any && bounds.has_max && bounds.max_exact && !max_met) {
    return corrupt("the exact maximum is no value");
  }
  return {};
}

// BoundaryOrder: 0 promises nothing, 1 says that bounds ascend from page to page, 2 descend. Pages
// of nulls alone have no bounds and don't count.
Result<> check_order(const ColumnIndex& index, frame::Type type) {
  if (index.order < 0 || index.order > 2) return corrupt("the column index has an unknown order");
  std::optional<size_t> before;
  for (size_t i = 0; i < index.mins.size(); ++i) {
    if (index.null_pages[i]) continue;
    if (before.has_value() && index.order != 0) {
      int min = compare_bounds(type, index.mins[*before], index.mins[i]);
      int max = compare_bounds(type, index.maxs[*before], index.maxs[i]);
      bool kept = index.order == 1 ? min <= 0 && max <= 0 : min >= 0 && max >= 0;
      if (!kept) return corrupt("the column index claims an order that its bounds do not have");
    }
    before = i;
  }
  return {};
}

Result<> check_column_index(const ColumnIndex& index, const std::vector<SeenPage>& pages,
                            const frame::Column& column) {
  if (index.null_pages.size() != pages.size()) return corrupt("the column index has other pages");
  uint32_t first = 0;
  for (size_t i = 0; i < pages.size(); ++i) {
    const SeenPage& page = pages[i];
    bool counts = index.null_counts.has_value();
    if ((counts && (*index.null_counts)[i] != page.nulls) ||
        index.null_pages[i] != (page.nulls == page.rows)) {
      return corrupt("the column index counts other nulls in page " + std::to_string(i));
    }
    if (!index.null_pages[i]) {
      Bounds bounds{
          true, true, false, false, std::string(index.mins[i]), std::string(index.maxs[i])};
      bool sound = physical_of(column.type) == Physical::byte_array ||
                   (bounds.min.size() == as_bound(column, first).size() &&
                    bounds.max.size() == bounds.min.size());
      if (!sound) return corrupt("the column index has a bound of another width");
      SMITH_TRY(check_bounds(column, {first, first + page.rows}, bounds)
                    .in("column index, page " + std::to_string(i)));
    }
    first += page.rows;
  }
  return check_order(index, column.type);
}

Result<> check_offset_index(const std::vector<PageLocation>& index,
                            const std::vector<SeenPage>& pages) {
  if (index.size() != pages.size()) return corrupt("the offset index has other pages");
  uint64_t first = 0;
  for (size_t i = 0; i < pages.size(); ++i) {
    if (index[i].offset != static_cast<int64_t>(pages[i].place) ||
        index[i].bytes != static_cast<int64_t>(pages[i].bytes) ||
        index[i].first_row != static_cast<int64_t>(first)) {
      return corrupt("the offset index places page " + std::to_string(i) + " elsewhere");
    }
    first += pages[i].rows;
  }
  return {};
}

constexpr size_t block_bytes = size_t{1} << 20;

Result<> hash_range(RandomAccess& file, uint64_t first, uint64_t end, ContentHash& hash) {
  Buffer<char> block;
  while (first < end) {
    block.resize(std::min<uint64_t>(block_bytes, end - first));
    SMITH_TRY(file.read_at(first, block.span()));
    hash.update({block.data(), block.size()});
    first += block.size();
  }
  return {};
}

}  // namespace

Error changed_since(std::string what) {
  return {Code::corrupt, std::move(what),
          "the file was changed after it was written: convert its source again", ""};
}

Result<> verify_checksum(RandomAccess& file, const Footer& footer) {
  const KeyValues& pairs = footer.key_values;
  auto found = std::find_if(pairs.begin(), pairs.end(),
                            [](const auto& pair) { return pair.first == checksum_key; });
  if (found == pairs.end()) {
    if (footer.key_value(digest_key) == nullptr) return {};
    return changed_since("the footer has a content digest and lacks the checksum");
  }
  uint64_t place = footer.value_places[static_cast<size_t>(found - pairs.begin())];
  ContentHash hash;
  SMITH_TRY(hash_range(file, 0, place, hash));
  SMITH_TRY(hash_range(file, place + found->second.size(), file.size(), hash));
  std::string now = hash.digest().hex();
  if (now == found->second) return {};
  return changed_since("the file's checksum is " + now + ", the footer says " + found->second);
}

Result<DecodedColumn> read_chunk(ChunkReader& reader, const ColumnSpec& spec,
                                 std::vector<SeenPage>* pages) {
  DecodedColumn decoded;
  decoded.column.type = spec.type;
  ChunkReader::RawPage page;
  bool first = true;
  while (SMITH_TRY(reader.next(page))) {
    if (page.header.kind == 2) {
      if (!first) return corrupt("a dictionary page stands behind a data page");
      SMITH_TRY(reader.take_dictionary(page));
      first = false;
      continue;
    }
    first = false;
    uint32_t nulls = decoded.column.null_count;
    SMITH_TRY(reader.decode(page, decoded.column, decoded.held));
    if (pages != nullptr) {
      pages->push_back(
          {page.place, page.bytes, page.header.values, decoded.column.null_count - nulls});
    }
  }
  if (physical_of(spec.type) == Physical::byte_array) {
    auto* texts = decoded.column.data<frame::Text>();
    for (uint32_t i = 0; i < decoded.column.rows; ++i) {
      texts[i].data = decoded.held.data() + reinterpret_cast<size_t>(texts[i].data);
    }
  }
  return decoded;
}

Result<> verify_chunk(RandomAccess& file, const ColumnSpec& spec, const ChunkEntry& chunk) {
  ChunkReader reader(file, spec, chunk);
  std::vector<SeenPage> pages;
  DecodedColumn decoded = SMITH_TRY(read_chunk(reader, spec, &pages));
  const frame::Column& column = decoded.column;
  if (chunk.null_count.has_value() && *chunk.null_count != column.null_count) {
    return corrupt("it has " + std::to_string(column.null_count) + " nulls, the footer says " +
                   std::to_string(*chunk.null_count));
  }
  SMITH_TRY(check_bounds(column, {0, column.rows}, chunk.bounds));
  if (chunk.column_index.size > 0) {
    Buffer<char> bytes = SMITH_TRY(read_range(file, chunk.column_index));
    ColumnIndex index = SMITH_TRY(read_column_index({bytes.data(), bytes.size()}));
    SMITH_TRY(check_column_index(index, pages, column));
  }
  if (chunk.offset_index.size == 0) return {};
  Buffer<char> bytes = SMITH_TRY(read_range(file, chunk.offset_index));
  std::vector<PageLocation> index = SMITH_TRY(read_offset_index({bytes.data(), bytes.size()}));
  return check_offset_index(index, pages);
}

}  // namespace silversmith::parquet
