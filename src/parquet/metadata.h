// SPDX-License-Identifier: Apache-2.0
// The structs of parquet.thrift that we write into a file's end, encoded: schema, column metadata,
// page indexes.
#pragma once

#include <cstdint>
#include <string>

#include "base/hash.h"
#include "parquet/page.h"
#include "parquet/schema.h"
#include "parquet/thrift.h"

namespace silversmith::parquet {

inline constexpr std::string_view magic = "PAR1";

// ConvertedType and the LogicalType union's field ids of parquet.thrift.
enum Converted : int8_t {
  converted_none = -1,
  converted_utf8 = 0,
  converted_decimal = 5,
  converted_date = 6,
  converted_timestamp_micros = 10,
  converted_json = 19,
};
enum Logical : int16_t {
  logical_none = 0,
  logical_string = 1,
  logical_decimal = 5,
  logical_date = 6,
  logical_time = 7,
  logical_timestamp = 8,
  logical_json = 12,
};

// Field `id`: the list of SchemaElement, the root first.
void put_schema(ThriftWriter& out, int16_t id, const Schema& schema);

// ColumnMetaData of a chunk whose first page stands at `place` of the file.
std::string encode_column_metadata(const ColumnSpec& spec, Codec codec, const ColumnChunk& chunk,
                                   uint64_t place);
// ColumnIndex, or "" when a page has values and lacks a bound: the format then allows none.
std::string encode_column_index(frame::Type type, const ColumnChunk& chunk);
std::string encode_offset_index(const ColumnChunk& chunk, uint64_t place);

struct ChunkBytes {
  uint64_t compressed = 0;  // headers included, both
  uint64_t uncompressed = 0;
};
ChunkBytes bytes_of(const ColumnChunk& chunk);

// The content digest: the encoded schema, then every page's own digest in file order.
void digest_schema(ContentHash& hash, const Schema& schema);
void digest_page(ContentHash& hash, const Hash128& page);

}  // namespace silversmith::parquet
