// SPDX-License-Identifier: Apache-2.0
// The pages of one column chunk, one after the other, checked and decompressed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/buffer.h"
#include "base/result.h"
#include "base/stream.h"
#include "parquet/footer.h"
#include "parquet/page_header.h"
#include "parquet/schema.h"

namespace silversmith::parquet {

class ChunkReader {
 public:
  // All must outlive this.
  ChunkReader(RandomAccess& file, const ColumnSpec& spec, const ChunkEntry& chunk)
      : file_(file), spec_(spec), chunk_(chunk), place_(chunk.offset()) {}

  struct RawPage {
    PageHeader header;
    uint64_t place = 0;
    uint64_t bytes = 0;      // header included
    std::string_view image;  // levels and values; valid until the next call
  };
  // False at the chunk's end. Fails with corrupt.
  Result<bool> next(RawPage& page);

  // Appends the rows of a data page to `column` (whose valid bytes are filled for every row), and
  // the texts' bytes to `held`, as offsets from its start in Text::data until all is read.
  Result<> decode(const RawPage& page, frame::Column& column, Buffer<char>& held);
  // Takes the dictionary that follow-up pages index.
  Result<> take_dictionary(const RawPage& page);

 private:
  Result<> decode_levels(const PageHeader& header, std::string_view& image,
                         Buffer<uint32_t>& levels) const;
  Result<> decode_values(const RawPage& page, std::string_view bytes, uint32_t count);

  RandomAccess& file_;
  const ColumnSpec& spec_;
  const ChunkEntry& chunk_;
  uint64_t place_;
  uint64_t values_seen_ = 0;
  Buffer<char> raw_;
  Buffer<char> image_;
  Buffer<char> dictionary_image_;
  Buffer<char> dictionary_;  // values, as frame holds them
  uint32_t dictionary_size_ = 0;
  Buffer<char> values_;  // of a page, without the nulls
};

}  // namespace silversmith::parquet
