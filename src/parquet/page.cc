// SPDX-License-Identifier: Apache-2.0
#include "parquet/page.h"

#include <limits>
#include <string>
#include <utility>

#include "parquet/thrift.h"

namespace silversmith::parquet {

namespace {

// PageHeader of parquet.thrift.
std::string header_of(const Page& page, PageKind kind, uint32_t compressed, uint32_t crc) {
  bool dictionary = kind == PageKind::dictionary;
  ThriftWriter out;
  out.begin_struct();
  out.field_i32(1, static_cast<int32_t>(kind));
  out.field_i32(2, static_cast<int32_t>(page.uncompressed_bytes));
  out.field_i32(3, static_cast<int32_t>(compressed));
  out.field_i32(4, static_cast<int32_t>(crc));
  out.begin_struct_field(dictionary ? 7 : 5);
  out.field_i32(1, static_cast<int32_t>(page.rows));
  out.field_i32(2, static_cast<int32_t>(page.encoding));
  if (!dictionary) {
    out.field_i32(3, static_cast<int32_t>(Encoding::rle));
    out.field_i32(4, static_cast<int32_t>(Encoding::rle));
  }
  out.end_struct();
  out.end_struct();
  return out.take();
}

}  // namespace

PageWriter::PageWriter(const WriterOptions& options, SpoolMaker* spools)
    : compressor_(options.codec, options.zstd_level),
      spools_(spools),
      bytes_max_(options.memory_bytes_max),
      store_(spools, options.memory_bytes_max) {}

Result<> PageWriter::write_data(std::string_view image, Page& page) {
  return write(image, PageKind::data, page);
}

Result<> PageWriter::write_dictionary(std::string_view image, Page& page) {
  page.encoding = Encoding::plain;
  return write(image, PageKind::dictionary, page);
}

Result<> PageWriter::write(std::string_view image, PageKind kind, Page& page) {
  // Compressed bytes may be a sixth more than the image in the worst case, and the header counts
  // in signed 32 bits.
  if (image.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()) / 4 * 3) {
    return Error{Code::limit,
                 "a value of " + std::to_string(image.size()) + " bytes fits no Parquet page",
                 "lower limits.maxFieldBytes, so that such a field becomes a reject", ""};
  }
  page.digest = content_hash(image);
  page.uncompressed_bytes = static_cast<uint32_t>(image.size());
  std::string_view body = compressor_.compress(image, page.grain);
  std::string header = header_of(page, kind, static_cast<uint32_t>(body.size()), crc32(body));
  page.place = store_.size();
  page.bytes = static_cast<uint32_t>(header.size() + body.size());
  page.uncompressed_bytes = static_cast<uint32_t>(header.size() + image.size());
  SMITH_TRY(store_.append(header));
  SMITH_TRY(store_.append(body));
  compressor_.trim();
  return {};
}

PageStore PageWriter::take() { return std::exchange(store_, PageStore(spools_, bytes_max_)); }

}  // namespace silversmith::parquet
