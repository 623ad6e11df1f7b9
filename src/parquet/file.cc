// SPDX-License-Identifier: Apache-2.0
#include "parquet/file.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/check.h"
#include "parquet/metadata.h"
#include "parquet/row_group_state.h"

namespace silversmith::parquet {

namespace {

// Counts and hashes what goes by.
class SummingSink : public ByteSink {
 public:
  explicit SummingSink(ByteSink& sink) : sink_(sink) {}
  Result<> write(std::string_view bytes) override {
    hash_.update(bytes);
    return write_unhashed(bytes);
  }
  Result<> write_unhashed(std::string_view bytes) {
    count_ += bytes.size();
    return sink_.write(bytes);
  }
  // Bytes that are written later.
  void hash_ahead(std::string_view bytes) { hash_.update(bytes); }
  uint64_t count() const { return count_; }
  Hash128 hash() const { return hash_.digest(); }

 private:
  ByteSink& sink_;
  uint64_t count_ = 0;
  ContentHash hash_;
};

constexpr size_t checksum_digits = 32;

// Where the encoded entries of a chunk stand in the stores, one behind the other.
struct WrittenChunk {
  uint32_t metadata_bytes = 0;
  uint32_t column_index_bytes = 0;  // 0: none
  uint32_t offset_index_bytes = 0;
};

struct WrittenRowGroup {
  uint64_t rows = 0;
  uint64_t place = 0;
  ChunkBytes bytes;
};

// The footer's entries of the chunks of some columns, in the order in which the chunks went out.
struct Entries {
  PageStore metadata;
  PageStore column_indexes;
  PageStore offset_indexes;
  std::vector<WrittenChunk> chunks;

  Entries(SpoolMaker* spools, uint64_t bytes_max)
      : metadata(spools, bytes_max),
        column_indexes(spools, bytes_max),
        offset_indexes(spools, bytes_max) {}

  Result<> add(const ColumnSpec& spec, Codec codec, const ColumnChunk& chunk, uint64_t place) {
    std::string entry = encode_column_metadata(spec, codec, chunk, place);
    std::string column_index = encode_column_index(spec.type, chunk);
    std::string offset_index = encode_offset_index(chunk, place);
    chunks.push_back({static_cast<uint32_t>(entry.size()),
                      static_cast<uint32_t>(column_index.size()),
                      static_cast<uint32_t>(offset_index.size())});
    SMITH_TRY(metadata.append(entry));
    SMITH_TRY(column_indexes.append(column_index));
    return offset_indexes.append(offset_index);
  }
};

// How far the footer has come in Entries.
struct Cursor {
  Entries& entries;
  uint64_t column_place = 0;  // in the file
  uint64_t offset_place = 0;
  size_t next = 0;
  uint64_t metadata_place = 0;  // in the store
};

}  // namespace

struct FileWriter::State {
  Schema schema;
  WriterOptions options;
  SummingSink sink;
  SpoolMaker* spools;
  ContentHash digest;
  Entries entries;
  Entries late;  // of the late column
  std::vector<WrittenRowGroup> row_groups;
  std::vector<ColumnChunk> totals;  // nulls and bounds of each column, no pages
  std::vector<bool> max_lost;
  uint64_t rows = 0;

  State(Schema given, WriterOptions chosen, ByteSink& out, SpoolMaker* maker)
      : schema(std::move(given)),
        options(std::move(chosen)),
        sink(out),
        spools(maker),
        entries(maker, options.footer_bytes_max),
        late(maker, options.footer_bytes_max),
        totals(schema.size()),
        max_lost(schema.size()) {
    digest_schema(digest, schema);
  }

  Result<> begin() { return sink.count() > 0 ? Result<>() : sink.write(magic); }

  Entries& entries_of(size_t column) { return column == options.late_column ? late : entries; }

  Result<> append_chunk(size_t column, const ColumnChunk& chunk, PageStore& pages,
                        WrittenRowGroup& row_group) {
    uint64_t place = sink.count();
    for (const Page& page : chunk.pages) {
      SMITH_TRY(pages.copy(page.place, page.bytes, sink));
      digest_page(digest, page.digest);
    }
    const ColumnSpec& spec = schema[column];
    SMITH_TRY(entries_of(column).add(spec, options.codec, chunk, place));
    ChunkBytes bytes = bytes_of(chunk);
    row_group.bytes.compressed += bytes.compressed;
    row_group.bytes.uncompressed += bytes.uncompressed;
    ColumnChunk& total = totals[column];
    total.nulls += chunk.nulls;
    max_lost[column] = max_lost[column] || (chunk.bounds.has_min && !chunk.bounds.has_max);
    merge_bounds(spec.type, chunk.bounds, total.bounds);
    return {};
  }

  // A row group of that column alone, which has the same text in every row.
  Result<RowGroup> constant_rows(size_t index, uint64_t count,
                                 std::optional<std::string_view> value) const {
    Schema alone = {schema[index]};
    WriterOptions how = options;
    how.late_column.reset();
    RowGroupWriter writer(alone, how, spools);
    frame::Column column;
    column.type = alone[0].type;
    auto most = static_cast<uint32_t>(std::min<uint64_t>(count, options.page_rows_max));
    column.values.resize(most * sizeof(frame::Text));
    column.valid.resize(most);
    std::string_view text = value.value_or("");
    std::fill_n(column.data<frame::Text>(), most,
                frame::Text{text.data(), static_cast<uint32_t>(text.size())});
    std::fill_n(column.valid.begin(), most, value.has_value() ? uint8_t{1} : uint8_t{0});
    for (uint64_t left = count; left > 0; left -= column.rows) {
      column.rows = static_cast<uint32_t>(std::min<uint64_t>(left, most));
      column.null_count = value.has_value() ? 0 : column.rows;
      SMITH_TRY(writer.append({&column, 1}, column.rows));
    }
    return writer.finish();
  }

  FileSummary summary() const {
    FileSummary summary{rows, sink.count(), row_groups.size(), digest.digest(), {}};
    for (size_t i = 0; i < schema.size(); ++i) {
      const ColumnSpec& spec = schema[i];
      const Bounds& bounds = totals[i].bounds;
      ColumnSummary column{spec.name, spec.type, totals[i].nulls, false, "", ""};
      if (bounds.has_min && bounds.has_max && !max_lost[i]) {
        column.has_min_max = true;
        column.min = readable(spec.type, bounds.min);
        column.max = readable(spec.type, bounds.max);
      }
      summary.columns.push_back(std::move(column));
    }
    return summary;
  }

  // The footer goes out entry by entry: with many chunks it is larger than what we want to hold.
  //
  //   PAR1 ... pages ... footer ... silversmith.checksum │ 32 digits │ created_by ... PAR1
  //   └──────────────── hashed ─────────────────────────┘            └───── hashed ──────┘
  Result<> write_end(const KeyValues& key_values, Cursor regular, Cursor behind) {
    uint64_t place = sink.count();
    ThriftWriter out;
    out.begin_struct();
    out.field_i32(1, 1);
    put_schema(out, 2, schema);
    out.field_i64(3, static_cast<int64_t>(rows));
    out.begin_list(4, ThriftType::structure, row_groups.size());
    for (size_t i = 0; i < row_groups.size(); ++i) {
      out.begin_struct();
      out.begin_list(1, ThriftType::structure, schema.size());
      for (size_t column = 0; column < schema.size(); ++column) {
        SMITH_TRY(write_chunk_entry(out, column == options.late_column ? behind : regular));
      }
      put_row_group(out, i);
    }
    put_key_values(out, key_values);
    std::string before = out.bytes();
    out.drain();
    before.resize(before.size() - checksum_digits);
    put_tail(out);
    SMITH_TRY(sink.write(before));
    uint64_t bytes = sink.count() - place + checksum_digits + out.bytes().size();
    if (bytes > file_footer_bytes_max) {
      return Error{Code::limit, "the Parquet footer passes 2 GiB", "split the file", ""};
    }
    auto length = static_cast<uint32_t>(bytes);
    std::string after = out.bytes();
    after.append(reinterpret_cast<const char*>(&length), 4).append(magic);
    sink.hash_ahead(after);
    SMITH_TRY(sink.write_unhashed(sink.hash().hex()));
    return sink.write_unhashed(after);
  }

  Result<> write_chunk_entry(ThriftWriter& out, Cursor& cursor) {
    const WrittenChunk& chunk = cursor.entries.chunks[cursor.next++];
    out.begin_struct();
    out.field_i64(2, 0);
    out.begin_field(3, ThriftType::structure);
    SMITH_TRY(sink.write(out.bytes()));
    out.drain();
    SMITH_TRY(cursor.entries.metadata.copy(cursor.metadata_place, chunk.metadata_bytes, sink));
    out.field_i64(4, static_cast<int64_t>(cursor.offset_place));
    out.field_i32(5, static_cast<int32_t>(chunk.offset_index_bytes));
    if (chunk.column_index_bytes > 0) {
      out.field_i64(6, static_cast<int64_t>(cursor.column_place));
      out.field_i32(7, static_cast<int32_t>(chunk.column_index_bytes));
    }
    out.end_struct();
    cursor.metadata_place += chunk.metadata_bytes;
    cursor.column_place += chunk.column_index_bytes;
    cursor.offset_place += chunk.offset_index_bytes;
    return {};
  }

  // Writes all of it and says where it begins.
  Result<uint64_t> write_index(PageStore& index) {
    uint64_t place = sink.count();
    SMITH_TRY(index.copy(0, index.size(), sink));
    return place;
  }

  void put_row_group(ThriftWriter& out, size_t index) const {
    const WrittenRowGroup& entry = row_groups[index];
    out.field_i64(2, static_cast<int64_t>(entry.bytes.uncompressed));
    out.field_i64(3, static_cast<int64_t>(entry.rows));
    out.field_i64(5, static_cast<int64_t>(entry.place));
    out.field_i64(6, static_cast<int64_t>(entry.bytes.compressed));
    if (index <= static_cast<size_t>(std::numeric_limits<int16_t>::max())) {
      out.field_i16(7, static_cast<int16_t>(index));
    }
    out.end_struct();
  }

  // Ends with the last value's bytes, as the checksum's are not known yet.
  static void put_key_values(ThriftWriter& out, const KeyValues& key_values) {
    out.begin_list(5, ThriftType::structure, key_values.size() + 1);
    for (const auto& [key, value] : key_values) {
      out.begin_struct();
      out.field_binary(1, key);
      out.field_binary(2, value);
      out.end_struct();
    }
    out.begin_struct();
    out.field_binary(1, checksum_key);
    out.field_binary(2, std::string(checksum_digits, '0'));
  }

  void put_tail(ThriftWriter& out) const {
    out.end_struct();  // of the checksum's key-value
    out.field_binary(6, options.created_by);
    out.begin_list(7, ThriftType::structure, schema.size());
    for (size_t i = 0; i < schema.size(); ++i) {
      out.begin_struct();
      out.begin_struct_field(1);  // TYPE_ORDER
      out.end_struct();
      out.end_struct();
    }
    out.end_struct();
  }
};

FileWriter::FileWriter(Schema schema, WriterOptions options, ByteSink& sink, SpoolMaker* spools)
    : state_(std::make_unique<State>(std::move(schema), std::move(options), sink, spools)) {}
FileWriter::FileWriter(FileWriter&&) noexcept = default;
FileWriter::~FileWriter() = default;

Result<> FileWriter::append(RowGroup row_group) {
  State& state = *state_;
  RowGroup::State& given = *row_group.state_;
  if (given.rows == 0) return {};
  std::optional<size_t> late = state.options.late_column;
  SMITH_CHECK(given.chunks.size() + (late.has_value() ? 1 : 0) == state.schema.size(),
              "a row group of another schema");
  SMITH_TRY(state.begin());
  WrittenRowGroup& written = state.row_groups.emplace_back();
  written.rows = given.rows;
  written.place = state.sink.count();
  for (size_t i = 0; i < given.chunks.size(); ++i) {
    size_t column = late.has_value() && i >= *late ? i + 1 : i;
    SMITH_TRY(state.append_chunk(column, given.chunks[i], given.pages, written));
  }
  state.rows += given.rows;
  return {};
}

Result<> FileWriter::fill_late(std::optional<std::string_view> value) {
  State& state = *state_;
  SMITH_CHECK(state.options.late_column.has_value() && state.late.chunks.empty(),
              "no column is late");
  size_t column = *state.options.late_column;
  for (WrittenRowGroup& row_group : state.row_groups) {
    RowGroup made = SMITH_TRY(state.constant_rows(column, row_group.rows, value));
    RowGroup::State& given = *made.state_;
    SMITH_TRY(state.append_chunk(column, given.chunks[0], given.pages, row_group));
  }
  return {};
}

FileSummary FileWriter::summary() const { return state_->summary(); }

Result<FileSummary> FileWriter::finish(const KeyValues& key_values) {
  State& state = *state_;
  bool filled = state.late.chunks.size() == state.row_groups.size();
  SMITH_CHECK(filled || !state.options.late_column.has_value(), "the late column was not filled");
  SMITH_TRY(state.begin());
  FileSummary summary = state.summary();
  KeyValues all = {{std::string(digest_key), summary.digest.hex()}};
  for (const auto& pair : key_values) {
    if (pair.first != digest_key && pair.first != checksum_key) all.push_back(pair);
  }
  Cursor regular{state.entries};
  Cursor behind{state.late};
  regular.column_place = SMITH_TRY(state.write_index(state.entries.column_indexes));
  behind.column_place = SMITH_TRY(state.write_index(state.late.column_indexes));
  regular.offset_place = SMITH_TRY(state.write_index(state.entries.offset_indexes));
  behind.offset_place = SMITH_TRY(state.write_index(state.late.offset_indexes));
  SMITH_TRY(state.write_end(all, regular, behind));
  summary.bytes = state.sink.count();
  return summary;
}

}  // namespace silversmith::parquet
