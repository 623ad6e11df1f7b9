// SPDX-License-Identifier: Apache-2.0
#include "parquet/footer.h"

#include <algorithm>
#include <cstring>

#include "base/buffer.h"
#include "base/limits.h"
#include "parquet/metadata.h"
#include "parquet/thrift.h"

namespace silversmith::parquet {

namespace {

// A row group of ours is made of one span of text, in which a record takes a byte at least, a blank
// line that is quarantined; and rejects stand in a file of few columns however many their source
// has. Nulls take no bytes, so nothing else bounds what a lying file makes us allocate.
constexpr uint64_t row_group_rows_max =
    uint64_t{limits::columns_max} * limits::span_bytes_per_column;
static_assert(row_group_rows_max >= limits::span_bytes_min, "the largest span");
static_assert(row_group_rows_max <= UINT32_MAX, "a column counts its rows in 32 bits");

Error corrupt(std::string message) {
  return {Code::corrupt, "not a Parquet file: " + std::move(message), "", ""};
}

// Calls `take` for each field; what it does not take, it must skip.
template <class Take>
void read_struct(ThriftReader& in, Take take) {
  in.begin_struct();
  for (auto field = in.next_field(); field.type != ThriftType::stop; field = in.next_field()) {
    take(field);
  }
  in.end_struct();
}

// What the entries that we make much larger take at least: their mandatory fields.
constexpr size_t chunk_entry_bytes_min = 20;
constexpr size_t row_group_entry_bytes_min = 7 + chunk_entry_bytes_min;

template <class Each>
void read_list(ThriftReader& in, Each each, size_t element_bytes_min = 1) {
  auto list = in.list(element_bytes_min);
  for (uint32_t i = 0; i < list.count && !in.bad(); ++i) each();
}

uint64_t natural(ThriftReader& in) {
  int64_t value = in.integer();
  if (value < 0) in.fail();
  return value < 0 ? 0 : static_cast<uint64_t>(value);
}

uint32_t natural32(ThriftReader& in) {
  int32_t value = in.integer32();
  if (value < 0) in.fail();
  return value < 0 ? 0 : static_cast<uint32_t>(value);
}

struct Element {
  int32_t physical = -1;
  int32_t length = 0;
  int32_t repetition = 0;
  int32_t children = 0;
  int32_t converted = -1;
  int32_t scale = 0;
  int32_t precision = 0;
  int16_t logical = 0;
  bool utc = false;
  int16_t unit = 0;
  std::string name;
};

void read_time_type(ThriftReader& in, Element& element) {
  read_struct(in, [&](ThriftReader::Field field) {
    if (field.id == 1)
      element.utc = in.boolean(field.type);
    else if (field.id == 2 && field.type == ThriftType::structure) {
      read_struct(in, [&](ThriftReader::Field unit) {
        element.unit = unit.id;
        in.skip(unit.type);
      });
    } else
      in.skip(field.type);
  });
}

void read_logical(ThriftReader& in, Element& element) {
  read_struct(in, [&](ThriftReader::Field field) {
    element.logical = field.id;
    bool timed = field.id == 7 || field.id == 8;
    if (timed && field.type == ThriftType::structure)
      read_time_type(in, element);
    else
      in.skip(field.type);
  });
}

Element read_element(ThriftReader& in) {
  Element element;
  read_struct(in, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1: element.physical = in.integer32(); return;
      case 2: element.length = in.integer32(); return;
      case 3: element.repetition = in.integer32(); return;
      case 4: element.name = in.binary(); return;
      case 5: element.children = in.integer32(); return;
      case 6: element.converted = in.integer32(); return;
      case 7: element.scale = in.integer32(); return;
      case 8: element.precision = in.integer32(); return;
      case 10:
        if (field.type == ThriftType::structure) return read_logical(in, element);
        return in.skip(field.type);
      default: in.skip(field.type);
    }
  });
  return element;
}

std::optional<frame::Type> type_of(const Element& element) {
  using frame::Kind;
  auto plain = [](Kind kind) { return frame::Type{kind, 0, 0, false}; };
  bool micros = element.unit == 2;
  if (element.converted == 5) {
    if (element.precision < 1 || element.precision > 38 || element.scale < 0 ||
        element.scale > element.precision) {
      return std::nullopt;
    }
    return frame::Type{Kind::decimal, static_cast<uint8_t>(element.precision),
                       static_cast<uint8_t>(element.scale), false};
  }
  switch (element.physical) {
    case 0: return plain(Kind::boolean);
    case 1:
      if (element.converted == 6) return plain(Kind::date);
      return std::nullopt;
    case 2:
      if (element.logical == 7 && micros) return plain(Kind::time);
      if (element.logical == 8 && micros) return frame::Type{Kind::timestamp, 0, 0, element.utc};
      if (element.logical == 0 && element.converted == -1) return plain(Kind::int64);
      return std::nullopt;
    case 5: return plain(Kind::float64);
    case 6:
      if (element.converted == 0) return plain(Kind::text);
      if (element.converted == 19) return plain(Kind::json);
      if (element.converted == -1 && element.logical == 0) return plain(Kind::binary);
      return std::nullopt;
    default: return std::nullopt;
  }
}

Result<ColumnSpec> spec_of(const Element& element) {
  std::optional<frame::Type> type = type_of(element);
  bool same =
      type.has_value() && element.children == 0 && element.repetition <= 1 &&
      element.repetition >= 0 && static_cast<int32_t>(physical_of(*type)) == element.physical &&
      (physical_of(*type) != Physical::fixed || element.length == fixed_bytes_of(type->precision));
  if (same) return ColumnSpec{element.name, *type, element.repetition == 0};
  return Error{Code::invalid,
               "column " + element.name + " has a type that this reader does not know (physical " +
                   std::to_string(element.physical) + ", converted " +
                   std::to_string(element.converted) + ")",
               "read it with another Parquet reader", ""};
}

void read_statistics(ThriftReader& in, ChunkEntry& chunk) {
  read_struct(in, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 3: chunk.null_count = natural(in); return;
      case 5:
        chunk.bounds.max = in.binary();
        chunk.bounds.has_max = true;
        return;
      case 6:
        chunk.bounds.min = in.binary();
        chunk.bounds.has_min = true;
        return;
      case 7: chunk.bounds.max_exact = in.boolean(field.type); return;
      case 8: chunk.bounds.min_exact = in.boolean(field.type); return;
      default: in.skip(field.type);
    }
  });
}

void read_codec(ThriftReader& in, ChunkEntry& chunk) {
  switch (in.integer32()) {
    case 0: chunk.codec = Codec::uncompressed; return;
    case 1: chunk.codec = Codec::snappy; return;
    case 6: chunk.codec = Codec::zstd; return;
    default: in.fail();
  }
}

void read_chunk_metadata(ThriftReader& in, ChunkEntry& chunk) {
  read_struct(in, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1: chunk.physical = in.integer32(); return;
      case 2: return read_list(in, [&] { chunk.encodings.push_back(in.integer32()); });
      case 4: return read_codec(in, chunk);
      case 5: chunk.values = natural(in); return;
      case 6: chunk.uncompressed_bytes = natural(in); return;
      case 7: chunk.compressed_bytes = natural(in); return;
      case 9: chunk.data_offset = natural(in); return;
      case 11: chunk.dictionary_offset = natural(in); return;
      case 12:
        if (field.type == ThriftType::structure) return read_statistics(in, chunk);
        return in.skip(field.type);
      default: in.skip(field.type);
    }
  });
}

ChunkEntry read_chunk(ThriftReader& in) {
  ChunkEntry chunk;
  read_struct(in, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 3:
        if (field.type == ThriftType::structure) return read_chunk_metadata(in, chunk);
        return in.fail();
      case 4: chunk.offset_index.offset = natural(in); return;
      case 5: chunk.offset_index.size = natural32(in); return;
      case 6: chunk.column_index.offset = natural(in); return;
      case 7: chunk.column_index.size = natural32(in); return;
      default: in.skip(field.type);
    }
  });
  return chunk;
}

RowGroupEntry read_row_group(ThriftReader& in) {
  RowGroupEntry row_group;
  read_struct(in, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1:
        return read_list(
            in, [&] { row_group.chunks.push_back(read_chunk(in)); }, chunk_entry_bytes_min);
      case 2: row_group.bytes = natural(in); return;
      case 3: row_group.rows = natural(in); return;
      default: in.skip(field.type);
    }
  });
  return row_group;
}

void read_key_value(ThriftReader& in, KeyValues& key_values) {
  auto& pair = key_values.emplace_back();
  read_struct(in, [&](ThriftReader::Field field) {
    if (field.id == 1)
      pair.first = in.binary();
    else if (field.id == 2)
      pair.second = in.binary();
    else
      in.skip(field.type);
  });
}

Result<Footer> decode_footer(std::string_view bytes) {
  ThriftReader in(bytes);
  Footer footer;
  std::vector<Element> elements;
  read_struct(in, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 2: return read_list(in, [&] { elements.push_back(read_element(in)); });
      case 3: footer.rows = natural(in); return;
      case 4:
        return read_list(
            in, [&] { footer.row_groups.push_back(read_row_group(in)); },
            row_group_entry_bytes_min);
      case 5: return read_list(in, [&] { read_key_value(in, footer.key_values); });
      case 6: footer.created_by = in.binary(); return;
      default: in.skip(field.type);
    }
  });
  if (in.bad()) return corrupt("its footer is damaged");
  if (elements.empty() ||
      static_cast<size_t>(std::max(elements[0].children, 0)) != elements.size() - 1) {
    return corrupt("its schema is nested or damaged");
  }
  for (size_t i = 1; i < elements.size(); ++i) {
    footer.schema.push_back(SMITH_TRY(spec_of(elements[i])));
  }
  return footer;
}

bool inside(uint64_t offset, uint64_t size, uint64_t end) {
  return offset <= end && size <= end - offset;
}

// A bound must be as wide as its type says before anybody compares it.
bool sound_bound(frame::Type type, const std::string& bound) {
  switch (physical_of(type)) {
    case Physical::boolean: return bound.size() == 1;
    case Physical::int32: return bound.size() == 4;
    case Physical::int64:
    case Physical::float64: return bound.size() == 8;
    case Physical::fixed: return bound.size() == fixed_bytes_of(type.precision);
    case Physical::byte_array: break;
  }
  return true;
}

bool sound_chunk(const ColumnSpec& spec, const ChunkEntry& chunk, uint64_t end) {
  if (chunk.physical != static_cast<int32_t>(physical_of(spec.type))) return false;
  if (chunk.dictionary_offset.has_value() && *chunk.dictionary_offset >= chunk.data_offset) {
    return false;
  }
  return inside(chunk.offset(), chunk.compressed_bytes, end) && chunk.offset() >= 4 &&
         inside(chunk.column_index.offset, chunk.column_index.size, end) &&
         inside(chunk.offset_index.offset, chunk.offset_index.size, end) &&
         (!chunk.bounds.has_min || sound_bound(spec.type, chunk.bounds.min)) &&
         (!chunk.bounds.has_max || sound_bound(spec.type, chunk.bounds.max));
}

Result<> check_footer(const Footer& footer, uint64_t end) {
  uint64_t rows = 0;
  for (const RowGroupEntry& row_group : footer.row_groups) {
    if (row_group.chunks.size() != footer.schema.size())
      return corrupt("a row group lacks columns");
    if (row_group.rows > row_group_rows_max) {
      return corrupt("a row group claims too many rows");
    }
    rows += row_group.rows;
    for (size_t i = 0; i < row_group.chunks.size(); ++i) {
      const ChunkEntry& chunk = row_group.chunks[i];
      if (!sound_chunk(footer.schema[i], chunk, end) || chunk.values != row_group.rows) {
        return corrupt("the entry of column " + footer.schema[i].name + " is damaged");
      }
    }
  }
  if (rows != footer.rows) return corrupt("its row groups do not add up to its rows");
  return {};
}

}  // namespace

Result<Footer> read_footer(RandomAccess& file) {
  uint64_t size = file.size();
  if (size < 12) return corrupt("it has " + std::to_string(size) + " bytes");
  char head[4];
  char tail[8];
  SMITH_TRY(file.read_at(0, head));
  SMITH_TRY(file.read_at(size - 8, tail));
  if (std::memcmp(head, magic.data(), 4) != 0 || std::memcmp(tail + 4, magic.data(), 4) != 0) {
    return corrupt("the magic bytes PAR1 are missing");
  }
  uint32_t length;
  std::memcpy(&length, tail, 4);
  if (length > size - 12 || length > file_footer_bytes_max) {
    return corrupt("its footer claims " + std::to_string(length) + " bytes");
  }
  Buffer<char> bytes;
  bytes.resize(length);
  SMITH_TRY(file.read_at(size - 8 - length, bytes.span()));
  Footer footer = SMITH_TRY(decode_footer({bytes.data(), bytes.size()}));
  SMITH_TRY(check_footer(footer, size - 8 - length));
  return footer;
}

Result<PageHeader> read_page_header(std::string_view bytes) {
  ThriftReader in(bytes);
  PageHeader header;
  auto read_inner = [&] {
    read_struct(in, [&](ThriftReader::Field field) {
      if (field.id == 1)
        header.values = natural32(in);
      else if (field.id == 2)
        header.encoding = in.integer32();
      else
        in.skip(field.type);
    });
  };
  read_struct(in, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1: header.kind = in.integer32(); return;
      case 2: header.uncompressed_bytes = natural32(in); return;
      case 3: header.compressed_bytes = natural32(in); return;
      case 4: header.crc = static_cast<uint32_t>(in.integer32()); return;
      case 5:
      case 7:
        if (field.type == ThriftType::structure) return read_inner();
        return in.skip(field.type);
      default: in.skip(field.type);
    }
  });
  if (in.bad()) return Error{Code::corrupt, "a page header is damaged", "", ""};
  header.header_bytes = static_cast<uint32_t>(in.position());
  return header;
}

Result<ColumnIndex> read_column_index(std::string_view bytes) {
  ThriftReader in(bytes);
  ColumnIndex index;
  read_struct(in, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1: return read_list(in, [&] { index.null_pages.push_back(in.list_boolean()); });
      case 2: return read_list(in, [&] { index.mins.push_back(in.binary()); });
      case 3: return read_list(in, [&] { index.maxs.push_back(in.binary()); });
      case 4: index.order = in.integer32(); return;
      case 5: return read_list(in, [&] { index.null_counts.push_back(in.integer()); });
      default: in.skip(field.type);
    }
  });
  size_t pages = index.null_pages.size();
  if (in.bad() || index.mins.size() != pages || index.maxs.size() != pages ||
      index.null_counts.size() != pages) {
    return Error{Code::corrupt, "a column index is damaged", "", ""};
  }
  return index;
}

Result<std::vector<PageLocation>> read_offset_index(std::string_view bytes) {
  ThriftReader in(bytes);
  std::vector<PageLocation> pages;
  auto read_location = [&] {
    auto& page = pages.emplace_back();
    read_struct(in, [&](ThriftReader::Field field) {
      if (field.id == 1)
        page.offset = in.integer();
      else if (field.id == 2)
        page.bytes = in.integer32();
      else if (field.id == 3)
        page.first_row = in.integer();
      else
        in.skip(field.type);
    });
  };
  read_struct(in, [&](ThriftReader::Field field) {
    if (field.id == 1)
      read_list(in, read_location);
    else
      in.skip(field.type);
  });
  if (in.bad()) return Error{Code::corrupt, "an offset index is damaged", "", ""};
  return pages;
}

}  // namespace silversmith::parquet
