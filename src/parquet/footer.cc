// SPDX-License-Identifier: Apache-2.0
#include "parquet/footer.h"

#include <algorithm>
#include <cstring>

#include "base/buffer.h"
#include "base/limits.h"
#include "parquet/metadata.h"
#include "parquet/structs.h"
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

Error unsupported(std::string message) {
  return {Code::invalid, std::move(message) + ", which this reader does not support",
          "read it with another Parquet reader", ""};
}

// What the entries that we make much larger take at least: their mandatory fields.
constexpr size_t chunk_entry_bytes_min = 20;
constexpr size_t row_group_entry_bytes_min = 7 + chunk_entry_bytes_min;

struct Element {
  int32_t physical = -1;
  int32_t length = 0;
  int32_t repetition = 0;
  int32_t children = 0;
  int32_t converted = -1;
  int32_t scale = 0;
  int32_t precision = 0;
  int16_t logical = logical_none;
  int32_t logical_scale = 0;
  int32_t logical_precision = 0;
  bool utc = false;
  int16_t unit = 0;
  std::string name;
};

void read_time_type(ThriftReader& in, Element& element) {
  read_struct(in, structs::time_type, [&](ThriftReader::Field field) {
    if (field.id == 1) {
      element.utc = in.boolean(field.type);
    } else if (field.id == 2) {
      read_struct(in, structs::time_unit, [&](ThriftReader::Field unit) {
        element.unit = unit.id;
        in.skip(unit.type);
      });
    } else {
      in.skip(field.type);
    }
  });
}

void read_decimal_type(ThriftReader& in, Element& element) {
  read_struct(in, structs::decimal_type, [&](ThriftReader::Field field) {
    if (field.id == 1)
      element.logical_scale = in.integer32();
    else if (field.id == 2)
      element.logical_precision = in.integer32();
    else
      in.skip(field.type);
  });
}

void read_logical(ThriftReader& in, Element& element) {
  read_struct(in, structs::logical_type, [&](ThriftReader::Field field) {
    element.logical = field.id;
    if (field.id == logical_decimal)
      read_decimal_type(in, element);
    else if (field.id == logical_time || field.id == logical_timestamp)
      read_time_type(in, element);
    else
      in.skip(field.type);
  });
}

Element read_element(ThriftReader& in) {
  Element element;
  read_struct(in, structs::schema_element, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1: element.physical = in.integer32(); return;
      case 2: element.length = in.integer32(); return;
      case 3: element.repetition = in.integer32(); return;
      case 4: element.name = in.binary(); return;
      case 5: element.children = in.integer32(); return;
      case 6: element.converted = in.integer32(); return;
      case 7: element.scale = in.integer32(); return;
      case 8: element.precision = in.integer32(); return;
      case 10: return read_logical(in, element);
      default: in.skip(field.type);
    }
  });
  return element;
}

// The older converted type and the newer logical one say the same, where both are there.
bool types_agree(const Element& element) {
  switch (element.converted) {
    case converted_utf8:
      return element.logical == logical_none || element.logical == logical_string;
    case converted_decimal:
      return element.logical == logical_none ||
             (element.logical == logical_decimal && element.logical_scale == element.scale &&
              element.logical_precision == element.precision);
    case converted_date: return element.logical == logical_none || element.logical == logical_date;
    case converted_json: return element.logical == logical_none || element.logical == logical_json;
    default:
      return element.physical == static_cast<int32_t>(Physical::int64) ||
             element.logical == logical_none;
  }
}

std::optional<frame::Type> type_of(const Element& element) {
  using frame::Kind;
  if (!types_agree(element)) return std::nullopt;
  auto plain = [](Kind kind) { return frame::Type{kind, 0, 0, false}; };
  bool micros = element.unit == 2;
  if (element.converted == converted_decimal) {
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
      if (element.converted == converted_date) return plain(Kind::date);
      return std::nullopt;
    case 2:
      if (element.logical == logical_time && micros) return plain(Kind::time);
      if (element.logical == logical_timestamp && micros)
        return frame::Type{Kind::timestamp, 0, 0, element.utc};
      if (element.logical == logical_none && element.converted == converted_none)
        return plain(Kind::int64);
      return std::nullopt;
    case 5: return plain(Kind::float64);
    case 6:
      if (element.converted == converted_utf8) return plain(Kind::text);
      if (element.converted == converted_json) return plain(Kind::json);
      if (element.converted == converted_none && element.logical == logical_none)
        return plain(Kind::binary);
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
  read_struct(in, structs::statistics, [&](ThriftReader::Field field) {
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
    case 2: chunk.foreign_codec = "GZIP"; return;
    case 3: chunk.foreign_codec = "LZO"; return;
    case 4: chunk.foreign_codec = "BROTLI"; return;
    case 5: chunk.foreign_codec = "LZ4"; return;
    case 6: chunk.codec = Codec::zstd; return;
    case 7: chunk.foreign_codec = "LZ4_RAW"; return;
    default: in.fail();
  }
}

void read_key_value(ThriftReader& in, KeyValues& key_values, uint64_t* value_place) {
  auto& pair = key_values.emplace_back();
  read_struct(in, structs::key_value, [&](ThriftReader::Field field) {
    if (field.id == 1) {
      pair.first = in.binary();
    } else if (field.id == 2) {
      pair.second = in.binary();
      if (value_place != nullptr) *value_place = in.position() - pair.second.size();
    } else {
      in.skip(field.type);
    }
  });
}

void read_chunk_metadata(ThriftReader& in, std::string_view column, ChunkEntry& chunk) {
  KeyValues unused;
  std::vector<std::string_view> path;
  read_struct(in, structs::column_metadata, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1: chunk.physical = in.integer32(); return;
      case 2:
        return read_list(in, ThriftType::i32, [&] { chunk.encodings.push_back(in.integer32()); });
      case 3: return read_list(in, ThriftType::binary, [&] { path.emplace_back(in.binary()); });
      case 4: return read_codec(in, chunk);
      case 5: chunk.values = natural(in); return;
      case 6: chunk.uncompressed_bytes = natural(in); return;
      case 7: chunk.compressed_bytes = natural(in); return;
      case 8:
        return read_list(in, ThriftType::structure, [&] { read_key_value(in, unused, nullptr); });
      case 9: chunk.data_offset = natural(in); return;
      case 11: chunk.dictionary_offset = natural(in); return;
      case 12: return read_statistics(in, chunk);
      case 13:
        return read_list(in, ThriftType::structure,
                         [&] { pass_over(in, structs::encoding_stats); });
      default: in.skip(field.type);
    }
  });
  chunk.names_its_column = path.size() == 1 && path[0] == column;
}

ChunkEntry read_chunk(ThriftReader& in, std::string_view column) {
  ChunkEntry chunk;
  bool described = false;
  read_struct(in, structs::column_chunk, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 3: described = true; return read_chunk_metadata(in, column, chunk);
      case 4: chunk.offset_index.offset = natural(in); return;
      case 5: chunk.offset_index.size = natural32(in); return;
      case 6: chunk.column_index.offset = natural(in); return;
      case 7: chunk.column_index.size = natural32(in); return;
      default: in.skip(field.type);
    }
  });
  // The format allows it to stand elsewhere, which no reader follows.
  if (!described) in.fail();
  return chunk;
}

// `elements` are the schema's, the root first; writers write them in front of the row groups.
RowGroupEntry read_row_group(ThriftReader& in, const std::vector<Element>& elements) {
  RowGroupEntry row_group;
  auto add_chunk = [&] {
    size_t element = row_group.chunks.size() + 1;
    std::string_view column;
    if (element < elements.size()) column = elements[element].name;
    row_group.chunks.push_back(read_chunk(in, column));
  };
  read_struct(in, structs::row_group, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1: return read_list(in, ThriftType::structure, add_chunk, chunk_entry_bytes_min);
      case 2: row_group.bytes = natural(in); return;
      case 3: row_group.rows = natural(in); return;
      case 4:
        return read_list(in, ThriftType::structure,
                         [&] { pass_over(in, structs::sorting_column); });
      default: in.skip(field.type);
    }
  });
  return row_group;
}

struct Decoded {
  Footer footer;
  std::vector<Element> elements;
  std::optional<size_t> orders;  // how many columns have one
  int32_t version = 0;
};

void read_file_metadata(ThriftReader& in, Decoded& decoded) {
  Footer& footer = decoded.footer;
  read_struct(in, structs::file_metadata, [&](ThriftReader::Field field) {
    switch (field.id) {
      case 1: decoded.version = in.integer32(); return;
      case 2:
        return read_list(in, ThriftType::structure,
                         [&] { decoded.elements.push_back(read_element(in)); });
      case 3: footer.rows = natural(in); return;
      case 4:
        return read_list(
            in, ThriftType::structure,
            [&] { footer.row_groups.push_back(read_row_group(in, decoded.elements)); },
            row_group_entry_bytes_min);
      case 5:
        return read_list(in, ThriftType::structure, [&] {
          read_key_value(in, footer.key_values, &footer.value_places.emplace_back());
        });
      case 6: footer.created_by = in.binary(); return;
      case 7:
        decoded.orders = 0;
        return read_list(in, ThriftType::structure, [&] {
          pass_over(in, structs::column_order);
          ++*decoded.orders;
        });
      default: in.skip(field.type);
    }
  });
}

// What we write, we know: a type that we don't is then a damaged one.
Error as_ours(const Footer& footer, const Error& error) {
  return footer.is_ours() ? corrupt("its footer is damaged: " + error.message) : error;
}

// The first element that has others below it, of a schema that is no list of columns.
const Element* group_in(const std::vector<Element>& elements) {
  auto group = std::find_if(elements.begin() + 1, elements.end(),
                            [](const Element& element) { return element.children > 0; });
  return group == elements.end() ? nullptr : &*group;
}

Result<Footer> decode_footer(std::string_view bytes) {
  ThriftReader in(bytes);
  Decoded decoded;
  read_file_metadata(in, decoded);
  const std::vector<Element>& elements = decoded.elements;
  // A field whose id was changed looks like one of a later version and is passed over with all that
  // is in it; what stands in ours is known.
  bool hidden = decoded.footer.key_value(checksum_key) == nullptr &&
                bytes.find(checksum_key) != std::string_view::npos;
  if (in.bad() || in.position() != bytes.size() || hidden) return corrupt("its footer is damaged");
  if (decoded.version < 1 || decoded.version > 2) return corrupt("its version is unknown");
  if (elements.empty()) return corrupt("it has no schema");
  if (static_cast<size_t>(std::max(elements[0].children, 0)) != elements.size() - 1) {
    const Element* group = group_in(elements);
    if (group == nullptr || elements[0].children < 1) return corrupt("its schema is damaged");
    return as_ours(decoded.footer, unsupported("column " + group->name + " is nested"));
  }
  if (decoded.orders.has_value() && *decoded.orders != elements.size() - 1) {
    return corrupt("it orders the values of other columns");
  }
  for (size_t i = 1; i < elements.size(); ++i) {
    Result<ColumnSpec> spec = spec_of(elements[i]);
    if (!spec) return as_ours(decoded.footer, std::move(spec).error());
    decoded.footer.schema.push_back(std::move(*spec));
  }
  return std::move(decoded.footer);
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
  if (!chunk.names_its_column) return false;
  // Arrow says of a chunk without rows that its pages, of which it has none, begin at byte 0.
  bool empty = chunk.values == 0 && chunk.data_offset == 0;
  if (!empty && chunk.dictionary_offset.has_value() &&
      *chunk.dictionary_offset >= chunk.data_offset) {
    return false;
  }
  return inside(chunk.offset(), chunk.compressed_bytes, end) &&
         (chunk.offset() >= 4 || chunk.compressed_bytes == 0) &&
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
      if (!chunk.foreign_codec.empty()) {
        return as_ours(footer,
                       unsupported("column " + footer.schema[i].name + " is compressed by " +
                                   std::string(chunk.foreign_codec)));
      }
      if (!sound_chunk(footer.schema[i], chunk, end) || chunk.values != row_group.rows) {
        return corrupt("the entry of column " + footer.schema[i].name + " is damaged");
      }
    }
  }
  if (rows != footer.rows) return corrupt("its row groups do not add up to its rows");
  return {};
}

}  // namespace

const std::string* Footer::key_value(std::string_view key) const {
  for (const auto& pair : key_values) {
    if (pair.first == key) return &pair.second;
  }
  return nullptr;
}

bool Footer::is_ours() const {
  return created_by.starts_with("silversmith ") || key_value(checksum_key) != nullptr;
}

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
  for (uint64_t& place : footer.value_places) place += size - 8 - length;
  return footer;
}

}  // namespace silversmith::parquet
