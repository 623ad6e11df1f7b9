// SPDX-License-Identifier: Apache-2.0
#include "parquet/metadata.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"

namespace silversmith::parquet {

namespace {

// TIME_MICROS and TIMESTAMP_MICROS mean UTC: times without offset have no converted type.
Converted converted_of(frame::Type type) {
  switch (type.kind) {
    case frame::Kind::text: return converted_utf8;
    case frame::Kind::json: return converted_json;
    case frame::Kind::decimal: return converted_decimal;
    case frame::Kind::date: return converted_date;
    case frame::Kind::timestamp: return type.utc ? converted_timestamp_micros : converted_none;
    case frame::Kind::boolean:
    case frame::Kind::int64:
    case frame::Kind::float64:
    case frame::Kind::binary:
    case frame::Kind::time: break;
  }
  return converted_none;
}

Logical logical_of(frame::Type type) {
  switch (type.kind) {
    case frame::Kind::text: return logical_string;
    case frame::Kind::json: return logical_json;
    case frame::Kind::decimal: return logical_decimal;
    case frame::Kind::date: return logical_date;
    case frame::Kind::time: return logical_time;
    case frame::Kind::timestamp: return logical_timestamp;
    case frame::Kind::boolean:
    case frame::Kind::int64:
    case frame::Kind::float64:
    case frame::Kind::binary: break;
  }
  return logical_none;
}

void put_logical(ThriftWriter& out, frame::Type type) {
  Logical logical = logical_of(type);
  if (logical == logical_none) return;
  out.begin_struct_field(10);
  out.begin_struct_field(logical);
  if (logical == logical_decimal) {
    out.field_i32(1, type.scale);
    out.field_i32(2, type.precision);
  }
  if (logical == logical_time || logical == logical_timestamp) {
    out.field_bool(1, logical == logical_timestamp && type.utc);
    out.begin_struct_field(2);
    out.begin_struct_field(2);  // MICROS
    out.end_struct();
    out.end_struct();
  }
  out.end_struct();
  out.end_struct();
}

void put_element(ThriftWriter& out, const ColumnSpec& spec) {
  Physical physical = physical_of(spec.type);
  out.begin_struct();
  out.field_i32(1, static_cast<int32_t>(physical));
  if (physical == Physical::fixed) out.field_i32(2, fixed_bytes_of(spec.type.precision));
  out.field_i32(3, spec.required ? 0 : 1);
  out.field_binary(4, spec.name);
  Converted converted = converted_of(spec.type);
  if (converted != converted_none) out.field_i32(6, converted);
  if (spec.type.kind == frame::Kind::decimal) {
    out.field_i32(7, spec.type.scale);
    out.field_i32(8, spec.type.precision);
  }
  put_logical(out, spec.type);
  out.end_struct();
}

int32_t codec_number(Codec codec) {
  switch (codec) {
    case Codec::uncompressed: return 0;
    case Codec::snappy: return 1;
    case Codec::zstd: return 6;
  }
  SMITH_CHECK(false, "unknown codec");
}

struct PageCounts {
  int32_t dictionary = 0;
  int32_t as_ids = 0;
  int32_t plain = 0;
};

PageCounts count_pages(const ColumnChunk& chunk) {
  PageCounts counts;
  for (const Page& page : chunk.pages) {
    ++(page.encoding == Encoding::plain ? counts.plain : counts.as_ids);
  }
  if (chunk.has_dictionary) {
    --counts.plain;
    ++counts.dictionary;
  }
  return counts;
}

void put_encodings(ThriftWriter& out, const PageCounts& counts) {
  std::vector<Encoding> encodings;
  if (counts.dictionary + counts.plain > 0) encodings.push_back(Encoding::plain);
  encodings.push_back(Encoding::rle);
  if (counts.as_ids > 0) encodings.push_back(Encoding::rle_dictionary);
  out.begin_list(2, ThriftType::i32, encodings.size());
  for (Encoding encoding : encodings) out.i32(static_cast<int32_t>(encoding));
}

void put_encoding_stats(ThriftWriter& out, const PageCounts& counts) {
  struct Entry {
    int32_t page_type;
    Encoding encoding;
    int32_t count;
  };
  std::array<Entry, 3> all = {{{2, Encoding::plain, counts.dictionary},
                               {0, Encoding::rle_dictionary, counts.as_ids},
                               {0, Encoding::plain, counts.plain}}};
  auto used = std::count_if(all.begin(), all.end(), [](const Entry& e) { return e.count > 0; });
  out.begin_list(13, ThriftType::structure, static_cast<size_t>(used));
  for (const Entry& entry : all) {
    if (entry.count == 0) continue;
    out.begin_struct();
    out.field_i32(1, entry.page_type);
    out.field_i32(2, static_cast<int32_t>(entry.encoding));
    out.field_i32(3, entry.count);
    out.end_struct();
  }
}

void put_statistics(ThriftWriter& out, const ColumnChunk& chunk) {
  const Bounds& bounds = chunk.bounds;
  out.begin_struct_field(12);
  out.field_i64(3, static_cast<int64_t>(chunk.nulls));
  if (bounds.has_max) out.field_binary(5, bounds.max);
  if (bounds.has_min) out.field_binary(6, bounds.min);
  if (bounds.has_max) out.field_bool(7, bounds.max_exact);
  if (bounds.has_min) out.field_bool(8, bounds.min_exact);
  out.end_struct();
}

// BoundaryOrder of the pages that have values: 0 unordered, 1 ascending, 2 descending.
int32_t boundary_order(frame::Type type, const std::vector<const Bounds*>& pages) {
  bool ascending = true;
  bool descending = true;
  for (size_t i = 1; i < pages.size(); ++i) {
    int least = compare_bounds(type, pages[i - 1]->min, pages[i]->min);
    int greatest = compare_bounds(type, pages[i - 1]->max, pages[i]->max);
    ascending = ascending && least <= 0 && greatest <= 0;
    descending = descending && least >= 0 && greatest >= 0;
  }
  return ascending ? 1 : (descending ? 2 : 0);
}

std::string hash_bytes(const Hash128& hash) {
  std::string bytes(16, '\0');
  for (size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<char>(hash.high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<char>(hash.low >> (56 - 8 * i));
  }
  return bytes;
}

}  // namespace

void put_schema(ThriftWriter& out, int16_t id, const Schema& schema) {
  out.begin_list(id, ThriftType::structure, schema.size() + 1);
  out.begin_struct();
  out.field_binary(4, "schema");
  out.field_i32(5, static_cast<int32_t>(schema.size()));
  out.end_struct();
  for (const ColumnSpec& spec : schema) put_element(out, spec);
}

ChunkBytes bytes_of(const ColumnChunk& chunk) {
  ChunkBytes bytes;
  for (const Page& page : chunk.pages) {
    bytes.compressed += page.bytes;
    bytes.uncompressed += page.uncompressed_bytes;
  }
  return bytes;
}

std::string encode_column_metadata(const ColumnSpec& spec, Codec codec, const ColumnChunk& chunk,
                                   uint64_t place) {
  ChunkBytes bytes = bytes_of(chunk);
  PageCounts counts = count_pages(chunk);
  uint64_t data_place = place + (chunk.has_dictionary ? chunk.pages[0].bytes : 0);
  ThriftWriter out;
  out.begin_struct();
  out.field_i32(1, static_cast<int32_t>(physical_of(spec.type)));
  put_encodings(out, counts);
  out.begin_list(3, ThriftType::binary, 1);
  out.binary(spec.name);
  out.field_i32(4, codec_number(codec));
  out.field_i64(5, static_cast<int64_t>(chunk.values));
  out.field_i64(6, static_cast<int64_t>(bytes.uncompressed));
  out.field_i64(7, static_cast<int64_t>(bytes.compressed));
  out.field_i64(9, static_cast<int64_t>(data_place));
  if (chunk.has_dictionary) out.field_i64(11, static_cast<int64_t>(place));
  put_statistics(out, chunk);
  put_encoding_stats(out, counts);
  out.end_struct();
  return out.take();
}

std::string encode_column_index(frame::Type type, const ColumnChunk& chunk) {
  std::span<const Page> pages = chunk.pages;
  if (chunk.has_dictionary) pages = pages.subspan(1);
  std::vector<const Bounds*> filled;
  for (const Page& page : pages) {
    if (page.nulls == page.rows) continue;
    if (!page.bounds.has_min || !page.bounds.has_max) return "";
    filled.push_back(&page.bounds);
  }
  ThriftWriter out;
  out.begin_struct();
  out.begin_list(1, ThriftType::true_value, pages.size());
  for (const Page& page : pages) out.boolean(page.nulls == page.rows);
  out.begin_list(2, ThriftType::binary, pages.size());
  for (const Page& page : pages) out.binary(page.bounds.min);
  out.begin_list(3, ThriftType::binary, pages.size());
  for (const Page& page : pages) out.binary(page.bounds.max);
  out.field_i32(4, boundary_order(type, filled));
  out.begin_list(5, ThriftType::i64, pages.size());
  for (const Page& page : pages) out.i64(page.nulls);
  out.end_struct();
  return out.take();
}

std::string encode_offset_index(const ColumnChunk& chunk, uint64_t place) {
  std::span<const Page> pages = chunk.pages;
  if (chunk.has_dictionary) {
    place += pages[0].bytes;
    pages = pages.subspan(1);
  }
  ThriftWriter out;
  out.begin_struct();
  out.begin_list(1, ThriftType::structure, pages.size());
  int64_t first_row = 0;
  for (const Page& page : pages) {
    out.begin_struct();
    out.field_i64(1, static_cast<int64_t>(place));
    out.field_i32(2, static_cast<int32_t>(page.bytes));
    out.field_i64(3, first_row);
    out.end_struct();
    place += page.bytes;
    first_row += page.rows;
  }
  out.end_struct();
  return out.take();
}

void digest_schema(ContentHash& hash, const Schema& schema) {
  ThriftWriter out;
  put_schema(out, 2, schema);
  hash.update(out.bytes());
}

void digest_page(ContentHash& hash, const Hash128& page) { hash.update(hash_bytes(page)); }

}  // namespace silversmith::parquet
