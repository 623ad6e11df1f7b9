// SPDX-License-Identifier: Apache-2.0
#include "parquet/reader.h"

#include <algorithm>
#include <utility>

#include "parquet/chunk_reader.h"
#include "parquet/footer.h"
#include "parquet/metadata.h"
#include "parquet/verify.h"

namespace silversmith::parquet {

namespace {

std::string_view name_of_encoding(int32_t encoding) {
  switch (encoding) {
    case 0: return "PLAIN";
    case 2: return "PLAIN_DICTIONARY";
    case 3: return "RLE";
    case 8: return "RLE_DICTIONARY";
    default: return "other";
  }
}

Json chunk_json(const ColumnSpec& spec, const ChunkEntry& chunk) {
  Json encodings = Json::array();
  for (int32_t encoding : chunk.encodings) encodings.add(name_of_encoding(encoding));
  Json json = Json::object();
  json.set("name", spec.name);
  json.set("type", frame::describe(spec.type));
  json.set("codec", name_of(chunk.codec));
  json.set("encodings", std::move(encodings));
  json.set("values", chunk.values);
  if (chunk.null_count.has_value()) json.set("null_count", *chunk.null_count);
  if (chunk.bounds.has_min) json.set("min", readable(spec.type, chunk.bounds.min));
  if (chunk.bounds.has_max) json.set("max", readable(spec.type, chunk.bounds.max));
  json.set("compressed_bytes", chunk.compressed_bytes);
  json.set("uncompressed_bytes", chunk.uncompressed_bytes);
  return json;
}

}  // namespace

struct Reader::State {
  RandomAccess& file;
  Footer footer;

  // What we wrote, we can read.
  Error judged(Error error) const {
    if (error.code == Code::invalid && footer.is_ours()) error.code = Code::corrupt;
    return error;
  }
};

Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Result<Reader> Reader::open(RandomAccess& file) {
  Footer footer = SMITH_TRY(read_footer(file));
  return Reader(std::make_unique<State>(State{file, std::move(footer)}));
}

const Schema& Reader::schema() const { return state_->footer.schema; }
uint64_t Reader::rows() const { return state_->footer.rows; }
size_t Reader::row_groups() const { return state_->footer.row_groups.size(); }
uint64_t Reader::row_group_rows(size_t row_group) const {
  return state_->footer.row_groups.at(row_group).rows;
}
const std::string& Reader::created_by() const { return state_->footer.created_by; }
const KeyValues& Reader::key_values() const { return state_->footer.key_values; }

const std::string* Reader::key_value(std::string_view key) const {
  return state_->footer.key_value(key);
}

Result<DecodedColumn> Reader::read(size_t row_group, size_t column) {
  const ColumnSpec& spec = schema().at(column);
  const ChunkEntry& chunk = state_->footer.row_groups.at(row_group).chunks.at(column);
  ChunkReader reader(state_->file, spec, chunk);
  Result<DecodedColumn> decoded = read_chunk(reader, spec, nullptr);
  if (decoded) return decoded;
  return state_->judged(std::move(decoded).error()).in("column " + spec.name);
}

Json Reader::metadata_json() const {
  Json row_groups = Json::array();
  for (const RowGroupEntry& entry : state_->footer.row_groups) {
    Json columns = Json::array();
    for (size_t i = 0; i < entry.chunks.size(); ++i) {
      columns.add(chunk_json(schema()[i], entry.chunks[i]));
    }
    Json row_group = Json::object();
    row_group.set("rows", entry.rows);
    row_group.set("uncompressed_bytes", entry.bytes);
    row_group.set("columns", std::move(columns));
    row_groups.add(std::move(row_group));
  }
  Json key_values = Json::object();
  for (const auto& [key, value] : state_->footer.key_values) key_values.set(key, value);
  Json json = Json::object();
  json.set("created_by", created_by());
  json.set("rows", rows());
  json.set("columns", uint64_t{schema().size()});
  json.set("key_values", std::move(key_values));
  json.set("row_groups", std::move(row_groups));
  return json;
}

Result<Hash128> Reader::digest() {
  ContentHash hash;
  digest_schema(hash, schema());
  // In file order: a column that was known late stands behind all others.
  std::vector<std::pair<const ChunkEntry*, const ColumnSpec*>> chunks;
  for (const RowGroupEntry& row_group : state_->footer.row_groups) {
    for (size_t i = 0; i < row_group.chunks.size(); ++i) {
      chunks.emplace_back(&row_group.chunks[i], &schema()[i]);
    }
  }
  std::stable_sort(chunks.begin(), chunks.end(), [](const auto& one, const auto& other) {
    return one.first->offset() < other.first->offset();
  });
  for (const auto& [chunk, spec] : chunks) {
    ChunkReader reader(state_->file, *spec, *chunk);
    ChunkReader::RawPage page;
    while (true) {
      Result<bool> more = reader.next(page);
      if (!more) return state_->judged(std::move(more).error()).in("column " + spec->name);
      if (!*more) break;
      digest_page(hash, content_hash(page.image));
    }
  }
  return hash.digest();
}

Result<> Reader::verify() {
  for (size_t i = 0; i < row_groups(); ++i) {
    for (size_t column = 0; column < schema().size(); ++column) {
      const ChunkEntry& chunk = state_->footer.row_groups[i].chunks[column];
      Result<> sound = verify_chunk(state_->file, schema()[column], chunk);
      if (sound) continue;
      std::string place = "row group " + std::to_string(i) + ", column " + schema()[column].name;
      return state_->judged(std::move(sound).error()).in(place);
    }
  }
  const std::string* wanted = key_value(digest_key);
  if (wanted != nullptr) {
    std::string found = SMITH_TRY(digest()).hex();
    if (found != *wanted) {
      return changed_since("the content digest is " + found + ", the footer says " + *wanted);
    }
  }
  // Last, as all that it can tell is that something is wrong.
  return verify_checksum(state_->file, state_->footer);
}

}  // namespace silversmith::parquet
