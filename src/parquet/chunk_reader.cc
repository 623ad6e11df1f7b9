// SPDX-License-Identifier: Apache-2.0
#include "parquet/chunk_reader.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"
#include "parquet/compress.h"
#include "parquet/decode.h"
#include "parquet/text_key.h"

namespace silversmith::parquet {

namespace {

constexpr size_t header_bytes_max = 4096;  // ours are below 64
constexpr uint64_t image_bytes_max = uint64_t{1} << 30;

Error corrupt(std::string_view what) { return {Code::corrupt, std::string(what), "", ""}; }

Error unsupported(std::string what) {
  return {Code::invalid, std::move(what) + ", which this reader does not support",
          "read it with another Parquet reader", ""};
}

// What plain values of a fixed width take; of texts, whatever there is.
uint64_t plain_bytes_max(frame::Type type, uint32_t count) {
  switch (physical_of(type)) {
    case Physical::byte_array: return UINT64_MAX;
    case Physical::boolean: return (uint64_t{count} + 7) / 8;
    case Physical::fixed: return uint64_t{count} * fixed_bytes_of(type.precision);
    case Physical::int32:
    case Physical::int64:
    case Physical::float64: break;
  }
  return uint64_t{count} * frame::value_bytes(type);
}

// Snappy copies at most 64 bytes for 3 that it reads; who claims more lies about the size, and
// nothing is allocated for it.
bool plausible(Codec codec, const PageHeader& header) {
  if (header.uncompressed_bytes > image_bytes_max) return false;
  if (codec == Codec::uncompressed) return header.uncompressed_bytes == header.compressed_bytes;
  return codec != Codec::snappy ||
         header.uncompressed_bytes <= uint64_t{header.compressed_bytes} * 64 + 64;
}

}  // namespace

Result<bool> ChunkReader::next(RawPage& page) {
  uint64_t end = chunk_.offset() + chunk_.compressed_bytes;
  if (place_ == end) {
    if (values_seen_ != chunk_.values) return corrupt("a chunk's pages lack rows");
    return false;
  }
  raw_.resize(std::min<uint64_t>(header_bytes_max, end - place_));
  SMITH_TRY(file_.read_at(place_, raw_.span()));
  page.header = SMITH_TRY(read_page_header({raw_.data(), raw_.size()}));
  page.place = place_;
  page.bytes = uint64_t{page.header.header_bytes} + page.header.compressed_bytes;
  if (page.bytes > end - place_) return corrupt("a page passes its chunk's end");
  if (!plausible(chunk_.codec, page.header)) return corrupt("a page claims an impossible size");
  raw_.resize(page.header.compressed_bytes);
  SMITH_TRY(file_.read_at(place_ + page.header.header_bytes, raw_.span()));
  std::string_view body(raw_.data(), raw_.size());
  if (page.header.crc.has_value() && *page.header.crc != crc32(body)) {
    return corrupt("the checksum of the page at byte " + std::to_string(place_) + " is wrong");
  }
  if (page.header.kind != 0 && page.header.kind != 2) {
    return unsupported("its pages are of kind " + std::to_string(page.header.kind));
  }
  SMITH_TRY(decompress(chunk_.codec, body, page.header.uncompressed_bytes, image_));
  page.image = {image_.data(), image_.size()};
  place_ += page.bytes;
  if (page.header.kind == 0) values_seen_ += page.header.values;
  if (values_seen_ > chunk_.values) return corrupt("a chunk's pages have too many rows");
  return true;
}

Result<> ChunkReader::take_dictionary(const RawPage& page) {
  uint32_t count = page.header.values;
  // Each entry takes at least a byte of the page: this bounds the allocation.
  bool plain = page.header.encoding == 0 || page.header.encoding == 2;  // 2: as it once was called
  if (!plain || count > page.image.size()) {
    return corrupt("a dictionary page is damaged");
  }
  dictionary_image_.clear();
  dictionary_image_.append(page.image.data(), page.image.size());
  dictionary_.resize(count * frame::value_bytes(spec_.type));
  dictionary_size_ = count;
  return decode_plain(spec_.type, {dictionary_image_.data(), dictionary_image_.size()}, count,
                      dictionary_.data());
}

Result<> ChunkReader::decode_levels(const PageHeader& header, std::string_view& image,
                                    Buffer<uint32_t>& levels) const {
  if (spec_.required) return {};
  if (header.level_encoding != static_cast<int32_t>(Encoding::rle)) {
    return unsupported("its levels have encoding " + std::to_string(header.level_encoding));
  }
  if (image.size() < 4) return corrupt("a page lacks its levels");
  uint32_t size = load4(image.data());
  if (size > image.size() - 4) return corrupt("levels pass their page's end");
  SMITH_TRY(decode_hybrid(image.substr(4, size), 1, header.values, levels));
  image.remove_prefix(4 + size_t{size});
  return {};
}

Result<> ChunkReader::decode_values(const RawPage& page, std::string_view bytes, uint32_t count) {
  size_t width = frame::value_bytes(spec_.type);
  if (page.header.encoding == 0) {
    // A value takes a bit or more; what is not there is not allocated for.
    if (count > bytes.size() * 8) return corrupt("a page lacks values");
    // As fastparquet pads them.
    if (bytes.size() > plain_bytes_max(spec_.type, count)) {
      return unsupported("a page has bytes behind its last value");
    }
    values_.resize(count * width);
    return decode_plain(spec_.type, bytes, count, values_.data());
  }
  if (page.header.encoding != 8 && page.header.encoding != 2) {
    return unsupported("its values have encoding " + std::to_string(page.header.encoding));
  }
  values_.resize(count * width);
  if (count == 0) return {};
  if (bytes.empty() || static_cast<uint8_t>(bytes[0]) > 32) return corrupt("ids of a wrong width");
  Buffer<uint32_t> ids;
  SMITH_TRY(decode_hybrid(bytes.substr(1), static_cast<uint8_t>(bytes[0]), count, ids));
  for (uint32_t i = 0; i < count; ++i) {
    if (ids[i] >= dictionary_size_) return corrupt("an id has no dictionary entry");
    std::memcpy(values_.data() + i * width, dictionary_.data() + ids[i] * width, width);
  }
  return {};
}

Result<> ChunkReader::decode(const RawPage& page, frame::Column& column, Buffer<char>& held) {
  std::string_view bytes = page.image;
  uint32_t rows = page.header.values;
  Buffer<uint32_t> levels;
  SMITH_TRY(decode_levels(page.header, bytes, levels));
  uint32_t present = rows;
  for (uint32_t level : levels) present -= level == 0 ? 1 : 0;
  SMITH_TRY(decode_values(page, bytes, present));
  size_t width = frame::value_bytes(spec_.type);
  size_t first = column.rows;
  column.valid.resize(first + rows);
  column.values.resize((first + rows) * width);
  bool texts = physical_of(spec_.type) == Physical::byte_array;
  const char* from = values_.data();
  for (uint32_t i = 0; i < rows; ++i) {
    bool valid = levels.empty() || levels[i] != 0;
    column.valid[first + i] = valid ? 1 : 0;
    char* to = column.values.data() + (first + i) * width;
    std::memset(to, 0, width);
    if (!valid) continue;
    std::memcpy(to, from, width);
    from += width;
    if (!texts) continue;
    auto* text = reinterpret_cast<frame::Text*>(to);
    size_t offset = held.size();
    held.append(text->data, text->size);
    // An offset until read_chunk() knows where `held` stands.
    text->data = reinterpret_cast<const char*>(offset);  // NOLINT(performance-no-int-to-ptr)
  }
  column.rows += rows;
  column.null_count += rows - present;
  return {};
}

}  // namespace silversmith::parquet
